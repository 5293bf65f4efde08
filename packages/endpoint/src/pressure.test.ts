import { expect, it } from "vitest";
import { createPressure } from "./pressure.js";

const PATIENCE = { lookMs: 10, lateMs: 100, forMs: 300 };

/** Keeps the event loop from everything else, then lets it turn once. */
async function lateTurn(ms: number): Promise<void> {
  const until = performance.now() + ms;
  while (performance.now() < until);
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}

it("an event loop that comes late for a while sheds load, and takes it again when it is in time", async () => {
  const pressure = createPressure(10, PATIENCE);
  const outcome = async () =>
    pressure.run(async () => "done").catch((error: { code: string; retryAfterSeconds: number }) => error);
  try {
    await lateTurn(350);
    // One long pause alone is no overload.
    expect(await outcome()).toBe("done");
    for (let times = 0; times < 4; times += 1) await lateTurn(150);
    expect(await outcome()).toMatchObject({ code: "overloaded", retryAfterSeconds: 2 });
    await expect.poll(outcome, { timeout: 10_000, interval: 20 }).toBe("done");
  } finally {
    pressure.close();
  }
});
