/** What only a browser can show: keys in IndexedDB, storage over a reload, tabs, freezing, being offline, proofs by WebCrypto. */
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import type { TokenKeeper } from "../src/index.js";
import { EndpointPeer } from "../test/endpoint-peer.js";

declare global {
  interface Window {
    keeper: TokenKeeper;
    heard: string[];
  }
}

const KEY = "guestpass:deployment-1";
const root = new URL("../..", import.meta.url);
const html = `<!doctype html><title>Shop</title>
<script type="importmap" nonce="n">{"imports": {"@guestpass/protocol": "/protocol/dist/index.js"}}</script>
<script type="module" nonce="n">
  import { createTokenKeeper } from "/tokens/dist/index.js";
  const options = Object.fromEntries(new URLSearchParams(location.search));
  window.heard = [];
  window.keeper = createTokenKeeper({ deploymentId: "deployment-1", ...options });
  for (const type of ["state", "ready", "expiring", "refreshed", "expired", "degraded", "recovered", "refused", "error", "ended"])
    keeper.addEventListener(type, (event) => heard.push(type === "state" ? event.state : type));
</script>`;

let peer: EndpointPeer;
let site: Server;
let shop: string;
/** How far the endpoint's clock is from this machine's. */
let ahead = 0;

test.beforeEach(async () => {
  ahead = 0;
  peer = await EndpointPeer.open(
    () => Date.now() + ahead,
    () => {},
  );
  peer.requireBinding = true;
  site = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://x");
    if (pathname === "/") {
      const policy = `default-src 'none'; script-src 'self' 'nonce-n'; connect-src ${peer.url}; require-trusted-types-for 'script'; trusted-types 'none'`;
      response.writeHead(200, { "Content-Type": "text/html", "Content-Security-Policy": policy }).end(html);
    } else {
      readFile(new URL(`.${pathname}`, root)).then(
        (text) => response.writeHead(200, { "Content-Type": "text/javascript" }).end(text),
        () => response.writeHead(404).end(),
      );
    }
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  shop = `http://127.0.0.1:${(site.address() as AddressInfo).port}/?endpoint=${encodeURIComponent(peer.url)}`;
});

test.afterEach(async () => {
  site.closeAllConnections();
  site.close();
  await peer.close();
});

async function visit(context: BrowserContext, more = ""): Promise<Page> {
  const page = await context.newPage();
  await page.goto(shop + more);
  await page.waitForFunction(() => "keeper" in window);
  return page;
}

const start = (page: Page) =>
  page.evaluate(async () => {
    const { sessionId, token } = await window.keeper.start();
    return { sessionId, token };
  });

test("nothing before the first call; then a key that cannot leave, one storage key, and no token in it", async ({
  context,
}) => {
  const page = await visit(context);
  const left = () =>
    page.evaluate(async () => ({
      local: Object.entries(localStorage),
      tab: Object.entries(sessionStorage),
      databases: (await indexedDB.databases()).map(({ name }) => name),
    }));
  expect(await left()).toEqual({ local: [], tab: [], databases: [] });
  expect(peer.count()).toBe(0);
  const { token } = await start(page);
  const { local, tab, databases } = await left();
  expect(local.map(([key]) => key)).toEqual([KEY]);
  expect(tab).toEqual([]);
  expect(databases).toEqual(["guestpass"]);
  expect(JSON.stringify(local)).not.toContain(token);
  const extractable = await page.evaluate(
    (name) =>
      new Promise((resolve) => {
        const opening = indexedDB.open("guestpass");
        opening.onsuccess = () => {
          const reading = opening.result.transaction("keys").objectStore("keys").get(name);
          reading.onsuccess = () => {
            opening.result.close();
            resolve(reading.result.privateKey.extractable);
          };
        };
      }),
    KEY,
  );
  expect(extractable).toBe(false);
  await page.evaluate(() => window.keeper.reset());
  await expect.poll(left).toEqual({ local: [], tab: [], databases: [] });
  expect([...peer.guests.values()].every(({ ended }) => ended)).toBe(true);
});

test("a reload goes on with the same session, proved by the key of before", async ({ context }) => {
  const page = await visit(context);
  const first = await start(page);
  await page.reload();
  await page.waitForFunction(() => "keeper" in window);
  expect(await page.evaluate(() => window.keeper.canResume)).toBe(true);
  const second = await start(page);
  expect(second.sessionId).toBe(first.sessionId);
  expect(second.token).not.toBe(first.token);
  expect(peer.seen.map(({ path, status }) => [path, status])).toEqual([
    ["/v1/sessions", 201],
    ["/v1/sessions/refresh", 200],
  ]);
});

test("two tabs, one session, one fetch; ended in one, ended in both", async ({ context }) => {
  const [one, two] = [await visit(context), await visit(context)];
  // One after the other: two that start within the same instant, on a busy machine, may each make a session of their own.
  const first = await start(one);
  expect(await start(two)).toEqual(first);
  expect(peer.count()).toBe(1);
  await one.evaluate(() => window.keeper.end());
  await two.waitForFunction(() => window.keeper.state === "ended");
  expect(await two.evaluate(() => Object.keys(localStorage))).toEqual([]);
});

test("#1 #4 two hours later by the wall clock, and woken by everything at once: one refresh, nobody notices", async ({
  context,
}) => {
  const page = await visit(context);
  await start(page);
  ahead = 7_200_000;
  await page.evaluate((late) => {
    const now = Date.now;
    Date.now = () => now() + late;
    for (const type of ["resume", "visibilitychange"]) document.dispatchEvent(new Event(type));
    for (const type of ["pageshow", "focus", "online"]) window.dispatchEvent(new Event(type));
  }, ahead);
  await page.waitForFunction(() => window.heard.includes("refreshed"));
  expect(peer.refreshes).toBe(1);
  expect(await page.evaluate(() => window.heard)).toEqual([
    "starting",
    "ready",
    "ready",
    "refreshing",
    "expiring",
    "ready",
    "refreshed",
  ]);
});

test("#10 offline, then online again", async ({ context }) => {
  const page = await visit(context);
  await start(page);
  await context.setOffline(true);
  await page.waitForFunction(() => window.keeper.state === "offline");
  expect(await page.evaluate(() => window.keeper.refresh().catch((error: { code: string }) => error.code))).toBe(
    "network",
  );
  await context.setOffline(false);
  await page.waitForFunction(() => window.keeper.state === "ready");
  expect(peer.count()).toBe(1);
});

test("#39 no violation of a strict policy with Trusted Types, in a whole life", async ({ context }) => {
  peer.tokenLife = 15;
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(shop);
  await page.waitForFunction(() => "keeper" in window);
  await start(page);
  await page.waitForFunction(() => window.heard.includes("refreshed"), undefined, { timeout: 20_000 });
  await page.evaluate(() => window.keeper.end());
  expect(complaints).toEqual([]);
  expect(peer.seen.map(({ status }) => status)).toEqual([201, 200, 204]);
});
