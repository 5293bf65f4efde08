/** The product's main job: one tag, a guest token, a conversation that outlives its token. */
import type { Page } from "@playwright/test";
import { expect, test } from "./stage.js";

const PAGE = `<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1>
<script>
  window.Guestpass = window.Guestpass || function () { (Guestpass.q = Guestpass.q || []).push(arguments) };
  window.heard = [];
  for (const name of ["state", "ready", "open", "close", "token-expiring", "token-refreshed", "token-expired", "degraded",
    "recovered", "message", "unread", "conversation-started", "conversation-ended", "error"]) {
    Guestpass("on", name, (event) => heard.push({ name, state: event.state, code: event.code, direction: event.direction,
      text: event.text, rotated: event.rotated, expiresIn: event.expiresIn, at: Date.now() }));
  }
</script>
<script async src="{{endpoint}}/embed/guestpass.js" data-deployment-id="{{deployment}}"></script>`;

interface Heard {
  name: string;
  state?: string;
  code?: string;
  direction?: string;
  text?: string;
  rotated?: boolean;
  expiresIn?: number;
  at: number;
}

const heard = (page: Page): Promise<Heard[]> =>
  page.evaluate(() => (globalThis as unknown as { heard: Heard[] }).heard);
const count = async (page: Page, name: string): Promise<number> =>
  (await heard(page)).filter((event) => event.name === name).length;
const launcher = (page: Page) => page.getByRole("button", { name: /chat|message|help|messenger/i }).first();
const composer = (page: Page) => page.getByRole("textbox");

async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press("Enter");
}

