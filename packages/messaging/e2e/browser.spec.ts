/** What only a browser can show: one connection for many tabs, real locks and channels, a line that comes back, uploads with progress. */
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Simulator, startSimulator } from "@guestpass/simulator";
import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import type { Conversation } from "../src/index.js";

declare global {
  interface Window {
    conversation: Conversation;
    heard: string[];
  }
}

const DEPLOYMENT = "3f1c2f9e-54e0-4f6a-9f6b-1d7a5f0a9c11";
const TOKEN = "7f0e1f7a-3a52-4d39-8c4b-6d1f0c9e2a44";
const root = new URL("../..", import.meta.url);
const html = `<!doctype html><title>Shop</title>
<script type="importmap" nonce="n">{"imports": {"@guestpass/protocol": "/protocol/dist/index.js"}}</script>
<script type="module" nonce="n">
  import { createConversation } from "/messaging/dist/index.js";
  const { platform, token, ...options } = Object.fromEntries(new URLSearchParams(location.search));
  window.heard = [];
  window.conversation = createConversation({
    deploymentId: "${DEPLOYMENT}",
    guestApi: "web-messaging",
    urls: { socket: platform.replace("http", "ws") + "/v1", api: platform },
    getToken: async () => ({ token, tokenType: "uuid" }),
    ...(options.alone ? { shareKey: false } : {}),
  });
  for (const type of ["state", "message", "ended", "error"])
    conversation.addEventListener(type, (event) => heard.push(event.state ?? event.message?.text ?? event.reason ?? event.error?.code));
</script>`;

let simulator: Simulator;
let site: Server;
let shop: string;

test.beforeEach(async () => {
  simulator = await startSimulator({ quietAgent: true });
  site = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://x");
    if (pathname === "/") {
      const connect = `${simulator.url} ${simulator.url.replace("http", "ws")}`;
      const policy = `default-src 'none'; script-src 'self' 'nonce-n'; connect-src ${connect}; require-trusted-types-for 'script'; trusted-types 'none'`;
      response.writeHead(200, { "Content-Type": "text/html", "Content-Security-Policy": policy }).end(html);
    } else {
      readFile(new URL(`.${pathname}`, root)).then(
        (text) => response.writeHead(200, { "Content-Type": "text/javascript" }).end(text),
        () => response.writeHead(404).end(),
      );
    }
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  const { port } = site.address() as AddressInfo;
  shop = `http://127.0.0.1:${port}/?${new URLSearchParams({ platform: simulator.url, token: TOKEN })}`;
});

test.afterEach(async () => {
  site.closeAllConnections();
  site.close();
  await simulator.close();
});

async function visit(context: BrowserContext, more = ""): Promise<Page> {
  const page = await context.newPage();
  await page.goto(shop + more);
  await page.waitForFunction(() => "conversation" in window);
  return page;
}

const connect = (page: Page) => page.evaluate(() => window.conversation.connect());
const send = (page: Page, text: string) => page.evaluate((said) => window.conversation.send(said), text);
const texts = (page: Page) => page.evaluate(() => window.conversation.transcript.map((message) => message.text));
const sockets = () => simulator.sessions()[0]?.sockets ?? 0;

test("five tabs have one connection; when its tab closes another takes it, and nothing is lost", async ({
  context,
}) => {
  const first = await visit(context);
  const second = await visit(context);
  const third = await visit(context);
  const others = [second, third, await visit(context), await visit(context)];
  const tabs = [first, ...others];
  for (const page of tabs) await connect(page);
  expect(sockets()).toBe(1);
  await send(third, "from the third");
  await send(first, "from the first");
  for (const page of tabs) await expect.poll(() => texts(page)).toEqual(["from the third", "from the first"]);

  await first.close();
  simulator.say({ text: "while nobody listened" });
  const expected = ["from the third", "from the first", "while nobody listened"];
  for (const page of others) await expect.poll(() => texts(page)).toEqual(expected);
  await send(second, "and on");
  for (const page of others) await expect.poll(() => texts(page)).toEqual([...expected, "and on"]);
  // A tab that a busy machine keeps waiting for the new holder takes a socket of its own; all four never do.
  expect(sockets()).toBeLessThan(3);
  expect(simulator.sessions()[0]?.messages).toBe(4);
});

