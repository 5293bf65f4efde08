/** What only Chromium's DevTools protocol can bring about: a page that is really hidden, frozen, offline; and what a thief may try. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";
import { until } from "./engines/engine.js";
import { engines } from "./engines/find.js";
import { openPuppeteer, type PuppeteerTab } from "./engines/puppeteer.js";
import { became, call, element, happened, heard, openScene, REFRESH, START, sleep } from "./scenarios.js";
import { openStage, tag } from "./stage.js";

const { chromium } = engines();
const HOUR = 3600;

const scene = openScene(() => openPuppeteer("chrome", chromium));

/** The browser's window is put away: the page is hidden as it is for a visitor. Gives what brings it back. */
async function hide({ page }: PuppeteerTab): Promise<() => Promise<void>> {
  const devtools = await page.createCDPSession();
  const { windowId } = await devtools.send("Browser.getWindowForTarget");
  const put = (windowState: "minimized" | "normal") =>
    devtools.send("Browser.setWindowBounds", { windowId, bounds: { windowState } });
  await put("minimized");
  await page.waitForFunction(() => document.visibilityState === "hidden");
  return () => put("normal");
}

test("#3 #36 a hidden tab sets one timer for the next renewal, and is whole as soon as it is seen", async () => {
  const { stage, started } = scene();
  const tab = (await started(
    undefined,
    `{
      const own = { setTimeout: setTimeout.bind(window), clearTimeout: clearTimeout.bind(window) };
      window.noted = [];
      window.setTimeout = (run, ms, ...more) => {
        const timer = { ms };
        timer.id = own.setTimeout(() => { noted.splice(noted.indexOf(timer), 1); run(); }, ms, ...more);
        noted.push(timer);
        return timer.id;
      };
      window.clearTimeout = (id) => {
        const place = noted.findIndex((timer) => timer.id === id);
        if (place >= 0) noted.splice(place, 1);
        own.clearTimeout(id);
      };
    }`,
  )) as PuppeteerTab;
  const delays = () => window.noted.map((timer) => (timer as { ms: number }).ms);
  // While it is seen, the clock is glanced at: a laptop that wakes does not always say so.
  expect(await tab.run(delays)).toEqual([30_000]);
  const show = await hide(tab);
  const [timer = 0, ...others] = await tab.run(delays);
  expect(others).toEqual([]);
  expect(timer).toBeGreaterThan(2_000_000);
  await sleep(stage, 3 * HOUR, tab);
  expect(stage.calls).toEqual([START]);
  await show();
  await happened(tab, "token-refreshed");
  expect(stage.calls).toEqual([START, REFRESH]);
  expect(await heard(tab)).not.toContain("token-expired");
});

test("#4 a page that the browser freezes and resumes: one request", async () => {
  const { stage, started } = scene();
  const tab = (await started()) as PuppeteerTab;
  await tab.run(() => {
    window.noted = [];
    for (const type of ["freeze", "resume"]) document.addEventListener(type, () => window.noted.push(type));
  });
  const devtools = await tab.page.createCDPSession();
  const show = await hide(tab);
  await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
  stage.pass(2 * HOUR);
  await devtools.send("Page.setWebLifecycleState", { state: "active" });
  await tab.run((seconds) => window.passes(seconds), 2 * HOUR);
  await show();
  await happened(tab, "token-refreshed");
  expect(await tab.run(() => window.noted)).toEqual(["freeze", "resume"]);
  expect(stage.calls).toEqual([START, REFRESH]);
  expect(await heard(tab)).not.toContain("token-expired");
});

test("#4 #10 offline: nothing is asked, whatever happens; online: once", async () => {
  const { stage, started } = scene();
  const tab = (await started()) as PuppeteerTab;
  await tab.page.setOfflineMode(true);
  await became(tab, "offline");
  expect(await call(tab, "refreshToken")).toBe("network");
  await sleep(stage, 2 * HOUR, tab);
  await tab.run(() => {
    for (const type of ["pageshow", "focus"]) window.dispatchEvent(new Event(type));
    document.dispatchEvent(new Event("resume"));
  });
  await happened(tab, "token-expired");
  expect((await element(tab)).state).toBe("offline");
  expect(stage.calls).toEqual([START]);
  await tab.page.setOfflineMode(false);
  await happened(tab, "token-refreshed");
  await became(tab, "ready");
  expect(stage.calls).toEqual([START, REFRESH]);
});

