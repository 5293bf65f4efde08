// The names that each published entry exports are a contract: this compares what the built packages really export
// with exports.json beside this file. `node tools/gates/exports.mjs --write` accepts a change on purpose.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../setup/steps.mjs";

const CONTRACT = new URL("./exports.json", import.meta.url);
const PACKAGES = ["protocol", "tokens", "messaging", "embed", "broker", "endpoint", "simulator"];

async function actual() {
  const found = {};
  for (const name of PACKAGES) {
    const folder = join(root, "packages", name);
    const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    for (const [entry, target] of Object.entries(exports)) {
      if (entry === "./package.json") continue;
      for (const file of [target.types, target.default]) {
        if (!existsSync(join(folder, file))) throw new Error(`@guestpass/${name} promises ${file}, which is not built`);
      }
      const module = await import(pathToFileURL(join(folder, target.default)).href);
      found[`@guestpass/${name}${entry.slice(1)}`] = Object.keys(module).sort();
    }
  }
  return found;
}

export async function checkExports() {
  const faults = [];
  const wanted = existsSync(CONTRACT) ? JSON.parse(readFileSync(CONTRACT, "utf8")) : {};
  let found;
  try {
    found = await actual();
  } catch (error) {
    return { faults: [error.message], saw: "nothing" };
  }
  const names = new Set([...Object.keys(wanted), ...Object.keys(found)]);
  for (const entry of names) {
    const lost = (wanted[entry] ?? []).filter((name) => !found[entry]?.includes(name));
    const added = (found[entry] ?? []).filter((name) => !wanted[entry]?.includes(name));
    if (lost.length > 0) faults.push(`${entry} no longer exports ${lost.join(", ")}`);
    if (added.length > 0) faults.push(`${entry} exports ${added.join(", ")}, which exports.json does not name`);
  }
  const count = Object.values(found).flat().length;
  if (count < 20) faults.push(`saw only ${count} names: this gate is blind`);
  return { faults, saw: `${Object.keys(found).length} entries, ${count} names` };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  if (process.argv.includes("--write")) writeFileSync(CONTRACT, `${JSON.stringify(await actual(), null, 2)}\n`);
  else console.log(await checkExports());
}
