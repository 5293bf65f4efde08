// The script-tag build: ES-module chunks with hashed names, the classic loader that knows the entry's name, and a
// manifest with integrity hashes, sizes and a CSP snippet. Fails when a budget is exceeded or nothing was measured.
import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { minifySync, build as vite } from "vite";
import { aliases } from "../../tools/aliases.mjs";
import { measureBudgets } from "./tools/budgets.mjs";
import { tightenTemplates } from "./tools/templates.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const OUT = join(here, "dist/cdn");
const { version } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));

const base = {
  root: here,
  configFile: false,
  logLevel: "warn",
  publicDir: false,
  resolve: { alias: aliases },
  define: { "process.env.NODE_ENV": '"production"' },
};
const output = { target: "es2022", outDir: OUT, minify: "oxc", modulePreload: false, reportCompressedSize: false };

/** Lit's Trusted Types policy under this product's name, so that a page allows one policy, not two. */
const trustedTypes = {
  name: "guestpass-trusted-types",
  transform(code, id) {
    if (!/lit-html[\\/](?:development[\\/])?lit-html\.js$/.test(id)) return;
    if (!code.includes('createPolicy("lit-html"'))
      throw new Error("lit-html no longer creates the policy that is renamed here");
    return { code: code.replace('createPolicy("lit-html"', 'createPolicy("guestpass"'), map: null };
  },
};

/** A library's modules are left spacious by Vite; these go to browsers as they are. */
const minify = {
  name: "guestpass-minify",
  generateBundle: {
    order: "post",
    handler(_options, bundle) {
      for (const part of Object.values(bundle)) {
        if (part.type !== "chunk") continue;
        const options = { module: true, compress: { target: "es2022" }, mangle: { toplevel: true } };
        const { code, errors } = minifySync(part.fileName, part.code, options);
        if (errors.length > 0) throw new Error(`${part.fileName} cannot be minified: ${errors[0].message}`);
        part.code = code;
      }
    },
  },
};

/**
 * What is loaded together lies together: one file compresses better than six. A module goes to the first group that
 * reaches it without an import(), so what the keeper and the panel share lies with the keeper.
 */
const GROUPS = [
  { name: "element", test: /embed[\\/]src[\\/]define\.ts$/, priority: 3 },
  { name: "keeper", test: /tokens[\\/]src[\\/]desk\.ts$/, priority: 2 },
  {
    name: "panel",
    test: /embed[\\/]src[\\/](?:messengers[\\/]panel|panel[\\/]panel|strings[\\/]en)\.ts$/,
    priority: 1,
  },
];

async function buildModules() {
  const [{ output: parts }] = await vite({
    ...base,
    plugins: [trustedTypes, tightenTemplates(), minify],
    build: {
      ...output,
      emptyOutDir: true,
      // As a library: as an application, Vite would put its preloading around each import().
      lib: { entry: { element: join(here, "src/define.ts") }, formats: ["es"] },
      rolldownOptions: {
        preserveEntrySignatures: "allow-extension",
        output: {
          entryFileNames: "[name]-[hash].js",
          chunkFileNames: "[name]-[hash].js",
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
    build: {
      ...output,
      emptyOutDir: false,
      rolldownOptions: {
        input: { guestpass: join(here, "src/loader/guestpass.ts") },
        output: { format: "iife", entryFileNames: "guestpass.js" },
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
  const names = ["guestpass.js", ...chunks.map((chunk) => chunk.fileName)];
  const files = Object.fromEntries(names.map((name) => [name, describe(name)]));
  const { budgets, verdict } = measureBudgets(chunks, files);
  const { integrity } = files["guestpass.js"];
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
