// Where each workspace package's source is, so that tests and the script-tag build read what is written, not what was
// last built. One list for Vitest and Vite.
import { fileURLToPath } from "node:url";

const source = (path) => fileURLToPath(new URL(`../packages/${path}`, import.meta.url));

export const aliases = [
  { find: "@guestpass/embed/define", replacement: source("embed/src/define.ts") },
  ...["protocol", "tokens", "messaging", "embed", "broker", "endpoint", "simulator"].map((name) => ({
    find: new RegExp(`^@guestpass/${name}$`),
    replacement: source(`${name}/src/index.ts`),
  })),
];
