// The house's directions: which package may import which (ARCHITECTURE), that rules never reach io or the stateful
// room, and that each package's manifest says the same. Fails when it saw nothing.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../setup/steps.mjs";

const MAY_IMPORT = {
  protocol: [],
  tokens: ["protocol"],
  messaging: ["protocol"],
  embed: ["protocol", "tokens", "messaging"],
  broker: ["protocol"],
  endpoint: ["protocol", "broker"],
  simulator: ["protocol"],
};
const BROWSER = new Set(["protocol", "tokens", "messaging", "embed"]);
const IMPORT = /^\s*(?:import|export)\b[^"'`;]*?from\s*"([^"]+)"|^\s*import\s*"([^"]+)"|\bimport\(\s*"([^"]+)"/gm;

export function checkImports() {
  const faults = [];
  let files = 0;
  let imports = 0;
  for (const [name, allowed] of Object.entries(MAY_IMPORT)) {
    const folder = join(root, "packages", name);
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const declared = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies };
    for (const dependency of Object.keys(declared)) {
      const other = dependency.match(/^@guestpass\/(.+)$/)?.[1];
      if (other && !allowed.includes(other)) faults.push(`packages/${name}/package.json depends on ${dependency}`);
    }
    for (const entry of readdirSync(join(folder, "src"), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith(".ts")) continue;
      files += 1;
      const path = join(entry.parentPath, entry.name);
      const shown = path.slice(root.length);
      const isTest = entry.name.endsWith(".test.ts");
      for (const [, named, bare, lazy] of readFileSync(path, "utf8").matchAll(IMPORT)) {
        const target = named ?? bare ?? lazy;
        imports += 1;
        const other = target.match(/^@guestpass\/([^/]+)/)?.[1];
        if (other && !isTest && other !== name && !allowed.includes(other)) faults.push(`${shown} imports ${target}`);
        if (/\/packages\/|\.\.\/\.\.\/\.\.\//.test(target))
          faults.push(`${shown} reaches out of its package: ${target}`);
        if (/\/rules\//.test(path) && !isTest && /(?:^|\/)(?:io|keeper|conversation)(?:\/|\.js|$)/.test(target)) {
          faults.push(`${shown} is a rule and imports ${target}`);
        }
        if (BROWSER.has(name) && !isTest && target.startsWith("node:"))
          faults.push(`${shown} imports ${target} in the browser`);
        const outside = /^(?![.]|node:|@guestpass\/)(@[^/]+\/[^/]+|[^/]+)/.exec(target)?.[1];
        if (outside && !isTest && !(outside in declared))
          faults.push(`${shown} imports ${outside}, which its package.json does not name`);
      }
    }
  }
  if (files < 40 || imports < 80) faults.push(`saw only ${files} files and ${imports} imports: this gate is blind`);
  return { faults, saw: `${files} files, ${imports} imports` };
}
