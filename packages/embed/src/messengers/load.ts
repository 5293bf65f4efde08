/** Loads the messenger that the page names; each is a chunk of its own. */
import type { MessengerName } from "../attributes.js";
import { GuestpassError } from "../errors.js";
import type { Messenger, MessengerHost } from "./messenger.js";

/** Rejects with `messenger_failed` when its chunk cannot be had. */
export async function loadMessenger(name: MessengerName, host: MessengerHost): Promise<Messenger> {
  try {
    if (name === "none") return (await import("./none.js")).noMessenger();
    if (name === "genesys") return new (await import("./genesys.js")).GenesysMessenger(host);
    return new (await import("./panel.js")).PanelMessenger(host);
  } catch (cause) {
    throw new GuestpassError("messenger_failed", "The messenger could not be loaded", { retryable: true, cause });
  }
}
