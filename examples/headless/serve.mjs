// `node examples/headless/serve.mjs [--port 8081] [--token-life 60]`: the page with what stands behind it, all on loopback.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { createStage } from "../demo/stage.mjs";

const TYPES = { html: "text/html; charset=utf-8", js: "text/javascript" };
const { values } = parseArgs({
  options: { port: { type: "string", default: "8081" }, "token-life": { type: "string", default: "60" } },
});

const stage = createStage({ guestApi: "guest-tokens", tokenLife: Number(values["token-life"]) });
const server = createServer(async ({ url }, response) => {
  try {
    const { pathname } = new URL(url, "http://here");
    const text = await readFile(fileOf(pathname === "/" ? "/index.html" : pathname), "utf8");
    response.writeHead(200, { "content-type": TYPES[pathname.split(".").at(-1)] ?? TYPES.html });
    response.end(text.replaceAll("https://tokens.example.com", stage.endpointUrl));
  } catch {
    response.writeHead(404).end();
  }
});

/** The page's own files, and the built packages as `node_modules` would have them. */
function fileOf(path) {
  const [, name, file] =
    /^\/node_modules\/@guestpass\/(tokens|protocol)\/dist\/((?:[\w-]+\/)*[\w-]+\.js)$/.exec(path) ?? [];
  if (file) return new URL(`../../packages/${name}/dist/${file}`, import.meta.url);
  if (!/^\/[\w-]+\.(?:html|js)$/.test(path)) throw new Error("no such file");
  return new URL(`.${path}`, import.meta.url);
}

await new Promise((resolve) => server.listen(Number(values.port), "127.0.0.1", resolve));
const url = `http://127.0.0.1:${server.address().port}`;
await stage.open(url);
console.log(`A page with a chat of its own: ${url}`);

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    server.closeAllConnections();
    server.close();
    await stage.close();
  });
}
