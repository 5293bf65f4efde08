/** What ends a session, and how the visitor goes on: its age, the platform, another window, another user. */
import { createHmac } from "node:crypto";
import { DEPLOYMENT, expect, tag, test, Widget } from "./fixtures.js";

const order = async (widget: Widget, ...texts: string[]): Promise<boolean> => {
  const shown = (await widget.transcript.textContent()) ?? "";
  const places = texts.map((text) => shown.indexOf(text));
  return places.every((place, n) => place >= 0 && place > (places[n - 1] ?? -1));
};

for (const guestApi of ["web-messaging", "guest-tokens"]) {
  test.describe(`a session of ${guestApi} that may live a minute`, () => {
    test.use({ stageOptions: { env: { GUEST_API: guestApi, SESSION_MAX_AGE: "60" } } });
    test("is over then; what was said stays, what is typed stays, the next message begins anew", async ({
      page,
      stage,
      widget,
    }) => {
      await page.clock.install();
      await page.goto(stage.page(tag()));
      await widget.open();
      await widget.converse("in the first session");
      await widget.input.fill("typed before, sent after");
      await page.clock.fastForward(61_000);
      await expect.poll(() => widget.get("state"), { timeout: 15_000 }).toBe("expired");
      await expect(widget.panel.getByText("This conversation has expired.")).toBeVisible();
      await expect(widget.input).toHaveValue("typed before, sent after");
      await expect(widget.input).toBeEnabled();
      await widget.input.press("Enter");
      await expect(page.getByText("You wrote: typed before, sent after")).toBeVisible();
      expect(
        await order(widget, "You wrote: in the first session", "This conversation has expired", "typed before"),
      ).toBe(true);
      expect(stage.calls.filter((call) => call === "POST /v1/sessions 201")).toHaveLength(2);
      expect(await widget.get("state")).toBe("ready");
    });
  });
}

test("the platform ends the session: the same, with its reason", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag()));
  await widget.open();
  await widget.converse("hello");
  stage.simulator.advance(73 * 3600);
  await expect(widget.panel.getByText("This conversation has expired.")).toBeVisible();
  expect((await widget.heard("conversation-ended")).map(({ reason }) => reason)).toEqual(["expired"]);
  expect(await widget.get("state")).toBe("expired");
  await widget.converse("anew");
  expect(await order(widget, "You wrote: hello", "This conversation has expired", "You wrote: anew")).toBe(true);
});

test.describe("a session that somebody else has ended", () => {
  // Unbound, so that its handle is enough to end it.
  test.use({ stageOptions: { env: { SESSION_BINDING: "off" } } });
  test("is replaced when that is noticed; what was said in it stands above a line", async ({ page, stage, widget }) => {
    await page.clock.install();
    await page.goto(stage.page(tag()));
    await widget.open();
    await widget.converse("in the first session");
    const [origin, handle] = await page.evaluate(
      (key) => [location.origin, (JSON.parse(sessionStorage.getItem(key) ?? "") as { handle: string }).handle],
      `guestpass:${DEPLOYMENT}`,
    );
    const headers = { origin: origin ?? "", authorization: `Bearer ${handle}` };
    expect((await fetch(`${stage.endpoint}/v1/sessions`, { method: "DELETE", headers })).status).toBe(204);
    // A life that has only begun is not renewed.
    await page.clock.fastForward(15_000);
    await widget.call("refreshToken");
    await expect(widget.transcript.getByText("This conversation has expired.")).toBeVisible();
    await widget.converse("in the second session");
    expect(await order(widget, "in the first session", "This conversation has expired", "in the second")).toBe(true);
  });
});

test("several windows share one conversation", async ({ page, context, stage, widget }) => {
  const url = stage.page(tag());
  await page.goto(url);
  await widget.open();
  await widget.converse("from the first window");
  const second = await context.newPage();
  await second.goto(url);
  const other = new Widget(second);
  await other.open();
  await expect(second.getByText("from the first window", { exact: true })).toBeVisible();
  await other.say("from the second window");
  await expect(page.getByText("from the second window", { exact: true })).toBeVisible();
  await expect(page.getByText("You wrote: from the second window")).toHaveCount(1);
  await expect(second.getByText("You wrote: from the second window")).toHaveCount(1);
  expect(stage.calls.filter((call) => call === "POST /v1/sessions 201")).toHaveLength(1);
  expect(stage.simulator.sessions()).toHaveLength(1);
  await second.close();
  await widget.converse("and on");
});

