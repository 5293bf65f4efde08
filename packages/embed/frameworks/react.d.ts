/** Types of `<guestpass-messenger>` in React's JSX: `import type {} from "@guestpass/embed/react"`. */
import type { GuestpassAttributes, GuestpassMessenger } from "@guestpass/embed";
import type { HTMLAttributes, Ref } from "react";

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "guestpass-messenger": GuestpassAttributes &
        Omit<HTMLAttributes<GuestpassMessenger>, keyof GuestpassAttributes> & { ref?: Ref<GuestpassMessenger> };
    }
  }
}