test("#35 on a server: importing and constructing start nothing, and the process ends by itself", () => {
  const packages = fileURLToPath(new URL("../..", import.meta.url));
  const script = `
    const { createTokenKeeper } = await import("${packages}tokens/dist/index.js");
    const keeper = createTokenKeeper({ endpoint: "https://tokens.example.com", deploymentId: "d" });
    await import("${packages}embed/dist/index.js");
    await import("${packages}embed/dist/define.js");
    const left = process.getActiveResourcesInfo().filter((name) => /Timeout|Fetch|Socket/.test(name));
    console.log(JSON.stringify([keeper.state, keeper.canResume, left]));`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
    timeout: 20_000,
  });
  expect([status, stdout.trim(), stderr]).toEqual([0, '["idle",false,[]]', ""]);
});

/** A raw request to the endpoint from a page of the shop, with what a thief may have. */
const steal = (tab: PuppeteerTab, endpoint: string, handle: string) =>
  tab.run(
    async (url, bearer) => {
      const answer = await fetch(`${url}/v1/sessions/refresh`, {
        method: "POST",
        headers: { Authorization: `Bearer ${bearer}` },
      });
      return [answer.status, ((await answer.json()) as { code?: string }).code ?? "no code"];
    },
    endpoint,
    handle,
  );

const stored = () =>
  (["localStorage", "sessionStorage"] as const).flatMap((area) =>
    Object.keys(window[area])
      .filter((key) => key.startsWith("guestpass:"))
      .map((key) => [area, JSON.parse(window[area].getItem(key) ?? "{}").handle as string] as const),
  );

test("a stolen handle is useless without the browser's key, which cannot be exported", async () => {
  const { stage, started, visit } = scene();
  const tab = (await started()) as PuppeteerTab;
  const [[area, handle] = ["", ""]] = await tab.run(stored);
  expect(area).toBe("localStorage");
  const exported = await tab.run(
    () =>
      new Promise<string>((resolve) => {
        const opening = indexedDB.open("guestpass");
        opening.onsuccess = () => {
          const reading = opening.result.transaction("keys").objectStore("keys").getAll();
          reading.onsuccess = async () => {
            opening.result.close();
            const [{ privateKey }] = reading.result as [CryptoKeyPair];
            resolve(
              await crypto.subtle.exportKey("jwk", privateKey).then(
                () => "exported",
                (error: Error) => error.name,
              ),
            );
          };
        };
      }),
  );
  expect(exported).toBe("InvalidAccessError");
  expect(await steal((await visit()) as PuppeteerTab, stage.endpoint, handle)).toEqual([401, "session_invalid"]);
  // And the thief's attempt has not ended the visitor's session.
  await sleep(stage, 60, tab);
  expect(await call(tab, "refreshToken")).toBe("done");
});

test("SESSION_BINDING=off: the handle is not bound, so it stays in its tab", async () => {
  const { engine } = scene();
  const stage = await openStage({ binding: "off" });
  const tab = await engine.open();
  try {
    await tab.goto(stage.page());
    await until(tab, () => !!window.shop?.element);
    await call(tab, "startSession");
    const [[area, handle] = ["", ""], ...others] = await tab.run(stored);
    expect([area, others]).toEqual(["sessionStorage", []]);
    expect(await steal(tab, stage.endpoint, handle)).toEqual([200, "no code"]);
    await tab.reload();
    await until(tab, () => !!window.shop?.element);
    await call(tab, "startSession");
    expect(stage.calls).toEqual([START, REFRESH, REFRESH]);
  } finally {
    await tab.close();
    await stage.close();
  }
});

test("SESSION_BINDING=required: a browser without a key store is refused, and one with it is not", async () => {
  const { engine } = scene();
  const stage = await openStage({ binding: "required" });
  const [without, withKeys] = [await engine.open(), await engine.open()];
  try {
    await without.goto(
      stage.page(tag(), `Object.defineProperty(window, "indexedDB", { get() { throw new DOMException("no"); } });`),
    );
    await withKeys.goto(stage.page());
    for (const tab of [without, withKeys]) await until(tab, () => !!window.shop?.element);
    expect(await call(without, "startSession")).toBe("invalid_request");
    expect((await element(without)).state).toBe("refused");
    expect(await call(withKeys, "startSession")).toBe("done");
    expect(stage.calls).toEqual(["POST /v1/sessions 400", START]);
  } finally {
    for (const tab of [without, withKeys]) await tab.close();
    await stage.close();
  }
});
