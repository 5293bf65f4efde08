// The script-tag build: ES-module chunks with hashed names, the classic loader that knows the entry's name, and a
// manifest with integrity hashes, sizes and a CSP snippet. Fails when a budget is exceeded or nothing was measured.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { minify as terser } from "terser";
import { minifySync, build as vite } from "vite";
import { aliases } from "../../tools/aliases.mjs";
import { measureBudgets, OPENED } from "./tools/budgets.mjs";
import { shortenPartTables } from "./tools/part-tables.mjs";
import { tightenTemplates } from "./tools/templates.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const OUT = join(here, "dist/cdn");
/** The one classic script. */
const LOADER = "guestpass.js";
const { version } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));

const base = {
  root: here,
  configFile: false,
  logLevel: "warn",
  publicDir: false,
  resolve: { alias: aliases },
  define: { "process.env.NODE_ENV": '"production"' },
};
/** The part of Lit that this build has: see src/lit/index.ts. */
const standIns = [
  { find: /^lit$/, replacement: join(here, "src/lit/index.ts") },
  { find: /^\.\/keyed\.js$/, replacement: join(here, "src/lit/template.ts") },
];
const output = { target: "es2022", outDir: OUT, minify: "oxc", modulePreload: false, reportCompressedSize: false };

/**
 * What only writes the same in another way is off: it has been done once, and twice compresses worse. None of our
 * functions is one that `new` makes something with: each may be an arrow.
 */
const SECOND = { passes: 3, unsafe_arrows: true, conditionals: false, lhs_constants: false, sequences: false };

/**
 * A library's modules are left spacious by Vite; these go to browsers as they are. Twice: terser finds what the first
 * pass leaves (two per cent), and its quotes compress better than backticks.
 */
const minify = {
  name: "guestpass-minify",
  generateBundle: {
    order: "post",
    async handler(_options, bundle) {
      for (const part of Object.values(bundle)) {
        if (part.type !== "chunk") continue;
        const first = { module: part.fileName !== LOADER, compress: { target: "es2022" }, mangle: { toplevel: true } };
        const { code, errors } = minifySync(part.fileName, shortenPartTables(lightNamespaces(part.code)), first);
        if (errors.length > 0) throw new Error(`${part.fileName} cannot be minified: ${errors[0].message}`);
        const second = { module: part.fileName !== LOADER, ecma: 2022, compress: SECOND, format: { quote_style: 2 } };
        part.code = (await terser(code, second)).code;
      }
    },
  },
};

/**
 * A module that is loaded with others hands itself out as an object with getters, made by a helper of the bundler's. As
 * an object of its own it weighs less, and the helper goes.
 */
