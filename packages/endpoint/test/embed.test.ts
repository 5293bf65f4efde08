import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningEndpoint, startEndpoint } from "./running-endpoint.js";

const LOADER = `(() => {${"console.log('loader');".repeat(50)}})();\n`;
const CHUNK = "export const panel = 1;\n";

function build(): string {
  const directory = mkdtempSync(join(tmpdir(), "guestpass-embed-"));
  const write = (name: string, content: string) => writeFileSync(join(directory, name), content);
  write("guestpass.js", LOADER);
  write("panel-Bq3_x9Zk.js", CHUNK);
  write("manifest.json", JSON.stringify({ version: "1.2.3", files: { "guestpass.js": {} } }));
  write("secrets.env", "NOT_FOR_THE_WEB=1");
  mkdirSync(join(directory, "1.2.2"));
  writeFileSync(join(directory, "1.2.2", "guestpass.js"), "// the version before\n");
  return directory;
}

let endpoint: RunningEndpoint;
beforeAll(async () => {
  endpoint = await startEndpoint({ EMBED_DIR: build() });
});
afterAll(() => endpoint.close());

const plain = { "accept-encoding": "identity" };
const get = (path: string, headers: Record<string, string> = plain) => endpoint.ask("GET", `/embed/${path}`, headers);

describe("the script-tag build", () => {
  it.each([
    ["guestpass.js", LOADER, "text/javascript", "public, max-age=300"],
    ["manifest.json", undefined, "application/json", "public, max-age=300"],
    ["panel-Bq3_x9Zk.js", CHUNK, "text/javascript", "public, max-age=31536000, immutable"],
    ["1.2.3/guestpass.js", LOADER, "text/javascript", "public, max-age=31536000, immutable"],
    ["1.2.3/panel-Bq3_x9Zk.js", CHUNK, "text/javascript", "public, max-age=31536000, immutable"],
    ["1.2.3/manifest.json", undefined, "application/json", "public, max-age=31536000, immutable"],
    ["1.2.2/guestpass.js", "// the version before\n", "text/javascript", "public, max-age=31536000, immutable"],
  ])("%s", async (path, content, type, cacheControl) => {
    for (const headers of [plain, { ...plain, origin: "https://any.example" }]) {
      const answer = await get(path, headers);
      expect(answer.status).toBe(200);
      if (content !== undefined) expect(answer.text).toBe(content);
      expect(answer.headers.get("content-type")).toContain(type);
      expect(answer.headers.get("content-type")).toContain("utf-8");
      expect(answer.headers.get("cache-control")).toBe(cacheControl);
      expect(answer.headers.get("access-control-allow-origin")).toBe("*");
      expect(answer.headers.get("cross-origin-resource-policy")).toBe("cross-origin");
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(answer.headers.get("vary")).toContain("Accept-Encoding");
      const again = await get(path, { ...headers, "if-none-match": answer.headers.get("etag") ?? "" });
      expect([again.status, again.text]).toEqual([304, ""]);
    }
  });

  it.each([
    "1.2.4/guestpass.js",
    "latest/guestpass.js",
    "1.2.3/1.2.2/guestpass.js",
    "1.2.3/",
    "",
    "secrets.env",
    "1.2.3/secrets.env",
    "..%2f..%2fpackage.json",
    "%2e%2e/%2e%2e/package.json",
    "guestpass.js%00",
    "panel-00000000.js",
  ])("has no %s", async (path) => {
    const answer = await get(path);
    expect([answer.status, answer.json.code]).toEqual([404, "not_found"]);
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  it("comes compressed, and the same, for those who take that", async () => {
    for (const [accept, encoding, decode] of [
      ["gzip, deflate, br", "br", brotliDecompressSync],
      ["gzip;q=1.0, br;q=0", "gzip", gunzipSync],
    ] as const) {
      const { headers, body } = await raw("/embed/guestpass.js", accept);
      expect(headers["content-encoding"]).toBe(encoding);
      expect(body.length).toBeLessThan(LOADER.length / 2);
      expect(Number(headers["content-length"])).toBe(body.length);
      expect(decode(body).toString("utf8")).toBe(LOADER);
    }
    const tags = await Promise.all(
      ["br", "gzip", "identity"].map(async (one) => (await raw("/embed/guestpass.js", one)).headers.etag),
    );
    expect(new Set(tags).size).toBe(3);
  });

  it("keeps its integrity", async () => {
    const { text } = await get("1.2.3/guestpass.js");
    const digest = (content: string) => createHash("sha384").update(content).digest("base64");
    expect(digest(text)).toBe(digest(LOADER));
  });

  it("answers HEAD and refuses the rest", async () => {
    const head = await endpoint.ask("HEAD", "/embed/guestpass.js", plain);
    expect([head.status, head.text]).toEqual([200, ""]);
    expect(Number(head.headers.get("content-length"))).toBe(LOADER.length);
    const post = await endpoint.ask("POST", "/embed/guestpass.js");
    expect([post.status, post.json.code]).toEqual([405, "method_not_allowed"]);
  });
});

it("an endpoint without a build says so with 404", async () => {
  const bare = await startEndpoint({ EMBED_DIR: mkdtempSync(join(tmpdir(), "guestpass-none-")) });
  const answer = await bare.ask("GET", "/embed/guestpass.js");
  await bare.close();
  expect(answer.status).toBe(404);
});

/** fetch would decompress. */
function raw(
  path: string,
  accept: string,
): Promise<{ headers: Record<string, string | string[] | undefined>; body: Buffer }> {
  return new Promise((resolve, reject) => {
    httpRequest(endpoint.url + path, { headers: { "accept-encoding": accept } }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }));
    })
      .on("error", reject)
      .end();
  });
}
