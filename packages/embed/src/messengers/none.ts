/** No messenger: tokens and events only, for pages that bring their own. */
import { GuestpassError } from "../errors.js";
import type { Messenger } from "./messenger.js";

export function noMessenger(): Messenger {
  const nothing = async (): Promise<void> => {};
  return {
    start: nothing,
    refreshed: () => {},
    send: async () => {
      throw new GuestpassError("unsupported", 'messenger="none" has no conversation to send to');
    },
    end: nothing,
    clear: () => {},
    dispose: () => {},
  };
}
