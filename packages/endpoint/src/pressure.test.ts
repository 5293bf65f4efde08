import { expect, it } from "vitest";
import { createPressure } from "./pressure.js";

const PATIENCE = { lookMs: 10, lateMs: 100, forMs: 300, few: 1 };

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
  let finish = (): void => undefined;
  const long = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const underWay = [pressure.run(async () => long)];
  try {
    for (let times = 0; times < 4; times += 1) await lateTurn(150);
    // One request is not what makes the loop late.
    underWay.push(pressure.run(async () => long));
    await expect.poll(outcome, { timeout: 10_000, interval: 20 }).toBe("done");
    await lateTurn(350);
    // One long pause alone is no overload.
    expect(await outcome()).toBe("done");
    for (let times = 0; times < 4; times += 1) await lateTurn(150);
    expect(await outcome()).toMatchObject({ code: "overloaded", retryAfterSeconds: 2 });
    await expect.poll(outcome, { timeout: 10_000, interval: 20 }).toBe("done");
  } finally {
    finish();
    await Promise.all(underWay);
    pressure.close();
  }
});
