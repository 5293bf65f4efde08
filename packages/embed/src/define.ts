/** Defines `<guestpass-messenger>`. The one module with a side effect: import it, and the tag works. */
import { GuestpassMessenger } from "./element.js";

const TAG = "guestpass-messenger";

/** Registers the element unless it is; warns when another version has the tag. Does nothing where there is no DOM. */
export function define(): void {
  if (typeof customElements === "undefined") return;
  const present = customElements.get(TAG) as { version?: string } | undefined;
  if (!present) customElements.define(TAG, GuestpassMessenger);
  else if (present !== (GuestpassMessenger as unknown) && present.version !== GuestpassMessenger.version) {
    console.warn(
      `Guestpass ${GuestpassMessenger.version}: version ${present.version ?? "?"} already defines <${TAG}> on this page, and stays.`,
    );
  }
}

define();
