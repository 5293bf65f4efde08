/** The platform's limits and times, at their edges, against the simulator that enforces them. */
import { FRAMES_PER_MINUTE, SOCKETS_PER_SESSION } from "@guestpass/protocol";
import { describe, expect, it } from "vitest";
import { platform, texts, visitor } from "./rig.js";

describe("a limit of the platform", () => {
  it("configure.per.session.rate.per.minute: what it refuses is tried again after its pause, and no faster", async () => {
    const simulator = await platform();
    const first = visitor(simulator.url);
    await first.conversation.connect();
    for (let count = 1; count < 60; count += 1) {
      simulator.dropSockets();
      await first.ears.until(() => first.conversation.state === "reconnecting");
      await first.ears.until(() => first.conversation.state === "open");
    }
    simulator.dropSockets();
    await first.ears.until(() => first.conversation.state === "reconnecting");
    const configures = () => simulator.frames().filter(({ frame }) => JSON.stringify(frame).includes("configure"));
    await expect.poll(() => configures().length).toBe(61);
    // The platform has said how long to wait: nothing goes before.
    await expect.poll(() => Math.max(...first.clock.waits)).toBeGreaterThan(50_000);
    first.clock.advance(50_000);
    simulator.advance(60);
    first.clock.advance(10_000);
    await first.ears.until(() => first.conversation.state === "open");
    expect(configures()).toHaveLength(62);
  });

  it("session.connections.max: the fourth connection closes the oldest, which does not come back", async () => {
    const simulator = await platform();
    const first = visitor(simulator.url, { shareKey: false });
    const same = {
      getToken: async () => ({ token: first.token, tokenType: "uuid" as const }),
      shareKey: false as const,
    };
    await first.conversation.connect();
    const others = Array.from({ length: SOCKETS_PER_SESSION }, () => visitor(simulator.url, same));
    for (const { conversation } of others) await conversation.connect();
    await first.ears.until(() => first.conversation.state === "closed");
    first.clock.advance(3_600_000);
    first.online.set(true);
    first.visible.set(true);
    expect(simulator.sessions()).toMatchObject([{ sockets: SOCKETS_PER_SESSION }]);
    expect(simulator.requests().filter(({ path }) => path === "/v1")).toHaveLength(SOCKETS_PER_SESSION + 1);
    simulator.say({ text: "to all three" });
    for (const { ears } of others) await ears.next("message", 0);
    expect(texts(first.conversation)).toEqual([]);
  });

  it("requests.per.connection.rate.per.minute: typing and health checks leave room for what matters", async () => {
    const simulator = await platform();
    const { conversation, clock } = visitor(simulator.url);
    await conversation.connect();
    for (let second = 0; second < 55; second += 1) {
      conversation.typing();
      await conversation.send("x");
      clock.advance(1_000);
      simulator.advance(1);
      if (simulator.frames().length >= FRAMES_PER_MINUTE - 8) break;
    }
    expect(simulator.frames().length).toBeLessThanOrEqual(FRAMES_PER_MINUTE - 8);
    await conversation.end();
    expect(conversation.state).toBe("ended");
  });

  it("an agent's 4000 characters come whole", async () => {
    const simulator = await platform();
    const { conversation, ears } = visitor(simulator.url);
    await conversation.connect();
    const text = "All about tea: 茶, čaj, thé. ".repeat(150).slice(0, 4000);
    simulator.say({ text });
    await ears.next("message", 0);
    expect(texts(conversation)).toEqual([text]);
  });
});
