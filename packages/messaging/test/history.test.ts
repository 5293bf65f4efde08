import { describe, expect, it } from "vitest";
import { platform, texts, visitor } from "./rig.js";
import { type Frame, type Guest, scripted, session } from "./scripted.js";

const time = "2026-01-01T10:00:00.000Z";
const PAGE = {
  entities: [{ id: "1", type: "Text", text: "before", direction: "Outbound", channel: { time } }],
  pageNumber: 1,
  pageSize: 25,
  total: 1,
  pageCount: 1,
};

/** A resumed session whose JWTs are `jwt-1`, `jwt-2`, ... and whose history is what the test says. */
function resumed(
  http: (authorization: string, url: string) => { status: number; body: unknown; headers?: Record<string, string> },
) {
  let count = 0;
  const answer = (frame: Frame, guest: Guest) => {
    if (frame.action === "configureSession") guest.say(session(frame, { newSession: false }));
    if (frame.action !== "getJwt") return;
    count += 1;
    const body = { jwt: `jwt-${count}`, exp: Date.now() / 1000 + 60 };
    guest.say({ type: "response", class: "JwtResponse", code: 200, tracingId: frame.tracingId, body });
  };
  return scripted(answer, (url, authorization) => http(authorization, url));
}

describe("history", () => {
  it("is asked for with the JWT of the socket, once for many pages", async () => {
    const simulator = await platform();
    const first = visitor(simulator.url);
    await first.conversation.connect();
    for (let number = 1; number <= 60; number += 1) simulator.say({ text: `message ${number}` });
    await first.ears.until(() => first.conversation.transcript.length === 60);
    first.conversation.dispose();
    simulator.clearRequests();
    const { conversation } = visitor(simulator.url, {
      getToken: async () => ({ token: first.token, tokenType: "uuid" }),
    });
    await conversation.connect();
    await conversation.loadOlder();
    await conversation.loadOlder();
    const actions = simulator.frames().map(({ frame }) => (frame as { action: string }).action);
    expect(actions).toEqual(["configureSession", "getJwt"]);
    const pages = simulator.requests().filter((request) => request.path === "/api/v2/webmessaging/messages");
    expect(pages.map(({ query }) => query)).toEqual(
      ["1", "2", "3"].map((pageNumber) => ({ pageNumber, pageSize: "25" })),
    );
    expect(pages[0]?.headers.authorization).toMatch(/^bearer ey/);
  });

  it("asks for a new JWT, once, when the first is refused", async () => {
    const seen: string[] = [];
    const peer = await resumed((authorization) => {
      seen.push(authorization);
      return authorization === "bearer jwt-2" ? { status: 200, body: PAGE } : { status: 401, body: {} };
    });
    const { conversation } = visitor(peer.url);
    await conversation.connect();
    expect(seen).toEqual(["bearer jwt-1", "bearer jwt-2"]);
    expect(texts(conversation)).toEqual(["before"]);
  });

  it("does not go on asking when every JWT is refused", async () => {
    let asked = 0;
    const peer = await resumed(() => {
      asked += 1;
      return { status: 401, body: {} };
    });
    const { conversation } = visitor(peer.url);
    await conversation.connect();
    expect(asked).toBe(2);
    expect(conversation.state).toBe("open");
  });

  it.each([
    ["Retry-After where there is one", { "retry-after": "7" }, 7_000],
    ["its own pause where there is none", {}, 1_000],
    ["its own pause where it is nonsense", { "retry-after": "soon" }, 1_000],
  ])("waits for %s when it may not be read yet", async (_name, headers, pauseMs) => {
    let asked = 0;
    const peer = await resumed(() => {
      asked += 1;
      return asked === 1 ? { status: 429, body: {}, headers } : { status: 200, body: PAGE };
    });
    const { conversation, clock, ears } = visitor(peer.url);
    // The conversation is open although history is not to be had for now.
    await conversation.connect();
    clock.advance(pauseMs - 1);
    expect(asked).toBe(1);
    clock.advance(1);
    await ears.until(() => conversation.transcript.length === 1);
    expect(texts(conversation)).toEqual(["before"]);
  });

  it.each([
    ["is no JSON", "<html>"],
    ["is no page", { entities: 7 }],
    ["is an error of the server's", null],
  ])("that %s is given up after three tries", async (_name, body) => {
    let asked = 0;
    const peer = await resumed(() => {
      asked += 1;
      return { status: body === null ? 500 : 200, body };
    });
    const { conversation, clock } = visitor(peer.url);
    await conversation.connect();
    for (let step = 0; step < 20; step += 1) {
      clock.advance(1_000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(asked).toBe(3);
    expect(conversation.state).toBe("open");
  });

  it("that never comes does not keep the conversation from opening", async () => {
    const simulator = await platform();
    const first = visitor(simulator.url);
    await first.conversation.send("before");
    first.conversation.dispose();
    simulator.fault({ path: "/api/v2/webmessaging/messages", hang: true });
    const { conversation, clock } = visitor(simulator.url, {
      getToken: async () => ({ token: first.token, tokenType: "uuid" }),
    });
    const connected = conversation.connect();
    await conversation.send("not held up");
    await expect.poll(() => simulator.requests().some(({ path }) => path.endsWith("/messages"))).toBe(true);
    clock.advance(10_000);
    await connected;
    expect(texts(conversation)).toEqual(["not held up"]);
  });
});