function lightNamespaces(code) {
  const helper = /\b(\w+) = \(\w+, \w+\) => \{\s+let \w+ = \{\};\s+for \(var \w+ in \w+\) \w+\(/.exec(code)?.[1];
  if (!helper) return code;
  return code.replace(
    new RegExp(`= (?:/\\* @__PURE__ \\*/ )?${helper}\\(\\{([^}]+)\\}\\)`, "g"),
    (_, exports) => `= {${exports.replace(/(\w+): \(\) => (\w+)/g, "get $1() { return $2 }")}}`,
  );
}

/**
 * What is loaded together lies together: one file compresses better than six. A module goes to the first group that
 * reaches it without an import(). What the panel needs when it opens is one file with the keeper's engine; a page whose
 * messenger is another one loads it for the engine alone.
 */
const GROUPS = [
  { name: "element", test: /embed[\\/]src[\\/]loader[\\/]page\.ts$/, priority: 2 },
  { name: "panel", test: (id) => OPENED.some((module) => module.test(id)), priority: 1 },
];

/**
 * Names the parts that are loaded on demand. The element and the panel's file name dozens of them, and a hash each
 * would weigh 300 bytes: one over all that they are made of changes with each release, as their own would.
 */
function partName() {
  const makers = ["build.mjs", "tools/part-tables.mjs", "tools/templates.mjs", "../../pnpm-lock.yaml"];
  const made = makers.map((name) => join(here, name));
  for (const name of ["protocol", "tokens", "messaging", "embed"]) {
    const folder = join(here, "..", name, "src");
    const files = readdirSync(folder, { recursive: true, withFileTypes: true });
    made.push(...files.filter((file) => file.isFile()).map(({ parentPath, name }) => join(parentPath, name)));
  }
  const hash = createHash("sha256");
  for (const path of made.sort()) hash.update(readFileSync(path));
  const suffix = `-${hash.digest("base64url").slice(0, 8)}.js`;
  return ({ name, facadeModuleId }) => {
    if (name === "panel" || !facadeModuleId) return "[name]-[hash].js";
    // With the folder, so that no two are the same: the bundler would number them, and the numbers promise nothing.
    return `${basename(dirname(facadeModuleId))}-[name]${suffix}`;
  };
}

async function buildModules() {
  const [{ output: parts }] = await vite({
    ...base,
    resolve: { alias: [...standIns, ...aliases] },
    plugins: [tightenTemplates(), minify],
    build: {
      ...output,
      emptyOutDir: true,
      // As a library: as an application, Vite would put its preloading around each import().
      lib: { entry: { element: join(here, "src/loader/page.ts") }, formats: ["es"] },
      rolldownOptions: {
        preserveEntrySignatures: "allow-extension",
        checks: { pluginTimings: false },
        output: {
          entryFileNames: "[name]-[hash].js",
          chunkFileNames: partName(),
          codeSplitting: { groups: GROUPS },
        },
      },
    },
  });
  return parts.filter((part) => part.type === "chunk");
}

async function buildLoader(entry) {
  await vite({
    ...base,
    define: { ...base.define, __GUESTPASS_ENTRY__: JSON.stringify(entry) },
    plugins: [minify],
    build: {
      ...output,
      emptyOutDir: false,
      rolldownOptions: {
        input: { guestpass: join(here, "src/loader/guestpass.ts") },
        output: { format: "iife", entryFileNames: LOADER },
      },
    },
  });
}

function describe(name) {
  const bytes = readFileSync(join(OUT, name));
  const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  return {
    integrity: `sha384-${createHash("sha384").update(bytes).digest("base64")}`,
    bytes: bytes.length,
    brotli: brotliCompressSync(bytes, options).length,
  };
}

/** Directives for a page that allows nothing else. `{endpoint}` and `{region}` are the page's to fill in. */
function csp() {
  const directives = {
    "script-src": ["{endpoint}"],
    "connect-src": ["{endpoint}", "wss://webmessaging.{region}", "https://api.{region}", "https://api-cdn.{region}"],
    "img-src": ["https:"],
    "media-src": ["https:"],
    "require-trusted-types-for": ["'script'"],
    "trusted-types": ["guestpass"],
  };
  const header = Object.entries(directives)
    .map(([name, values]) => `${name} ${values.join(" ")}`)
    .join("; ");
  return { directives, header };
}

export async function build() {
  rmSync(OUT, { recursive: true, force: true });
  const chunks = await buildModules();
  const entry = chunks.find((chunk) => chunk.isEntry);
  await buildLoader(entry.fileName);
  const names = [LOADER, ...chunks.map((chunk) => chunk.fileName)];
  const files = Object.fromEntries(names.map((name) => [name, describe(name)]));
  const { budgets, verdict } = measureBudgets(chunks, files);
  const { integrity } = files[LOADER];
  const manifest = {
    version,
    entry: entry.fileName,
    files,
    budgets,
    csp: csp(),
    script: `<script async src="{endpoint}/embed/${version}/guestpass.js" integrity="${integrity}" crossorigin="anonymous" data-deployment-id="{deploymentId}"></script>`,
  };
  writeFileSync(join(OUT, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  if (verdict) throw new Error(verdict);
  return manifest;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { files, budgets } = await build();
  for (const { name, brotli, limit, aim, files: parts } of budgets) {
    const missing = brotli > aim ? `, ${brotli - aim} over the aim of ${aim}` : "";
    console.log(`${name}: ${brotli} of ${limit} bytes (brotli), ${parts.length} files${missing}`);
  }
  if (process.argv.includes("--verbose"))
    for (const [name, { bytes, brotli }] of Object.entries(files)) console.log(`  ${name} ${bytes} ${brotli}`);
}
