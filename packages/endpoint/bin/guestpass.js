#!/usr/bin/env node
// The command, there before the first build, so that installing a checkout can link it.
import { existsSync } from "node:fs";

const program = new URL("../dist/cli/bin.js", import.meta.url);
if (!existsSync(program)) {
  process.stderr.write("guestpass: this checkout is not built yet; run `pnpm build` first.\n");
  process.exit(1);
}
await import(program.href);
