/**
 * The script-tag build, read into memory once: a few files, so nothing outside can ever be named. Knows which of them
 * may be kept for ever, and compresses each once. Knows no HTTP server.
 */
import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { record, str } from "@guestpass/protocol";

const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".woff2": "font/woff2",
  ".png": "image/png",
};
const INCOMPRESSIBLE: ReadonlySet<string> = new Set([".woff2", ".png"]);
const MAX_FILES = 5000;
const MAX_BYTES = 64 * 1024 * 1024;
const FOR_EVER = "public, max-age=31536000, immutable";
const FOR_A_WHILE = "public, max-age=300";
/** The content's hash is in the name: `panel-B3xk9_fQ.js`. */
const HASHED = /[-.][\w-]{8,}\.\w+$/;
const VERSION = /^\d+\.\d+\.\d+[\w.+-]*$/;
/** The best there is: some tens of milliseconds beside the event loop, once for each file. */
const BROTLI_QUALITY = 11;

export type Encoding = "br" | "gzip" | "identity";

export interface EmbedFile {
  readonly type: string;
  readonly etag: string;
  readonly cacheControl: string;
  body(encoding: Encoding): Promise<Buffer>;
  readonly compressible: boolean;
}

export interface EmbedFiles {
  /** `guestpass.js`, `manifest.json`, `<version>/guestpass.js`, a chunk. Undefined for everything else. */
  find(name: string): EmbedFile | undefined;
  readonly version: string | undefined;
  readonly count: number;
}

/** Reads the directory. One that is not there, or is empty, gives no files. */
export async function readEmbedFiles(directory: string): Promise<EmbedFiles> {
  const files = new Map<string, EmbedFile>();
  let bytes = 0;
  for (const path of await listFiles(directory)) {
    const type = TYPES[extname(path)];
    const content = type === undefined ? undefined : await readFile(path);
    if (type === undefined || content === undefined) continue;
    bytes += content.length;
    if (files.size === MAX_FILES || bytes > MAX_BYTES)
      throw new TypeError(`embedDir: there is more in ${directory} than a script-tag build has`);
    const name = relative(directory, path).split(sep).join("/");
    files.set(name, embedFile(name, type, content));
  }
  const version = await versionOf(files.get("manifest.json"));
  const prefix = version === undefined ? undefined : `${version}/`;
  const versioned = new Map<string, EmbedFile>();
  if (prefix !== undefined)
    for (const [name, file] of files)
      if (!VERSION.test(topOf(name))) versioned.set(prefix + name, { ...file, cacheControl: FOR_EVER });
  return { version, count: files.size, find: (name) => files.get(name) ?? versioned.get(name) };
}

async function listFiles(directory: string): Promise<string[]> {
  const there = await stat(directory).catch(() => undefined);
  if (!there?.isDirectory()) return [];
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function embedFile(name: string, type: string, content: Buffer): EmbedFile {
  const hash = createHash("sha256").update(content).digest("base64url").slice(0, 22);
  const encoded = new Map<Encoding, Promise<Buffer>>([["identity", Promise.resolve(content)]]);
  return {
    type,
    etag: hash,
    cacheControl: HASHED.test(name) || VERSION.test(topOf(name)) ? FOR_EVER : FOR_A_WHILE,
    compressible: !INCOMPRESSIBLE.has(extname(name)),
    body(encoding) {
      let body = encoded.get(encoding);
      if (!body) {
        body = compress(encoding, content);
        encoded.set(encoding, body);
      }
      return body;
    },
  };
}

function compress(encoding: Encoding, content: Buffer): Promise<Buffer> {
  if (encoding === "gzip") return promisify(gzip)(content, { level: 9 });
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  return promisify(brotliCompress)(content, { params });
}

async function versionOf(manifest: EmbedFile | undefined): Promise<string | undefined> {
  if (!manifest) return undefined;
  const text = (await manifest.body("identity")).toString("utf8");
  try {
    const version = str(record(JSON.parse(text))["version"]);
    return version !== undefined && VERSION.test(version) ? version : undefined;
  } catch {
    return undefined;
  }
}

function topOf(name: string): string {
  const slash = name.indexOf("/");
  return slash === -1 ? "" : name.slice(0, slash);
}
