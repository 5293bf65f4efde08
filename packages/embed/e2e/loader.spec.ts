/** The script tag in every way that a page may put it. */
import type {} from "@guestpass/embed";
import { expect, tag, test } from "./fixtures.js";

const SCRIPT = '<script src="{{endpoint}}/embed/guestpass.js" data-deployment-id="{{deployment}}"';
const page_ = (body: string): string =>
  `<!doctype html><html lang="en"><title>Shop</title><script src="/stub.js"></script>${body}`;

for (const [how, html] of [
  ["async in the head", page_(`${SCRIPT} async></script><body><h1>Shop</h1>`)],
  ["plain in the head, before there is a body", page_(`${SCRIPT}></script><body><h1>Shop</h1>`)],
  ["deferred", page_(`${SCRIPT} defer></script><h1>Shop</h1>`)],
  ["at the end of the body", page_(`<h1>Shop</h1>${SCRIPT}></script></body>`)],
  ["twice", page_(`<h1>Shop</h1>${SCRIPT} async></script>${SCRIPT} async></script>`)],
] as const) {
  test(`${how}: one element at the end of the body`, async ({ page, stage, widget }) => {
    await page.goto(stage.page(html));
    await expect(widget.launcher).toBeVisible();
    await expect(widget.element).toHaveCount(1);
    expect(await widget.element.evaluate((element) => element.parentElement?.localName)).toBe("body");
    expect(await widget.element.getAttribute("endpoint")).toBe(stage.endpoint);
    await widget.open();
    await widget.converse("hello");
  });
}

test.describe("on a page without Trusted Types", () => {
  test.use({ bypassCSP: true });

  test("put in by another script, from the versioned path", async ({ page, stage, widget }) => {
    await page.goto(stage.page(page_("<h1>Shop</h1>")));
    const { version } = (await (await fetch(`${stage.endpoint}/embed/manifest.json`)).json()) as { version: string };
    await page.addScriptTag({ url: `${stage.endpoint}/embed/${version}/guestpass.js` });
    await expect(widget.launcher).toBeVisible();
  });

  test("another version that has the tag stays, and is named in a warning", async ({ page, stage, widget }) => {
    const warnings: string[] = [];
    page.on("console", (message) => message.type() === "warning" && warnings.push(message.text()));
    await page.goto(stage.page(page_("<h1>Shop</h1>")));
    await page.evaluate(() => {
      customElements.define(
        "guestpass-messenger",
        class extends HTMLElement {
          static version = "0.0.1";
        },
      );
    });
    await page.addScriptTag({ url: `${stage.endpoint}/embed/guestpass.js` });
    await expect(widget.element).toHaveCount(1);
    expect(warnings).toEqual([expect.stringContaining("0.0.1")]);
  });
});

test("a page that has an element keeps it, and gets no second one", async ({ page, stage, widget }) => {
  const own =
    '<main><guestpass-messenger id="mine" endpoint="{{endpoint}}" deployment-id="{{deployment}}" theme="dark"></guestpass-messenger></main>';
  await page.goto(stage.page(page_(`${SCRIPT} async></script>${own}`)));
  await expect(widget.launcher).toBeVisible();
  await expect(widget.element).toHaveCount(1);
  await expect(widget.element).toHaveId("mine");
  expect(await widget.call("show")).toBeUndefined();
  await expect(widget.panel).toBeVisible();
});

test("data-manual only defines; calls wait for the page's element", async ({ page, stage, widget }) => {
  await page.goto(stage.page(page_(`<h1>Shop</h1>${SCRIPT} data-manual async></script>`)));
  await page.waitForFunction(() => customElements.get("guestpass-messenger") !== undefined);
  await expect(widget.element).toHaveCount(0);
  const shown = widget.call("show");
  await page.evaluate(
    ([endpoint]) => {
      const element = document.createElement("guestpass-messenger");
      element.endpoint = endpoint;
      element.deploymentId =
        document.querySelector("script[data-deployment-id]")?.getAttribute("data-deployment-id") ?? "";
      document.body.append(element);
    },
    [stage.endpoint],
  );
  await shown;
  await expect(widget.panel).toBeVisible();
});

