import { randomUUID } from "node:crypto";
import type { ConversationToken } from "@guestpass/messaging";
import { describe, expect, it } from "vitest";
import { DEPLOYMENT, platform, texts, visitor } from "./rig.js";
import { echoOf, refusalFrame, type Scripted, scripted, session } from "./scripted.js";

const configures = (platform: Scripted) => platform.frames.filter((frame) => frame.action.startsWith("configure"));
const jwt = (token: string): ConversationToken => ({ token, tokenType: "jwt" });

/** A platform that takes the tokens of this set and refuses the others. */
function choosy(good: Set<string>, code = 401) {
  let sessions = 0;
  return scripted((frame, guest) => {
    if (!good.has(frame.token)) return guest.say(refusalFrame(code, "Unauthorized", frame.tracingId));
    if (frame.action === "configureSession") {
      sessions += 1;
      guest.say(session(frame, { newSession: sessions === 1 }));
    }
    if (frame.action === "onMessage") guest.say(echoOf(frame));
  });
}

const SIGN_IN = "/api/v2/webdeployments/token";

/** The Genesys JWT of somebody who signs in, on a device of their own. */
async function signIn(url: string, code: string): Promise<string> {
  const oauth = { code, redirectUri: "https://shop.example" };
  const answer = await fetch(`${url}${SIGN_IN}/oauthcodegrantjwtexchange`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ deploymentId: DEPLOYMENT, oauth }),
  });
  return ((await answer.json()) as { jwt: string }).jwt;
}

describe("the token of a frame", () => {
  it("is the guest's JWT for other guest APIs, and the new one is configured on the open socket", async () => {
    const platform = await choosy(new Set(["first", "second"]));
    const { conversation, ears } = visitor(platform.url, { guestApi: "guest", getToken: async () => jwt("first") });
    await conversation.send("one");
    conversation.setToken(jwt("second"));
    await conversation.send("two");
    expect(platform.connections).toBe(1);
    expect(configures(platform).map((frame) => [frame.action, frame.token, frame.startNew])).toEqual([
      ["configureSession", "first", false],
      ["configureSession", "second", false],
    ]);
    expect(platform.frames.filter((frame) => frame.action === "onMessage").map((frame) => frame.token)).toEqual([
      "first",
      "second",
    ]);
    expect(ears.of("state").map((event) => event.state)).toEqual(["connecting", "open"]);
    expect(ears.of("started")).toHaveLength(1);
  });

  it("is the session token for web-messaging; an anonymous guest's refresh sends nothing", async () => {
    const simulator = await platform();
    const { conversation, token } = visitor(simulator.url);
    await conversation.connect();
    const before = simulator.frames().length;
    conversation.setToken({ token, tokenType: "uuid", sessionToken: token });
    await conversation.send("hello");
    expect(simulator.frames()).toHaveLength(before + 1);
  });

  it("of another session begins that session on the open socket", async () => {
    const simulator = await platform();
    const { conversation, ears } = visitor(simulator.url);
    await conversation.send("first session");
    conversation.setToken({ token: randomUUID(), tokenType: "uuid" });
    await ears.next("started", 1);
    await conversation.send("second session");
    expect(ears.of("started").map((event) => event.newSession)).toEqual([true, true]);
    expect(simulator.sessions().map(({ messages }) => messages)).toEqual([1, 1]);
    expect(simulator.requests().filter((request) => request.path === "/v1")).toHaveLength(1);
  });

  it("of a signed-in guest goes beside the JWT, and a sign-in in the middle keeps what was said", async () => {
    const simulator = await platform();
    const signedIn = await signIn(simulator.url, "ann:1");
    const { conversation, ears, token } = visitor(simulator.url);
    await conversation.send("anonymous");
    conversation.setToken({ token: signedIn, tokenType: "jwt", sessionToken: token });
    const { presence } = await ears.next("presence", 0);
    expect(presence).toBe("SignIn");
    await conversation.send("signed in");
    expect(texts(conversation)).toEqual(["anonymous", "signed in"]);
    const frames = simulator.frames().map(({ frame }) => frame as { action: string; token: string; data?: unknown });
    expect(frames.find((frame) => frame.action === "configureAuthenticatedSession")).toMatchObject({
      token,
      data: { code: signedIn },
    });
    expect(new Set(frames.map((frame) => frame.token))).toEqual(new Set([token]));
  });
});

describe("somebody who is signed in", () => {
  const device = async (url: string, code: string) => {
    const token = await signIn(url, code);
    const sessionToken = randomUUID();
    return { ...visitor(url, { getToken: async () => ({ token, tokenType: "jwt", sessionToken }) }), jwt: token };
  };

  it("and signs out ends the conversation on each connection, for good", async () => {
    const simulator = await platform();
    const { conversation, ears, clock, jwt: token } = await device(simulator.url, "ann:1");
    await conversation.send("hello");
    await fetch(`${simulator.url}${SIGN_IN}/revoke`, {
      method: "DELETE",
      headers: { authorization: `bearer ${token}` },
    });
    await ears.next("ended", 0);
    expect(ears.of("ended").map(({ reason }) => reason)).toEqual(["logout"]);
    expect(texts(conversation)).toEqual(["hello"]);
    clock.advance(3_600_000);
    expect(simulator.requests().filter(({ path }) => path === "/v1")).toHaveLength(1);
  });

  it("and signs in on another device goes on there, with what was said, and here no more", async () => {
    const simulator = await platform();
    const phone = await device(simulator.url, "ann:phone");
    await phone.conversation.send("from the phone");
    const laptop = await device(simulator.url, "ann:laptop");
    await laptop.conversation.connect();
    await phone.ears.next("ended", 0);
    expect(phone.ears.of("ended").map(({ reason }) => reason)).toEqual(["signed-in-elsewhere"]);
    expect(texts(laptop.conversation)).toEqual(["from the phone"]);
    phone.clock.advance(3_600_000);
    await laptop.conversation.send("from the laptop");
    expect(simulator.requests().filter(({ path }) => path === "/v1")).toHaveLength(2);
    expect(phone.conversation.state).toBe("ended");
  });
});

