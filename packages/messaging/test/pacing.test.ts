import { describe, expect, it } from "vitest";
import { platform, texts, visitor } from "./rig.js";
import { echoOf, type Frame, type Guest, scripted, session } from "./scripted.js";

const slow = (frame: Frame, retryAfter: number, traced: boolean) => ({
  type: "response",
  class: "TooManyRequestsErrorMessage",
  code: 429,
  body: { retryAfter, errorCode: 4029, errorMessage: "Message rate too high for this session" },
  ...(traced ? { tracingId: frame.tracingId } : {}),
});

describe("pacing", () => {
  it("sends five messages a second and no more than the connection's frames a minute, and loses none", async () => {
    const simulator = await platform();
    const { conversation, clock } = visitor(simulator.url);
    await conversation.connect();
    const all = Promise.all(Array.from({ length: 70 }, (_, index) => conversation.send(`message ${index}`)));
    let done = false;
    void all.then(() => {
      done = true;
    });
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(100);
      simulator.advance(0.1);
    }
    expect(texts(conversation)).toEqual(Array.from({ length: 70 }, (_, index) => `message ${index}`));
    const times = simulator
      .frames()
      .filter(({ frame }) => (frame as { action: string }).action === "onMessage")
      .map(({ at }) => at);
    expect(times).toHaveLength(70);
    for (let index = 5; index < times.length; index += 1) {
      expect((times[index] ?? 0) - (times[index - 5] ?? 0)).toBeGreaterThanOrEqual(1000);
    }
  });

  it("counts the frames of each connection from nothing", async () => {
    const simulator = await platform();
    const { conversation, clock, ears } = visitor(simulator.url);
    await conversation.connect();
    const say = async (count: number) => {
      for (let sent = 0; sent < count; sent += 1) {
        await conversation.send("x");
        clock.advance(250);
        simulator.advance(0.25);
      }
    };
    await say(50);
    simulator.dropSockets();
    await ears.until(() => conversation.state === "reconnecting");
    await ears.until(() => conversation.state === "open");
    await say(50);
    expect(clock.now()).toBe(25_000);
  });

  it.each([true, false])(
    "keeps a message that was too fast and sends it after the pause (with tracing id: %s)",
    async (traced) => {
      const entities: unknown[] = [];
      let refusals = 0;
      const answer = (frame: Frame, guest: Guest) => {
        if (frame.action === "configureSession") guest.say(session(frame));
        if (frame.action === "getJwt") {
          guest.say({
            type: "response",
            class: "JwtResponse",
            code: 200,
            tracingId: frame.tracingId,
            body: { jwt: "j", exp: 9e9 },
          });
        }
        if (frame.action !== "onMessage") return;
        if (refusals < 2) {
          refusals += 1;
          return guest.say(slow(frame, 3, traced));
        }
        const echo = echoOf(frame);
        entities.unshift(echo.body);
        guest.say(echo);
      };
      const platform = await scripted(answer, () => ({
        status: 200,
        body: { entities, pageNumber: 1, pageSize: 25, total: entities.length, pageCount: 1 },
      }));
      const { conversation, clock } = visitor(platform.url);
      await conversation.connect();
      const sent = ["one", "two", "three"].map((text) => conversation.send(text));
      await platform.frame((frame) => frame.message?.text === "three");
      let done = false;
      void Promise.all(sent).then(() => {
        done = true;
      });
      while (!done) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        clock.advance(50);
      }
      expect([...texts(conversation)].toSorted()).toEqual(["one", "three", "two"]);
      expect(entities).toHaveLength(3);
      expect(platform.connections).toBe(1);
    },
  );

  it("gives up a message that is refused for its rate again and again", async () => {
    const platform = await scripted((frame, guest) => {
      guest.say(frame.action === "configureSession" ? session(frame) : slow(frame, 1, true));
    });
    const { conversation, clock } = visitor(platform.url);
    await conversation.connect();
    let error: unknown;
    void conversation.send("hello").catch((reason: unknown) => {
      error = reason;
    });
    while (error === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      clock.advance(1000);
    }
    expect(error).toMatchObject({ code: "message_rate_limited", retryable: true });
    expect(platform.frames.filter((frame) => frame.action === "onMessage").length).toBe(20);
  });
});
