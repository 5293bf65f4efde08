/** How the element is written in a framework's templates: its attributes, properties and listeners, as types. */
import type { GuestpassMessenger } from "./element.js";
import type { GuestpassEventMap } from "./events.js";

type Settable =
  | "endpoint"
  | "messenger"
  | "start"
  | "open"
  | "theme"
  | "placement"
  | "persist"
  | "lang"
  | "deploymentId"
  | "identityToken"
  | "getIdentityToken"
  | "customAttributes"
  | "consent"
  | "challenge"
  | "authorization"
  | "queueId"
  | "strings"
  | "alerts";

/** Everything that may stand on `<guestpass-messenger>` in JSX and the like. */
export type GuestpassAttributes = Partial<Pick<GuestpassMessenger, Settable>> & {
  "deployment-id"?: string | undefined;
} & {
  [Name in keyof GuestpassEventMap as `on${Name}`]?: ((event: GuestpassEventMap[Name]) => void) | undefined;
};
