/** The element as a page uses it: attributes, methods, events, its life in the document. */
import { expect, tag, test } from "./fixtures.js";

const ELEMENT = '<guestpass-messenger endpoint="{{endpoint}}" deployment-id="{{deployment}}"></guestpass-messenger>';

test("before-open and before-close can be prevented", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag()));
  await expect(widget.launcher).toBeVisible();
  await page.evaluate(() => {
    const stop = (event: Event): void => event.preventDefault();
    document.addEventListener("guestpass-before-open", stop, { once: true });
    document.addEventListener(
      "guestpass-open",
      () => document.addEventListener("guestpass-before-close", stop, { once: true }),
      { once: true },
    );
  });
  await widget.call("show");
  expect(await widget.get("open")).toBe(false);
  expect(stage.calls).toEqual([]);
  await widget.call("show");
  await expect(widget.panel).toBeVisible();
  await widget.call("hide");
  expect(await widget.get("open")).toBe(true);
  await expect(widget.panel).toBeVisible();
  await widget.call("toggle");
  await expect(widget.panel).toBeHidden();
  expect(await widget.names()).toEqual(expect.arrayContaining(["before-open", "open", "before-close", "close"]));
  expect((await widget.heard("close")).map(({ trigger }) => trigger)).toEqual(["method"]);
});

test("the open attribute opens and closes", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag('data-open=""')));
  await expect(widget.input).toBeFocused();
  await expect.poll(async () => (await widget.heard("open")).map(({ trigger }) => trigger)).toEqual(["attribute"]);
  await widget.element.evaluate((element) => element.removeAttribute("open"));
  await expect(widget.panel).toBeHidden();
  await widget.element.evaluate((element: HTMLElement & { open?: boolean }) => {
    element.open = true;
  });
  await expect(widget.panel).toBeVisible();
  await expect(widget.element).toHaveAttribute("open", "");
});

test("messenger=none: a token and events, nothing to see", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag('data-messenger="none"')));
  await expect.poll(() => widget.call("startSession")).toBeUndefined();
  await expect(widget.launcher).toHaveCount(0);
  expect(await widget.get("state")).toBe("ready");
  expect(await widget.get("expiresIn")).toBeGreaterThan(0);
  // The token of a web-messaging guest is a UUID, and a page with a messenger of its own needs it.
  expect(await widget.call("refreshToken")).toMatch(/^[\da-f-]{36}$/);
  expect(await widget.names()).toEqual(expect.arrayContaining(["state", "ready"]));
  expect(await widget.call("show")).toMatchObject({ code: "unsupported", error: "GuestpassError" });
  expect(await widget.call("sendMessage", "x")).toMatchObject({ code: "unsupported" });
  expect(stage.simulator.requests().filter(({ path }) => path === "/v1")).toEqual([]);
  await widget.call("endConversation");
  expect(await widget.get("state")).toBe("ended");
});

test.describe("a token that is about to expire", () => {
  test.use({ stageOptions: { env: { GUEST_API: "guest-tokens", REFRESH_LEAD: "5" }, simulator: { tokenLife: 12 } } });
  test("is renewed before, and is in one event alone, as a getter", async ({ page, stage, widget }) => {
    await page.goto(stage.page(tag('data-messenger="none"')));
    await expect(widget.element).toHaveCount(1);
    const told = page.evaluate(
      () =>
        new Promise((resolve) => {
          document.addEventListener("guestpass-token-refreshed", (event) => {
            const { token, rotated, expiresIn } = event as Event & {
              token: string;
              rotated: boolean;
              expiresIn: number;
            };
            const shown = JSON.stringify(event) + JSON.stringify(Object.entries(event));
            resolve({ parts: token.split(".").length, hidden: !shown.includes(token), rotated, lives: expiresIn > 5 });
          });
        }),
    );
    await widget.call("startSession");
    expect(await told).toEqual({ parts: 3, hidden: true, rotated: true, lives: true });
    const names = await widget.names();
    expect(names.indexOf("token-expiring")).toBeLessThan(names.indexOf("token-refreshed"));
    expect(names).not.toContain("token-expired");
  });
});

for (const start of ["load", "idle", "visible"]) {
  test(`start=${start} begins without a click`, async ({ page, stage, widget }) => {
    await page.goto(stage.page(tag(`data-start="${start}"`)));
    await expect.poll(() => widget.get("state")).toBe("ready");
    await expect.poll(() => widget.get("conversationState")).toBe("open");
    await expect(widget.panel).toHaveCount(0);
    stage.simulator.say({ text: "Hello there" });
    await expect(widget.element.locator('[part="badge"]')).toHaveText("1");
  });
}

test("a page's mistake is told at once, with a stable code", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag('data-deployment-id=""', "<guestpass-messenger></guestpass-messenger>")));
  await expect(widget.launcher).toBeVisible();
  expect(await widget.call("startSession")).toMatchObject({ code: "invalid_request", error: "GuestpassError" });
  expect(await widget.call("sendMessage", "")).toMatchObject({ code: "invalid_request" });
  const errors = await widget.heard("error");
  expect(errors.map(({ code }) => code)).toEqual(["invalid_request", "invalid_request"]);
  expect(errors[0]?.message).toContain("endpoint");
});

