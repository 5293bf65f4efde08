// Builds everything: types and modules with tsc, the script-tag build with Vite (only when its sources have changed),
// and its copy beside the endpoint that serves it. `--quiet` says something only when it takes long or fails.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bin, root, run, say } from "./setup/steps.mjs";

const CDN = join(root, "packages/embed/dist/cdn");
const SERVED = join(root, "packages/endpoint/dist/embed");
const STAMP = join(root, "packages/embed/dist/cdn.stamp");
const BROWSER_PACKAGES = ["protocol", "tokens", "messaging", "embed"];

/** Resolves when all is built; throws with what failed. */
export async function build({ quiet = false } = {}) {
  const tell = quiet ? () => {} : say;
  tell("compiling the packages");
  const compiled = await run(bin("tsc"), ["-b"], { quiet, label: "tsc" });
  if (compiled.status !== 0) throw new Error("The packages do not compile; see above.");
  const wanted = fingerprint();
  if (existsSync(join(CDN, "manifest.json")) && existsSync(STAMP) && readFileSync(STAMP, "utf8") === wanted) {
    tell("the script-tag build is up to date");
  } else {
    tell("building the script tag");
    rmSync(STAMP, { force: true });
    const bundled = await run("node", ["packages/embed/build.mjs"], { quiet, label: "script-tag build" });
    if (bundled.status !== 0) throw new Error("The script-tag build failed; see above.");
    writeFileSync(STAMP, wanted);
  }
  rmSync(SERVED, { recursive: true, force: true });
  mkdirSync(SERVED, { recursive: true });
  cpSync(CDN, SERVED, { recursive: true });
}

function fingerprint() {
  const hash = createHash("sha256");
  const files = ["pnpm-lock.yaml", "tools/aliases.mjs", "packages/embed/build.mjs", "packages/embed/package.json"];
  for (const name of BROWSER_PACKAGES) files.push(...sources(`packages/${name}/src`));
  if (existsSync(join(root, "packages/embed/tools"))) files.push(...sources("packages/embed/tools"));
  for (const file of files)
    hash
      .update(file)
      .update("\0")
      .update(readFileSync(join(root, file)))
      .update("\0");
  return hash.digest("hex");
}

function sources(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".test.ts"))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .sort();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  build({ quiet: process.argv.includes("--quiet") }).catch((error) => {
    say(error.message);
    process.exitCode = 1;
  });
}
