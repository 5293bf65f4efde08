/** Types of `<guestpass-messenger>` in Svelte's markup: `import type {} from "@guestpass/embed/svelte"`. */
import type { GuestpassAttributes, GuestpassMessenger } from "@guestpass/embed";
import type { HTMLAttributes } from "svelte/elements";

declare module "svelte/elements" {
  interface SvelteHTMLElements {
    "guestpass-messenger": GuestpassAttributes & Omit<HTMLAttributes<GuestpassMessenger>, keyof GuestpassAttributes>;
  }
}
