/** Every class of frame that the platform sends, said by the simulator on its socket, and what a conversation makes of it. */
import { type Simulator, startSimulator } from "@guestpass/simulator";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CONFIG, texts, visitor } from "./rig.js";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ quietAgent: true });
});
beforeEach(() => {
  simulator.clearRequests();
  simulator.clearFaults();
});
afterAll(() => void simulator.close());

const notice = (name: string, body: unknown = {}, more = {}) => ({
  type: "message",
  class: name,
  code: 200,
  body,
  ...more,
});

/** The next session begins with this answer of the platform. */
function answers(body: Record<string, unknown>): void {
  const session = { connected: true, newSession: true, readOnly: false, ...body };
  const frame = { type: "response", class: "SessionResponse", code: 200, body: session };
  simulator.fault({ path: "/v1/configureSession", times: 1, body: frame });
}

const actions = () =>
  simulator.frames().map(({ frame }) => (frame as { action: string; message?: { type: string } }).action);

describe("SessionResponse", () => {
  it.each([true, false])("newSession %s is told with the start", async (newSession) => {
    answers({ newSession });
    const { conversation, ears } = visitor(simulator.url);
    await conversation.connect();
    expect(ears.of("started").map((event) => event.newSession)).toEqual([newSession]);
  });

  it("connected false at the start is tried again", async () => {
    answers({ connected: false });
    const { conversation } = visitor(simulator.url);
    await conversation.connect();
    expect(conversation.state).toBe("open");
    expect(actions().filter((action) => action === "configureSession")).toHaveLength(2);
  });

  it("readOnly leaves the words to be read and nothing to be written", async () => {
    answers({ readOnly: true });
    const { conversation, ears } = visitor(simulator.url);
    await conversation.connect();
    expect(conversation.state).toBe("read-only");
    expect(ears.of("ended").map(({ reason }) => reason)).toEqual(["read-only"]);
    await expect(conversation.send("x")).rejects.toMatchObject({ code: "socket_closed" });
  });

  it("clearedExistingSession changes nothing in this one", async () => {
    answers({ clearedExistingSession: true });
    const { conversation, ears } = visitor(simulator.url);
    await conversation.connect();
    expect(conversation.state).toBe("open");
    expect(ears.of("error")).toEqual([]);
  });

  it("allowedMedia and blockedExtensions say what may be attached", async () => {
    const { conversation } = visitor(simulator.url);
    expect(conversation.attachmentLimits).toMatchObject({ maxFileSizeKB: 10_240, blockedExtensions: [] });
    await conversation.connect();
    const { enabled, fileTypes, maxFileSizeKB, blockedExtensions } = conversation.attachmentLimits;
    expect([enabled, maxFileSizeKB]).toEqual([true, 10_240]);
    expect(fileTypes).toContain("image/png");
    expect(blockedExtensions).toContain(".exe");
  });

  it("maxCustomDataBytes is kept before anything is sent", async () => {
    answers({ maxCustomDataBytes: 10 });
    const { conversation } = visitor(simulator.url);
    await conversation.connect();
    const sent = simulator.frames().length;
    const error = { code: "attributes_too_large" };
    await expect(conversation.send("x", { attributes: { page: "/checkout" } })).rejects.toMatchObject(error);
    expect(simulator.frames()).toHaveLength(sent);
  });

  it.each([
    ["durationSeconds", { durationSeconds: 600 }, 600],
    ["expirationDate, in unix seconds,", { expirationDate: Math.floor(Date.now() / 1000) + 900 }, 900],
  ])("%s warns before the end", async (_name, life, seconds) => {
    answers(life);
    const { conversation, ears, clock } = visitor(simulator.url);
    await conversation.connect();
    clock.advance(seconds * 500);
    expect(ears.of("expiring")).toEqual([]);
    clock.advance(seconds * 450);
    expect(ears.of("expiring")[0]?.expiresIn).toBeGreaterThan(60);
  });

  it("autoStarted needs no Join", async () => {
    answers({ autoStarted: true });
    const config = { ...CONFIG, autoStart: true };
    const { conversation } = visitor(simulator.url, { config });
    await conversation.connect();
    // The platform knows nothing of this session; that it heard the question is enough.
    await conversation.send("hello").catch(() => {});
    expect(JSON.stringify(simulator.frames())).not.toContain('"Join"');
  });
});