describe("a refused token", () => {
  it.each([401, 403])("at configure (%i) is replaced once, on the same socket", async (code) => {
    const platform = await choosy(new Set(["good"]), code);
    const refused: string[] = [];
    const { conversation } = visitor(platform.url, {
      guestApi: "guest",
      getToken: async () => jwt("bad"),
      onTokenRefused: async (token) => {
        refused.push(token);
        return jwt("good");
      },
    });
    await conversation.send("hello");
    expect(refused).toEqual(["bad"]);
    expect(platform.connections).toBe(1);
  });

  it("whose successor is refused too ends the attempt: no loop", async () => {
    const platform = await choosy(new Set());
    let asked = 0;
    const { conversation, ears } = visitor(platform.url, {
      guestApi: "guest",
      getToken: async () => jwt("bad"),
      onTokenRefused: async () => {
        asked += 1;
        return jwt(`worse ${asked}`);
      },
    });
    await expect(conversation.connect()).rejects.toMatchObject({ code: "socket_refused", retryable: false });
    expect(asked).toBe(1);
    expect(configures(platform)).toHaveLength(2);
    expect(conversation.state).toBe("closed");
    expect(ears.of("error").map(({ error }) => error.code)).toEqual(["socket_refused"]);
    await expect(conversation.send("x")).rejects.toMatchObject({ code: "socket_closed" });
  });

  it("that comes back as its own successor is not tried again", async () => {
    const platform = await choosy(new Set());
    const { conversation } = visitor(platform.url, {
      guestApi: "guest",
      getToken: async () => jwt("bad"),
      onTokenRefused: async () => jwt("bad"),
    });
    await expect(conversation.connect()).rejects.toMatchObject({ code: "socket_refused" });
    expect(configures(platform)).toHaveLength(1);
  });

  it("without anybody to replace it ends the attempt", async () => {
    const platform = await choosy(new Set());
    const { conversation } = visitor(platform.url, { guestApi: "guest", getToken: async () => jwt("bad") });
    await expect(conversation.connect()).rejects.toMatchObject({ code: "socket_refused" });
    expect(platform.connections).toBe(1);
  });

  it("in the middle of the conversation is replaced, and the message goes again", async () => {
    const good = new Set(["first"]);
    const platform = await choosy(good);
    const { conversation } = visitor(platform.url, {
      guestApi: "guest",
      getToken: async () => jwt("first"),
      onTokenRefused: async () => jwt("second"),
    });
    await conversation.connect();
    good.clear();
    good.add("second");
    await conversation.send("hello");
    // Whether history has been asked for by now is not what this is about.
    const frames = platform.frames.filter((frame) => frame.action !== "getJwt");
    expect(frames.map((frame) => [frame.action, frame.token])).toEqual([
      ["configureSession", "first"],
      ["onMessage", "first"],
      ["configureSession", "second"],
      ["onMessage", "second"],
    ]);
    expect(texts(conversation)).toEqual(["hello"]);
  });

  it("is not blamed for a message that the platform will not have", async () => {
    const platform = await scripted((frame, guest) => {
      if (frame.action === "configureSession") guest.say(session(frame));
      if (frame.action === "onMessage")
        guest.say(refusalFrame(403, "Messages are not supported here", frame.tracingId));
    });
    const { conversation } = visitor(platform.url, {
      onTokenRefused: () => {
        throw new Error("asked");
      },
    });
    await expect(conversation.send("hello")).rejects.toMatchObject({ code: "socket_refused" });
    expect(conversation.state).toBe("open");
  });
});

describe("a session that is over for the platform", () => {
  it.each([4006, 4007, 4017])("ends the conversation (%i), and a new one starts with a new token", async (code) => {
    const dead = randomUUID();
    const platform = await scripted((frame, guest) => {
      if (frame.token === dead) return guest.say(refusalFrame(code, `Session ${dead} is gone`, frame.tracingId));
      if (frame.action === "configureSession") guest.say(session(frame));
      if (frame.action === "onMessage") guest.say(echoOf(frame));
    });
    let token = dead;
    const { conversation, ears } = visitor(platform.url, { getToken: async () => ({ token, tokenType: "uuid" }) });
    const error = await conversation.connect().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "socket_closed" });
    expect(JSON.stringify([error, (error as Error).message, (error as Error).stack])).not.toContain(dead);
    expect(conversation.state).toBe("ended");
    expect(ears.of("ended").map((event) => event.reason)).toEqual(["expired"]);
    token = randomUUID();
    await conversation.startNew();
    await conversation.send("again");
    expect(texts(conversation)).toEqual(["again"]);
  });
});
