/** Types of `<guestpass-messenger>` in Vue's templates: `import type {} from "@guestpass/embed/vue"`. */
import type { GuestpassAttributes } from "@guestpass/embed";
import type { DefineComponent } from "vue";

declare module "vue" {
  interface GlobalComponents {
    "guestpass-messenger": DefineComponent<GuestpassAttributes>;
  }
}