for (const guestApi of ["guest-tokens", "webchat-instances"]) {
  test.describe(`GUEST_API=${guestApi}, tokens that live 12 s`, () => {
    test.use({ stageOptions: { simulator: { tokenLife: 12 }, env: { GUEST_API: guestApi } } });

    test("from the click to the agent's answer, through three silent refreshes while messages keep flowing", async ({
      page,
      stage,
    }) => {
      await page.goto(stage.html(PAGE));
      await expect(launcher(page)).toBeVisible();
      expect(stage.endpointRequests.filter((line) => !line.includes("/embed/"))).toEqual([]);
      expect(await page.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([0, 0]);

      await launcher(page).click();
      await expect(composer(page)).toBeVisible();
      await say(page, "Hello from the shop");
      await expect(page.getByText("Hello from the shop", { exact: true })).toBeVisible();
      await expect
        .poll(async () => (await heard(page)).some((e) => e.name === "message" && e.direction === "received"))
        .toBe(true);

      const sent: string[] = ["Hello from the shop"];
      while ((await count(page, "token-refreshed")) < 3) {
        const text = `message ${sent.length}`;
        const before = await count(page, "token-refreshed");
        await say(page, text);
        sent.push(text);
        await expect(page.getByText(text, { exact: true })).toBeVisible();
        await expect.poll(() => count(page, "token-refreshed"), { timeout: 20_000 }).toBeGreaterThan(before);
      }

      const events = await heard(page);
      expect(
        events.filter((event) => event.name === "message" && event.direction === "sent").map((event) => event.text),
      ).toEqual(sent);
      const names = events.map((event) => event.name);
      expect(names).not.toContain("error");
      expect(names).not.toContain("token-expired");
      expect(names).not.toContain("conversation-ended");
      expect(names.filter((name) => name === "ready")).toHaveLength(1);
      expect(names.filter((name) => name === "token-expiring").length).toBeGreaterThanOrEqual(3);
      const refreshed = events.filter((event) => event.name === "token-refreshed");
      expect(refreshed.every((event) => event.rotated)).toBe(true);

      const upstream = stage.simulator.requests().filter((request) => request.method === "POST");
      expect(upstream.filter((request) => request.path.endsWith("/oauth/token"))).toHaveLength(1);
      const made = upstream.filter((request) => /\/guest-tokens$|\/instances\/guests$/.test(request.path)).length;
      const asked = stage.endpointRequests.filter((line) => /POST \/v1\/sessions/.test(line)).length;
      expect(made).toBe(asked);
      expect(asked).toBe(1 + (await count(page, "token-refreshed")));
    });
  });
}

test.describe("the network cut for longer than a token's life", () => {
  test.use({ stageOptions: { simulator: { tokenLife: 12 } } });

  test("the conversation goes on after it returns, by itself", async ({ page, context, stage }) => {
    await page.goto(stage.html(PAGE));
    await launcher(page).click();
    await say(page, "before the cut");
    await expect.poll(async () => (await heard(page)).some((e) => e.direction === "received")).toBe(true);

    await context.setOffline(true);
    stage.cut();
    await expect.poll(() => count(page, "token-expired"), { timeout: 30_000 }).toBe(1);
    await say(page, "said while it was cut");
    stage.restore();
    stage.simulator.say({ text: "said by the agent meanwhile" });
    await context.setOffline(false);

    await expect(page.getByText("said by the agent meanwhile")).toBeVisible({ timeout: 30_000 });
    await expect
      .poll(async () => (await heard(page)).filter((e) => e.direction === "sent").map((e) => e.text), {
        timeout: 30_000,
      })
      .toEqual(["before the cut", "said while it was cut"]);
    expect(await count(page, "conversation-ended")).toBe(0);
    await expect.poll(async () => (await heard(page)).findLast((e) => e.name === "state")?.state).toBe("ready");
  });
});

test("a reload brings the conversation back with its history", async ({ page, stage }) => {
  await page.goto(stage.html(PAGE));
  await launcher(page).click();
  await say(page, "remember this");
  await expect.poll(async () => (await heard(page)).some((e) => e.direction === "received")).toBe(true);
  await page.reload();
  await launcher(page).click();
  await expect(page.getByText("remember this", { exact: true })).toBeVisible();
  const starts = stage.endpointRequests.filter((line) => line.startsWith("POST /v1/sessions 201"));
  expect(starts).toHaveLength(1);
});

test.describe("a dead platform", () => {
  test("the page gets the problem code, and everything works when the platform is back", async ({ page, stage }) => {
    stage.simulator.fault({ path: "/api/v2/guest-tokens", status: 503, times: 1_000 });
    await page.goto(stage.html(PAGE));
    await launcher(page).click();
    await expect
      .poll(async () => (await heard(page)).find((e) => e.name === "error")?.code)
      .toBe("upstream_unavailable");
    stage.simulator.clearFaults();
    await say(page, "is anybody there?");
    await expect
      .poll(async () => (await heard(page)).some((e) => e.direction === "received"), { timeout: 40_000 })
      .toBe(true);
  });
});

test.describe("a deployment that is not on the list", () => {
  test.use({ stageOptions: { env: { DEPLOYMENT_IDS: "00000000-0000-4000-8000-000000000000" } } });
  test("is refused with deployment_not_allowed, and nothing more is fetched", async ({ page, stage }) => {
    await page.goto(stage.html(PAGE));
    await launcher(page).click();
    await expect.poll(async () => (await heard(page)).findLast((e) => e.name === "state")?.state).toBe("refused");
    expect((await heard(page)).find((e) => e.name === "error")?.code).toBe("deployment_not_allowed");
    expect(stage.endpointRequests.filter((line) => line.startsWith("POST"))).toHaveLength(1);
  });
});

test.describe("a page that is not on the list", () => {
  test.use({ stageOptions: { env: { ALLOWED_ORIGINS: "https://somebody-else.example" } } });
  test("gets no token, and hears that the endpoint cannot be reached from here", async ({ page, stage }) => {
    await page.goto(stage.html(PAGE));
    await launcher(page).click();
    await expect.poll(async () => (await heard(page)).find((e) => e.name === "error")?.code).toBe("network");
    expect(stage.simulator.requests().some(({ path }) => path === "/api/v2/guest-tokens")).toBe(false);
  });
});