test("tabs that do not share have a connection each", async ({ context }) => {
  for (let count = 0; count < 2; count += 1) await connect(await visit(context, "&alone=1"));
  expect(sockets()).toBe(2);
});

test("a page that was offline comes back to what was said meanwhile", async ({ context }) => {
  const page = await visit(context);
  await connect(page);
  await send(page, "before");
  await context.setOffline(true);
  simulator.dropSockets();
  await expect.poll(() => page.evaluate(() => window.conversation.state)).toBe("reconnecting");
  simulator.say({ text: "meanwhile" });
  const waiting = send(page, "after");
  await context.setOffline(false);
  await waiting;
  await expect.poll(() => texts(page)).toEqual(["before", "meanwhile", "after"]);
});

test("a file goes up with its progress, under a strict policy", async ({ context }) => {
  const page = await visit(context);
  const sent = await page.evaluate(async () => {
    const progress: number[] = [];
    const file = new File(["x".repeat(200_000)], "big.txt", { type: "text/plain" });
    const { id } = await window.conversation.attach(file, { onProgress: (done) => progress.push(done) });
    await window.conversation.send("look", { attachment: id });
    return { progress, content: window.conversation.transcript[0]?.content[0] };
  });
  expect(sent.progress.at(0)).toBe(0);
  expect(sent.progress.at(-1)).toBe(200_000);
  expect(sent.content).toMatchObject({
    contentType: "Attachment",
    attachment: { filename: "big.txt", fileSize: 200_000 },
  });
});

test("the token is in no storage and travels between no tabs", async ({ context }) => {
  const spy = await context.newPage();
  await spy.goto(shop);
  await spy.evaluate((deploymentId) => {
    const letters: unknown[] = [];
    Object.assign(window, { letters });
    new BroadcastChannel(`guestpass:${deploymentId}:messaging`).addEventListener("message", ({ data }) =>
      letters.push(data),
    );
  }, DEPLOYMENT);
  const [one, two] = [await visit(context), await visit(context)];
  await connect(one);
  await connect(two);
  await send(two, "hello");
  const seen = await spy.evaluate(() => JSON.stringify((window as unknown as { letters: unknown[] }).letters));
  expect(seen).toContain("hello");
  expect(seen).not.toContain(TOKEN);
  expect(await one.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.cookie]))).not.toContain(
    TOKEN,
  );
});

test("what is loaded with the first word beyond plain messages may fail to load: nothing is lost, and it is tried again", async ({
  context,
}) => {
  const page = await visit(context);
  let isThere = false;
  await page.route("**/messaging/dist/seldom.js", (route) => (isThere ? route.continue() : route.abort()));
  await connect(page);
  const card = { contentType: "Card", card: { title: "An offer", actions: [] } };
  simulator.say({ text: "look", content: [card] });
  await expect.poll(() => texts(page)).toEqual(["look"]);
  simulator.say({ text: "and this" });
  await expect.poll(() => texts(page)).toEqual(["look", "and this"]);
  // It may have said anything: the session is asked anew, on a new connection.
  simulator.send({ type: "message", class: "SomethingNewEvent", code: 200, body: {} });
  await expect.poll(() => page.evaluate(() => window.heard)).toContain("reconnecting");
  await expect.poll(() => page.evaluate(() => window.conversation.state)).toBe("open");
  expect(await texts(page)).toEqual(["look", "and this"]);
  isThere = true;
  simulator.send({ type: "message", class: "LogoutEvent", code: 200, body: {} });
  await expect.poll(() => page.evaluate(() => window.heard)).toContain("logout");
});
