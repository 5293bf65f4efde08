// What a long conversation costs a page's main thread: the panel opened with ten thousand messages behind it, opened again
// with as many held as are ever held, and scrolled to its top. Real browser, the built script tag, the endpoint, the
// simulator's history. The work is the sum of the main thread's tasks, as the browser counts them.
import { createServer as createHttpServer } from "node:http";
import { chromium } from "@playwright/test";
import { createServer, readConfig } from "../../packages/endpoint/dist/index.js";
import { startSimulator } from "../../packages/simulator/dist/index.js";
import { browser } from "../setup/browser.mjs";
import { median } from "./load.mjs";

const DEPLOYMENT = "5d9d1f52-2f2b-4c0c-9d8e-6d3f2a7c1e10";
const CLIENT = { id: "bench", secret: "known to the bench alone" };
/** The page has nothing to do for this long: what was begun is done. */
const QUIET_MS = 400;
/** Messages that one conversation holds at most. */
const HELD = 2_000;
const PAGE = (endpoint) => `<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1>
<script async src="${endpoint}/embed/guestpass.js" data-deployment-id="${DEPLOYMENT}"></script>`;

/** Figures in milliseconds of main-thread work, each the median of its rounds; `longest` is the longest single task. */
export async function measureTranscript(messages, rounds, say) {
  const stage = await openStage();
  const chrome = await chromium.launch({ executablePath: await browser() });
  const samples = new Map();
  const add = (name, figures) => samples.set(name, [...(samples.get(name) ?? []), figures]);
  try {
    for (let round = 1; round <= rounds; round += 1) {
      say(`transcript of ${messages} messages, round ${round} of ${rounds}`);
      const context = await chrome.newContext({ viewport: { width: 1280, height: 800 } });
      const fresh = await visit(context, stage);
      add("open, nothing said yet", await fresh.work(() => fresh.open()));
      await converse(fresh, stage, messages);

      const late = await visit(context, stage);
      // A page that comes back takes its session up by itself, opened or not.
      add("the session is taken up again", await late.work(() => late.ready()));
      add("open, history of all", await late.work(() => late.open()));
      add("scroll to the top, an older page comes", await late.work(() => late.toTop()));
      await late.page.close();

      const long = await visit(context, stage);
      await long.open();
      await long.hide();
      const most = Math.min(messages, HELD);
      await tell(stage, most, () => long.held());
      const held = await long.held();
      if (held < most) throw new Error(`only ${held} messages are held`);
      add(`open again, ${held} held`, await long.work(() => long.open()));
      add(`scroll to the top, ${held} held`, await long.work(() => long.toTop()));
      add(`a message comes, ${held} held`, await long.work(() => stage.simulator.say({ text: "news" })));
      await context.close();
    }
  } finally {
    await chrome.close();
    await stage.close();
  }
  return [...samples].map(([name, figures]) => ({
    name,
    ...Object.fromEntries(
      ["work", "script", "layout", "longest"].map((of) => [of, median(figures.map((figure) => figure[of]))]),
    ),
  }));
}

async function openStage() {
  const simulator = await startSimulator({ clients: [CLIENT], deployments: [DEPLOYMENT], quietAgent: true });
  let endpoint = "";
  const host = createHttpServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(PAGE(endpoint));
  });
  await new Promise((resolve) => host.listen(0, "127.0.0.1", resolve));
  const site = `http://127.0.0.1:${host.address().port}`;
  const { start, close } = await createServer(
    readConfig({
      GUEST_API: "web-messaging",
      GENESYS_BASE_URL: simulator.url,
      GENESYS_CLIENT_ID: CLIENT.id,
      GENESYS_CLIENT_SECRET: CLIENT.secret,
      ALLOWED_ORIGINS: site,
      DEPLOYMENT_IDS: DEPLOYMENT,
      AUDIT_LOG: "off",
      LOG_LEVEL: "silent",
      HOST: "127.0.0.1",
      PORT: "0",
    }),
  );
  endpoint = await start();
  return {
    simulator,
    site,
    async close() {
      await close();
      await simulator.close();
      host.closeAllConnections();
      host.close();
    },
  };
}

/** A visitor says something and leaves; the agent says the rest to nobody. */
async function converse(first, stage, messages) {
  await first.page.evaluate(() => globalThis.Guestpass("sendMessage", "Good morning"));
  await first.page.close();
  await until(() => stage.simulator.sessions().at(-1)?.sockets === 0);
  await tell(stage, messages);
}

/** A line of the agent's now and then one of another length, as people write. */
async function tell({ simulator }, messages, held) {
  for (let line = 1; line <= messages; line += 1) {
    simulator.say({ text: `Line ${line}. ${"About tea there is more to say. ".repeat(line % 4)}` });
    if (line % 200 === 0) await new Promise((resolve) => setTimeout(resolve, held ? 20 : 0));
  }
  if (held) await until(async () => (await held()) >= messages);
}

async function visit(context, { site }) {
  const page = await context.newPage();
  await page.addInitScript(() => {
    globalThis.longTasks = [];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) globalThis.longTasks.push(duration);
    }).observe({ type: "longtask" });
  });
  await page.goto(site);
  await page.waitForFunction(() => globalThis.Guestpass?.element?.updateComplete);
  const cdp = await context.newCDPSession(page);
  // Ticks of the thread's own clock: what other programs take of the processor is not counted.
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  const metrics = async () => {
    const { metrics } = await cdp.send("Performance.getMetrics");
    const ms = Object.fromEntries(metrics.map(({ name, value }) => [name, value * 1000]));
    return { all: ms.TaskDuration, script: ms.ScriptDuration, layout: ms.LayoutDuration + ms.RecalcStyleDuration };
  };
  const taskMs = async () => (await metrics()).all;
  const quiet = async () => {
    for (let before = -1, now = await taskMs(); now - before > 2; ) {
      before = now;
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
      now = await taskMs();
    }
  };
  const inside = (work) => page.evaluate(work);
  return {
    page,
    async open() {
      await inside(() => globalThis.Guestpass("show"));
      await until(() => inside(() => globalThis.Guestpass.element.conversationState === "open"));
    },
    ready: () => until(() => inside(() => globalThis.Guestpass.element.state === "ready")),
    hide: () => inside(() => globalThis.Guestpass("hide")),
    held: () => inside(() => globalThis.Guestpass.element.conversation?.messages.length ?? 0),
    toTop: () =>
      inside(() => {
        globalThis.Guestpass.element.shadowRoot.querySelector('[part="transcript"]').scrollTop = 0;
      }),
    /** What the main thread has to do for this, until it has nothing to do. */
    async work(what) {
      await quiet();
      await inside(() => void globalThis.longTasks.splice(0));
      const from = await metrics();
      await what();
      await quiet();
      const to = await metrics();
      const [work, script, layout] = ["all", "script", "layout"].map((of) => Math.round(to[of] - from[of]));
      const longest = await inside(() => Math.max(0, ...globalThis.longTasks));
      return { work, script, layout, longest: Math.round(longest) };
    },
  };
}

/** Asked seldom: each question is work for the page, too. */
async function until(isSo) {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 150));
}
