/** Which engines this machine has, as the test command finds them. */
// @ts-expect-error a plain script without types
import { findBrowser } from "../../../../tools/setup/browser.mjs";
// @ts-expect-error a plain script without types
import { findEngines } from "../../../../tools/setup/engines.mjs";
import type { WebKitPaths } from "./webkit.js";

export interface Engines {
  readonly chromium: string;
  /** Undefined where there is none. */
  readonly firefox: string | undefined;
  readonly webkit: WebKitPaths | undefined;
}

export function engines(): Engines {
  const found = findEngines() as Omit<Engines, "chromium">;
  return { ...found, chromium: findBrowser() ?? "chromium" };
}