describe("a frame that nobody asked for", () => {
  const soft: [string, unknown][] = [
    ["JwtResponse", { jwt: "eyJ.e30.x", exp: 1 }],
    ["PresignedUrlResponse", { attachmentId: "a", url: "https://example.com/", headers: {} }],
    ["UploadSuccessEvent", { attachmentId: "a", downloadUrl: "https://example.com/", timestamp: "t" }],
    ["UploadFailureEvent", { attachmentId: "a", errorCode: 4003, errorMessage: "no", timestamp: "t" }],
    ["GenerateUrlError", { attachmentId: "a", errorCode: 4001, errorMessage: "no" }],
    ["AttachmentDeletedResponse", { attachmentId: "a" }],
    ["GetConfigurationResponse", { messageRoutingEnabled: true }],
    ["ResumeTokenResponse", { resumeToken: "r", exp: 1 }],
    ["Unknown", {}],
    ["AClassOfALaterVersion", { surprise: [1, { two: 3 }] }],
    ["constructor", {}],
  ];

  it.each(soft)("of class %s does no harm", async (name, body) => {
    const { conversation, ears } = visitor(simulator.url);
    await conversation.connect();
    simulator.send(notice(name, body));
    simulator.send(notice(name, body, { tracingId: "of nobody" }));
    simulator.send(notice(name, null));
    simulator.say({ text: "and on we go" });
    await ears.next("message", 0);
    expect(texts(conversation)).toEqual(["and on we go"]);
    expect(conversation.state).toBe("open");
    expect(ears.of("error")).toEqual([]);
  });

  it.each([
    ["string", { code: 5000, body: "Request failed." }],
    ["Error", { code: 5000, body: { errorCode: 5000, errorMessage: "Request failed." } }],
    ["ErrorMessage", { code: 5000, body: { errorCode: 5000, message: "Request failed." } }],
    ["SessionResponse", { code: 5000, body: "Request failed." }],
  ])("of class %s that is an error is told as one", async (name, more) => {
    const { conversation, ears } = visitor(simulator.url);
    await conversation.connect();
    simulator.send({ type: "response", class: name, ...more });
    const { error } = await ears.next("error", 0);
    expect(error).toMatchObject({ code: "socket_refused", message: "The messenger refused: Request failed. (5000)" });
    expect(conversation.state).toBe("open");
  });
});

describe("a frame that ends something", () => {
  const cases: [string, unknown, string, string[]][] = [
    ["SessionExpiredEvent", notice("SessionExpiredEvent"), "ended", ["expired"]],
    ["SessionClearedEvent", notice("SessionClearedEvent"), "ended", ["cleared"]],
    ["ConnectionClosedEvent", notice("ConnectionClosedEvent"), "closed", []],
    [
      "ConnectionClosedEvent with reason",
      notice("ConnectionClosedEvent", { reason: "signedIn" }),
      "ended",
      ["signed-in-elsewhere"],
    ],
    [
      "ConnectionClosedEvent with reasonCode",
      notice("ConnectionClosedEvent", { reasonCode: "signedIn" }),
      "ended",
      ["signed-in-elsewhere"],
    ],
    ["LogoutEvent", notice("LogoutEvent"), "ended", ["logout"]],
  ];

  it.each(cases)("%s: no reconnect, whatever the time", async (_name, frame, state, ended) => {
    const { conversation, ears, clock } = visitor(simulator.url);
    await conversation.connect();
    simulator.send(frame);
    await ears.until(() => conversation.state === state);
    clock.advance(3_600_000);
    expect(ears.of("ended").map(({ reason }) => reason)).toEqual(ended);
    expect(simulator.requests().filter(({ path }) => path === "/v1")).toHaveLength(1);
  });
});

describe("TooManyRequestsErrorMessage", () => {
  it("keeps the message and sends it after retryAfter, once", async () => {
    const { conversation, clock, ears } = visitor(simulator.url);
    await conversation.connect();
    const body = { retryAfter: 3, errorCode: 4029, errorMessage: "Message rate too high for this session" };
    const frame = { type: "response", class: "TooManyRequestsErrorMessage", code: 429, body };
    simulator.fault({ path: "/v1/onMessage", times: 1, body: frame });
    let sent = false;
    const sending = conversation.send("patience").then(() => {
      sent = true;
    });
    await ears.until(() => actions().includes("onMessage") && conversation.transcript[0]?.status === "sending");
    clock.advance(2_900);
    expect(sent).toBe(false);
    clock.advance(200);
    await sending;
    expect(texts(conversation)).toEqual(["patience"]);
    expect(actions().filter((action) => action === "onMessage")).toHaveLength(2);
  });
});