test("a refusal by the endpoint is told with its own code, and nothing more is asked", async ({
  page,
  stage,
  widget,
}) => {
  await page.goto(stage.page(tag("", ELEMENT.replace("{{deployment}}", "00000000-0000-4000-8000-000000000000"))));
  await widget.launcher.click();
  await expect(widget.panel.getByText("Chat is not available right now.")).toBeVisible();
  await expect(widget.input).toBeDisabled();
  expect(await widget.get("state")).toBe("refused");
  expect((await widget.heard("error")).map(({ code }) => code)).toEqual(["deployment_not_allowed"]);
  const posts = stage.calls.filter((call) => call.startsWith("POST")).length;
  expect(posts).toBe(1);
});

test("a move in the document costs nothing; a removal ends everything quietly", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag("", `<div id="a">${ELEMENT}</div><div id="b"></div>`)));
  await widget.open();
  await widget.converse("hello");
  await widget.input.fill("a draft");
  const sockets = (): number => stage.simulator.requests().filter(({ path }) => path === "/v1").length;
  const before = sockets();
  await page.evaluate(() => {
    const element = document.querySelector("guestpass-messenger");
    if (element) document.querySelector("#b")?.append(element);
  });
  await expect(widget.panel).toBeVisible();
  await expect(widget.input).toHaveValue("a draft");
  stage.simulator.say({ text: "still here" });
  await expect(page.getByText("still here")).toBeInViewport();
  expect(sockets()).toBe(before);

  const heard = (await widget.heard()).length;
  await page.evaluate(() => {
    const element = document.querySelector("guestpass-messenger");
    Object.assign(globalThis, { gone: element });
    element?.remove();
  });
  await expect
    .poll(() => page.evaluate(() => (globalThis as unknown as { gone: { state: string } }).gone.state))
    .toBe("idle");
  stage.simulator.say({ text: "to nobody" });
  expect((await widget.heard()).length).toBe(heard);
  await page.evaluate(() => document.body.append((globalThis as unknown as { gone: Node }).gone));
  await widget.launcher.click();
  await expect(page.getByText("to nobody")).toBeVisible();
});

test("another deployment means another session, and nothing of the old one to see", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag("", ELEMENT)));
  await widget.open();
  await widget.converse("to the first");
  await widget.element.evaluate((element: HTMLElement & { deploymentId?: string }) => {
    element.deploymentId = "00000000-0000-4000-8000-000000000000";
  });
  await expect.poll(() => widget.get("state")).toBe("refused");
  await expect(page.getByText("to the first")).toHaveCount(0);
});

test("reset leaves nothing behind", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag()));
  await widget.open();
  await widget.converse("secret");
  await widget.input.fill("an unsent secret");
  expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBeGreaterThan(0);
  await widget.call("reset");
  expect(await widget.get("state")).toBe("idle");
  expect(await widget.get("conversationState")).toBe("none");
  await expect(widget.panel).toHaveCount(0);
  expect(await page.evaluate(async () => [localStorage.length, sessionStorage.length, document.cookie])).toEqual([
    0,
    0,
    "",
  ]);
  const databases = await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
  for (const name of databases) {
    const rows = await page.evaluate(
      (database) =>
        new Promise((resolve, reject) => {
          const opening = indexedDB.open(database ?? "");
          opening.onerror = () => reject(opening.error);
          opening.onsuccess = () => {
            const stores = [...opening.result.objectStoreNames];
            if (stores.length === 0) return resolve(0);
            const counting = opening.result
              .transaction(stores)
              .objectStore(stores[0] ?? "")
              .count();
            counting.onsuccess = () => resolve(counting.result);
          };
        }),
      name,
    );
    expect(rows).toBe(0);
  }
  await widget.open();
  await expect(widget.input).toHaveValue("");
  await expect(page.getByText("secret")).toHaveCount(0);
});

test("the debug report tells what happened, and no secret", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag()));
  await widget.open();
  await widget.converse("my pin is 4111");
  const report = JSON.stringify(await widget.call("debugReport"));
  expect(JSON.parse(report)).toMatchObject({ state: "ready", conversationState: "open" });
  expect((JSON.parse(report) as { entries: unknown[] }).entries.length).toBeGreaterThan(3);
  expect(report).not.toContain("4111");
  const guest = await page.evaluate(() => JSON.stringify(Object.entries(localStorage)));
  for (const secret of guest.match(/[\w-]{40,}/g) ?? []) expect(report).not.toContain(secret);
});

test("sendMessage starts what it needs and resolves with the platform's id", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag()));
  const sent = (await widget.call("sendMessage", "straight away")) as { id: string };
  expect(sent.id).toMatch(/\w{8,}/);
  await expect(widget.panel).toHaveCount(0);
  expect((await widget.heard("message")).find(({ direction }) => direction === "sent")?.text).toBe("straight away");
  await widget.open();
  await expect(page.getByText("straight away", { exact: true })).toHaveCount(1);
});