test("calls before it has loaded are done in order when it has", async ({ page, stage, widget }) => {
  const calls = `<script src="/stub.js"></script>`;
  await page.addInitScript(() => {
    const stub = Object.assign(
      (...args: unknown[]) => {
        stub.q.push(args);
      },
      { q: [] as unknown[][] },
    );
    Object.assign(globalThis, { Guestpass: stub, stub, unread: [] });
    stub("on", "open", () => Object.assign(globalThis, { opened: true }));
    stub("set", { customAttributes: { plan: "gold" } });
    stub("show");
    stub("sendMessage", "from the queue");
  });
  await page.goto(stage.page(page_(`${calls}${SCRIPT} async></script>`)));
  await expect(widget.panel).toBeVisible();
  await expect(page.getByText("You wrote: from the queue")).toBeVisible();
  expect(await page.evaluate(() => (globalThis as unknown as { opened: boolean }).opened)).toBe(true);
  expect(await widget.get("customAttributes")).toEqual({ plan: "gold" });
  // A page that kept the stub goes on using it.
  await page.evaluate(() => (globalThis as unknown as { stub: (name: string) => void }).stub("hide"));
  await expect(widget.panel).toBeHidden();
});

test("after loading each call is a promise, and Guestpass.element is the element", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag()));
  await expect(widget.launcher).toBeVisible();
  const facts = await page.evaluate(async () => {
    const { Guestpass } = globalThis as unknown as {
      Guestpass: ((...args: unknown[]) => Promise<unknown>) & { element: Element; version: string };
    };
    const heard: string[] = [];
    const listen = (event: Event): void => void heard.push(event.type);
    await Guestpass("on", "open", listen);
    const shown = Guestpass("show");
    const isPromise = shown instanceof Promise;
    await shown;
    await Guestpass("hide");
    await Guestpass("off", "open", listen);
    await Guestpass("show");
    const unknown = await Guestpass("dance").catch((error: Error) => error.name);
    const noListener = await Guestpass("on", "open").catch((error: Error) => error.name);
    await Guestpass("set", { theme: "dark" });
    return {
      isPromise,
      heard,
      unknown,
      noListener,
      same: Guestpass.element === document.querySelector("guestpass-messenger"),
      theme: Guestpass.element.getAttribute("theme"),
      version: Guestpass.version,
    };
  });
  expect(facts).toEqual({
    isPromise: true,
    heard: ["guestpass-open"],
    unknown: "TypeError",
    noListener: "TypeError",
    same: true,
    theme: "dark",
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
  });
});

test("a module that does not come at first is asked for again", async ({ page, stage, widget }) => {
  let asked = 0;
  await page.route(/\/embed\/element-/, async (route) => {
    asked += 1;
    await (asked === 1 ? route.abort("connectionreset") : route.continue());
  });
  await page.goto(stage.page(tag()));
  await expect(widget.launcher).toBeVisible();
  expect(asked).toBe(2);
});

test("a panel that cannot be loaded is said, and loaded when it is opened again", async ({ page, stage, widget }) => {
  let asked = 0;
  await page.route(/\/embed\/panel-/, async (route) => {
    asked += 1;
    await (asked === 1 ? route.abort("connectionreset") : route.continue());
  });
  await page.goto(stage.page(tag()));
  await expect(widget.launcher).toBeVisible();
  expect(await widget.call("show")).toMatchObject({ code: "messenger_failed", error: "GuestpassError" });
  expect(await widget.get("open")).toBe(false);
  await expect.poll(async () => (await widget.heard("error")).map(({ code }) => code)).toContain("messenger_failed");
  await widget.open();
  await widget.converse("hello");
});
