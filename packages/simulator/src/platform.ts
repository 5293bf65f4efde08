/** What the rooms of one simulator share: settings, clock, keys and stores. Holds no behaviour of its own. */
import type { AccessTokens } from "./access-tokens.js";
import type { Clock } from "./clock.js";
import type { Faults } from "./faults.js";
import type { Recorder } from "./recorder.js";
import type { Settings, SimulatorClient } from "./settings.js";
import type { Signing } from "./signing.js";
import type { Windows } from "./windows.js";

export interface Platform {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly signing: Signing;
  readonly accessTokens: AccessTokens;
  readonly windows: Windows;
  readonly recorder: Recorder;
  readonly faults: Faults;
  /** OAuth clients that are accepted now; none: any pair is. */
  clients(): readonly SimulatorClient[];
  /** `http://127.0.0.1:PORT`, known once it listens. */
  origin(): string;
}