test("more connections than the platform allows close this one; the visitor may take it back", async ({
  page,
  context,
  stage,
  widget,
}) => {
  await page.goto(stage.page(tag()));
  await widget.open();
  await widget.converse("hello");
  const token = stage.simulator.sessions()[0]?.guest.replace("token:", "") ?? "";
  const elsewhere = await context.newPage();
  await elsewhere.evaluate(
    async ([url, guest, deploymentId]) => {
      for (let n = 0; n < 3; n += 1) {
        const socket = new WebSocket(`${url}/v1?deploymentId=${deploymentId}`);
        await new Promise((resolve) => {
          socket.onopen = resolve;
        });
        socket.send(JSON.stringify({ action: "configureSession", token: guest, deploymentId, startNew: false }));
        await new Promise((resolve) => {
          socket.onmessage = resolve;
        });
      }
    },
    [stage.simulator.url.replace("http", "ws"), token, DEPLOYMENT],
  );
  await expect.poll(() => widget.get("state")).toBe("closed");
  expect(await widget.get("conversationState")).toBe("closed");
  await expect(widget.panel.getByText("This conversation is open in another window.")).toBeVisible();
  await expect(widget.input).toBeDisabled();
  await elsewhere.close();
  await widget.panel.getByRole("button", { name: "Continue here" }).click();
  await expect(widget.input).toBeEnabled();
  await widget.converse("back again");
  expect(await widget.get("state")).toBe("ready");
});

test("an endpoint that cannot be reached is said, and what was written goes when it can", async ({
  page,
  stage,
  widget,
}) => {
  await page.goto(stage.page(tag()));
  await expect(widget.launcher).toBeVisible();
  await widget.launcher.hover();
  await widget.call("set", { endpoint: `${stage.endpoint.replace(/\d+$/, "9")}` });
  await widget.launcher.click();
  await expect(widget.panel.getByText("Chat could not connect.")).toBeVisible();
  await widget.say("is anybody there?");
  await expect(widget.panel.getByText("Sending…")).toBeVisible();
  expect((await widget.heard("error"))[0]?.code).toBe("network");
  await widget.call("set", { endpoint: stage.endpoint });
  await widget.converse("hello");
});

test("a cut socket is reconnected, and says so meanwhile", async ({ page, stage, widget }) => {
  await page.goto(stage.page(tag()));
  await widget.open();
  await widget.converse("hello");
  stage.simulator.fault({ path: "/v1", status: 503 });
  stage.simulator.dropSockets();
  await expect(widget.panel.getByText("Reconnecting…")).toBeVisible();
  stage.simulator.say({ text: "said meanwhile" });
  stage.simulator.clearFaults();
  await expect(page.getByText("said meanwhile")).toBeVisible({ timeout: 40_000 });
  await expect(widget.panel.getByText("Reconnecting…")).toHaveCount(0);
});

test.describe("known customers", () => {
  const SECRET = "a secret that only the site's back end and the endpoint know";
  test.use({
    stageOptions: { env: { IDENTITY_MODE: "required", IDENTITY_SECRET: SECRET, GUEST_API: "guest-tokens" } },
  });

  const identity = (sub: string): string => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const now = Math.floor(Date.now() / 1000);
    const text = `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub, iat: now, exp: now + 600 })}`;
    return `${text}.${createHmac("sha256", SECRET).update(text).digest("base64url")}`;
  };

  test("one user's words are never another user's to read", async ({ page, stage, widget }) => {
    await page.goto(stage.page(tag()));
    await widget.call("set", { identityToken: identity("alice") });
    await widget.open();
    await widget.converse("alice's secret");
    await widget.input.fill("alice's draft");
    await widget.call("set", { identityToken: identity("bob") });
    await expect(page.getByText("alice's secret")).toHaveCount(0);
    await expect(widget.input).toHaveValue("");
    await expect.poll(() => widget.get("conversationState")).toBe("open");
    await widget.converse("bob's question");
    await expect(page.getByText("alice's secret")).toHaveCount(0);
    expect(await page.evaluate(() => document.querySelector("guestpass-messenger")?.outerHTML)).not.toContain("eyJ");
  });

  test("getIdentityToken is asked when it is needed", async ({ page, stage, widget }) => {
    await page.goto(stage.page(tag()));
    await page.exposeFunction("identityOfPage", () => identity("carol"));
    await page.evaluate(() => {
      const { Guestpass, identityOfPage } = globalThis as unknown as {
        Guestpass: (name: string, properties: object) => void;
        identityOfPage: () => Promise<string>;
      };
      Guestpass("set", { getIdentityToken: () => identityOfPage() });
    });
    await widget.open();
    await widget.converse("hello");
  });

  test("without an identity the visitor is refused, and gets in when the page has one", async ({
    page,
    stage,
    widget,
  }) => {
    await page.goto(stage.page(tag()));
    await widget.launcher.click();
    await expect(widget.panel.getByText("Chat is not available right now.")).toBeVisible();
    await expect(widget.panel).toBeFocused();
    expect((await widget.heard("error")).map(({ code }) => code)).toContain("identity_required");
    await widget.call("set", { identityToken: identity("dave") });
    await expect(widget.input).toBeEnabled();
    await widget.converse("hello");
  });
});
