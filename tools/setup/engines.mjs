// Which other browser engines the machine has: Firefox, and WebKit as GTK has it with a display that nobody sees. They
// are used where they are found and never installed: on Debian `apt-get install firefox-esr webkit2gtk-driver xvfb`.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { onPath } from "./browser.mjs";

/** Paths of what is there; undefined for an engine that is not whole. `ENGINES=none` leaves them alone. */
export function findEngines(env = process.env) {
  if (env.ENGINES === "none") return { firefox: undefined, webkit: undefined };
  const firefox = env.FIREFOX_PATH ?? onPath(["firefox-esr", "firefox"], env);
  const driver = onPath(["WebKitWebDriver"], env);
  const display = onPath(["Xvfb"], env);
  const miniBrowser = driver && findMiniBrowser();
  const webkit = driver && display && miniBrowser ? { driver, display, miniBrowser } : undefined;
  return { firefox: firefox && existsSync(firefox) ? firefox : undefined, webkit };
}

/** It lies beside the library, in a folder of the machine's architecture and the library's version. */
function findMiniBrowser() {
  for (const lib of ["/usr/lib", "/usr/libexec", "/usr/lib64"]) {
    if (!existsSync(lib)) continue;
    const folders = [
      lib,
      ...readdirSync(lib)
        .filter((name) => name.includes("linux-gnu"))
        .map((name) => join(lib, name)),
    ];
    for (const folder of folders) {
      const versions = readdirSync(folder).filter(
        (name) => name.startsWith("webkit2gtk-") || name.startsWith("webkitgtk-"),
      );
      for (const version of versions.sort().reverse()) {
        const path = join(folder, version, "MiniBrowser");
        if (existsSync(path)) return path;
      }
    }
  }
  return undefined;
}
