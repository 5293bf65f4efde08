/**
 * Everything that a platform, an agent, a bot or a deployment's configuration can send is tried with scripts in it, in a
 * page with a strict Content-Security-Policy and in one with none: what keeps it harmless is the code, not the policy.
 */
import type { Page, Request } from "@playwright/test";
import { expect, type Stage, tag, test, type Widget } from "./fixtures.js";
import { contentsOf, EVIL, PAYLOADS } from "./xss-payloads.js";

/** Whoever gets to run says so here; and an object that was tampered with is seen. */
const CANARY = `window.runs = []; window.pwned = (what) => { window.runs.push(String(what || "ran")) };`;

/** Payloads whose rich content is in one message. */
const AT_ONCE = 10;
/** Where the policy helps, a sixth of them is enough to see that the code and the policy bear each other. */
const SAMPLE = PAYLOADS.filter((_, index) => index % 6 === 0);

interface Watch {
  /** Everything that must not happen. */
  readonly harm: string[];
  readonly requests: Request[];
}

async function watch(page: Page): Promise<Watch> {
  const seen: Watch = { harm: [], requests: [] };
  await page.addInitScript(CANARY);
  await page.context().route(`**/*${EVIL}*/**`, (route) => route.abort());
  page.on("dialog", (dialog) => {
    seen.harm.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("popup", (popup) => seen.harm.push(`window: ${popup.url()}`));
  page.on("request", (request) => seen.requests.push(request));
  return seen;
}

/** What the widget's shadow tree must not have in it, and each link's address. */
function harmIn(element: Element): string[] {
  const found: string[] = [];
  const BAD = "script,iframe,object,embed,link,base,meta,template,noscript,frame,applet,math,use,foreignObject,animate";
  const look = (root: ParentNode): void => {
    for (const node of root.querySelectorAll("*")) {
      const { localName } = node;
      if (node.matches(BAD) || (localName === "form" && !node.matches('[part="composer"], .form')))
        found.push(localName);
      for (const { name, value } of node.attributes) {
        if (/^on|^srcdoc$|^formaction$|^action$|^style$|xlink/i.test(name)) found.push(`${localName} ${name}=${value}`);
        if (/^(?:href|src|poster)$/.test(name)) {
          const { protocol } = new URL(value, "base:");
          const fits = name === "href" ? /^(?:https?|mailto|tel):$/ : /^https?:$/;
          if (value && !fits.test(protocol)) found.push(`${localName} ${name}=${value}`);
        }
      }
      if (localName === "a" && !/noopener/.test(node.getAttribute("rel") ?? ""))
        found.push(`a without rel ${node.outerHTML}`);
      if (node.shadowRoot) look(node.shadowRoot);
    }
  };
  if (element.shadowRoot) look(element.shadowRoot);
  if ("polluted" in {} || Object.keys(Object.prototype).length > 0) found.push("Object.prototype");
  return found;
}

async function expectHarmless(page: Page, widget: Widget, stage: Stage, seen: Watch, url: string): Promise<void> {
  expect(await widget.element.evaluate(harmIn)).toEqual([]);
  expect(await page.evaluate(() => (globalThis as unknown as { runs: string[] }).runs)).toEqual([]);
  expect(seen.harm).toEqual([]);
  expect(page.url()).toBe(url);
  const ours = [new URL(url).host, new URL(stage.endpoint).host, new URL(stage.simulator.url).host];
  // A picture, a sound, a film may be loaded from where the platform says; nothing else may.
  const foreign = seen.requests.filter((request) => !ours.includes(new URL(request.url()).host));
  expect(
    foreign.filter((request) => !/^(?:image|media)$/.test(request.resourceType())).map((request) => request.url()),
  ).toEqual([]);
  // A player cannot be told to say nothing of the page; it says the site alone, not the page.
  for (const request of foreign) expect(["", `${new URL(url).origin}/`]).toContain(request.headers()["referer"] ?? "");
}

/** A deployment whose configuration has the payloads in it. */
async function poison(stage: Stage): Promise<void> {
  const path = `/webdeployments/v1/deployments/`;
  const { simulator } = stage;
  const id = "3f8a2c14-90b7-4a53-8f0e-0b1c6d7e8f90";
  const config = await (await fetch(`${simulator.url}${path}${id}/config.json`)).json();
  const all = PAYLOADS.join(" ");
  Object.assign(config.messenger, {
    styles: { primaryColor: all },
    homeScreen: { enabled: true, logoUrl: `javascript:pwned()`, title: all },
    launcherButton: { visibility: "On", displayType: all, icon: all },
  });
  Object.assign(config.messenger.apps.conversations.humanize, { bot: { name: all, avatarUrl: "javascript:pwned()" } });
  Object.assign(config, {
    customI18nLabels: [{ language: "en-us", localizedLabels: PAYLOADS.map((value) => ({ key: value, value })) }],
    languages: ["en-us", ...PAYLOADS],
    position: { alignment: all, sideSpace: all, bottomSpace: all },
  });
  simulator.fault({ path: `${path}*`, status: 200, body: config });
}

// A recording of all that is in these pages takes longer than all that is done in them.
test.use({ trace: "off" });

for (const strict of [true, false]) {
  const richly = strict ? SAMPLE : PAYLOADS;
  /** A text for each payload, and the messages with rich content. */
  const SAID = PAYLOADS.length + Math.ceil(richly.length / AT_ONCE);

  test.describe(strict ? "under a strict policy" : "without any policy", () => {
    test.use({ stageOptions: { strict, simulator: { quietAgent: true } } });

    test("nothing that the platform can say runs, loads or leads anywhere", async ({ page, stage, widget }) => {
      // A busy machine draws these pages slowly.
      test.setTimeout(120_000);
      await poison(stage);
      const seen = await watch(page);
      const url = stage.page(tag());
      await page.goto(url);
      await widget.open();
      await widget.say("hello <img src=x onerror=pwned()> javascript:pwned()");
      await expect(widget.panel.getByText("Delivered")).toBeVisible();
      const { simulator } = stage;

      for (const payload of PAYLOADS) {
        const names = { nickname: payload, firstName: payload, lastName: payload, image: payload };
        simulator.say({ text: payload, from: names, metadata: { [payload]: payload } });
      }
      // What is no message, all of it at once: each would be drawn by itself.
      const from = { nickname: PAYLOADS.join(" "), image: PAYLOADS[0] ?? "" };
      const unheard = PAYLOADS.map((eventType) => ({ eventType, [eventType]: eventType }));
      const came = PAYLOADS.map((type) => ({ eventType: "Presence", presence: { type } }));
      simulator.say({ from, events: [...unheard, ...came, { eventType: "Typing", typing: { type: "On" } }] });
      for (const payload of PAYLOADS)
        simulator.send({ type: payload, class: payload, code: 200, body: { [payload]: payload } });
      simulator.send({ type: "response", class: "string", code: 4999, body: PAYLOADS.join(" ") });
      for (let first = 0; first < richly.length; first += AT_ONCE) {
        const content = richly.slice(first, first + AT_ONCE).flatMap((payload) => contentsOf(payload));
        simulator.say({ text: `rich ${first}`, content, entity: "Bot" });
      }
      simulator.say({
        text: "all of them",
        content: PAYLOADS.map((text) => ({
          contentType: "QuickReply",
          quickReply: { text, payload: text, image: text },
        })),
      });
      await expect(widget.messages).toHaveCount(2 + SAID, { timeout: 30_000 });
      await expect(widget.panel.locator(".replies button")).toHaveCount(PAYLOADS.length);
      await expect(widget.panel.locator(".card").first()).toBeAttached();
      await expect(widget.messages.filter({ hasText: "<script>pwned()</script>" }).first()).toBeAttached();
      await expectHarmless(page, widget, stage, seen, url);

      // What is chosen comes back as the guest's own words.
      await widget.panel.locator(".replies button").first().click();
      await expect(widget.messages).toHaveCount(3 + SAID);
      // The platform's own refusals, and a file of a name like that.
      simulator.fault({ path: "/v1/onMessage", status: 400, body: PAYLOADS.join(" ") });
      await widget.say("refused <script>pwned()</script>");
      await expect(widget.panel.getByText("Not sent")).toBeVisible();
      simulator.clearFaults();
      const name = `<img src=x onerror=pwned()>\u202egpj.txt`;
      await widget.panel
        .locator("input[type=file]")
        .setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from("x") });
      await expect(widget.panel.locator(".files .file b")).toContainText("<img");
      await widget.panel.getByRole("button", { name: "Send", exact: true }).click();
      await expect(widget.panel.locator(".transcript a.file").filter({ hasText: "gpj.txt" })).toHaveCount(1);
      await expectHarmless(page, widget, stage, seen, url);

      // And all of it again out of the history.
      await page.reload();
      await expect(widget.launcher).toBeVisible();
      await widget.call("show");
      await expect(widget.panel.locator(".card").first()).toBeAttached();
      await expectHarmless(page, widget, stage, seen, url);
      // The policy of this page lets no foreign picture, sound or film in, either.
      const violations = await widget.violations();
      expect(violations.filter((violation) => !/^(?:img|media)-src /.test(violation))).toEqual([]);
    });
  });
}
