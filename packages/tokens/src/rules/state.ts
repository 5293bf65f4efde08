/** What the world sees of a keeper. */
export type KeeperState =
  | "idle"
  | "starting"
  | "ready"
  | "refreshing"
  | "degraded"
  | "offline"
  | "expired"
  | "refused"
  | "ended";
