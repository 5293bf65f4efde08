// What may not be in the script-tag build: code that a strict CSP refuses, Lit itself (packages/embed/src/lit stands in
// for it), the element in the loader, server words. Nor may a part be asked for that is not there, or be there and not
// asked for. Sizes are checked by the build itself; here its figures are read again.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../setup/steps.mjs";

const CDN = join(root, "packages/embed/dist/cdn");
const FORBIDDEN = [
  { pattern: /\beval\s*\(/, what: "eval(" },
  { pattern: /\bnew Function\b/, what: "new Function" },
  { pattern: /\bnew (?:Shared)?Worker\b/, what: "a worker" },
  { pattern: /createPolicy\((["'`])(?!guestpass\1)/, what: "a Trusted Types policy that is not named guestpass" },
  { pattern: /_\$litType\$/, what: "Lit itself" },
  { pattern: /process\.env/, what: "process.env" },
  { pattern: /document\.write/, what: "document.write" },
  { pattern: /use2\.us-gov-pure\.cloud/, what: "the server's list of regions" },
  { pattern: /sourceMappingURL=data:/, what: "an inline source map" },
];

export function checkBundle() {
  const faults = [];
  const manifestPath = join(CDN, "manifest.json");
  if (!existsSync(manifestPath)) return { faults: ["there is no script-tag build"], saw: "nothing" };
  const manifest = JSON.parse(readFileSync(manifestPath, "utf8"));
  const scripts = Object.keys(manifest.files ?? {}).filter((name) => name.endsWith(".js"));
  if (scripts.length < 3 || !scripts.includes("guestpass.js"))
    faults.push(`the manifest lists only ${scripts.join(", ")}`);
  let bytes = 0;
  const asked = new Set([manifest.entry]);
  for (const name of scripts) {
    const text = readFileSync(join(CDN, name), "utf8");
    bytes += text.length;
    for (const address of addresses(text)) {
      const found = scripts.filter((script) => address.test(script));
      if (found.length === 0) faults.push(`${name} asks for ${address.source}, and there is no such part`);
      for (const part of found) asked.add(part);
    }
    for (const { pattern, what } of FORBIDDEN) {
      if (pattern.test(text)) faults.push(`${name} contains ${what}`);
    }
    if (name === "guestpass.js" && /attachShadow/.test(text)) faults.push("the loader contains the element");
    if (!manifest.files[name].integrity?.startsWith("sha384-")) faults.push(`${name} has no integrity`);
  }
  for (const name of scripts) if (name !== "guestpass.js" && !asked.has(name)) faults.push(`nothing asks for ${name}`);
  return { faults, saw: `${scripts.length} scripts, ${bytes} bytes` };
}

/** What a script imports: `from"./a.js"`, `import("./a.js")`, and `import("./a-"+name+"-hash.js")` for any name. */
function addresses(text) {
  const said = text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"\.\/([^"]+)"(?:\s*\+\s*\w+\s*\+\s*"([^"]+)")?/g);
  return Array.from(said, ([, start, end]) => new RegExp(end ? `^${start}[\\w-]+${end}$` : `^${start}$`));
}
