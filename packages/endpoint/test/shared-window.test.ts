import { memoryStore, type Store } from "@guestpass/broker";
import { describe, expect, it } from "vitest";
import { sharedWindow } from "../src/shared-window.js";

describe("a window that instances share", () => {
  it("counts what comes at once, each once, in few writes", async () => {
    const memory = memoryStore();
    let writes = 0;
    const store: Store = {
      ...memory,
      swap: async (...args) => {
        writes += 1;
        return memory.swap(...args);
      },
    };
    const [one, two] = [sharedWindow(store, 60), sharedWindow(store, 60)];
    const counts = await Promise.all(Array.from({ length: 200 }, (_, at) => (at % 2 === 0 ? one : two)("key")));
    expect(counts.map(({ count }) => count).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 200 }, (_, at) => at + 1),
    );
    expect(writes).toBeLessThan(20);
    await memory.close();
  });

  it("begins anew when its time is over, and tells what is left of it", async () => {
    let now = 1_000_000;
    const store = memoryStore({ clock: { now: () => now } });
    const count = sharedWindow(store, 10, () => now);
    expect(await count("key")).toEqual({ count: 1, secondsLeft: 10 });
    now += 7500;
    expect(await count("key")).toEqual({ count: 2, secondsLeft: 3 });
    expect(await count("other")).toEqual({ count: 1, secondsLeft: 10 });
    now += 2500;
    expect(await count("key")).toEqual({ count: 1, secondsLeft: 10 });
    await store.close();
  });

  it("counts once what was written twice, for its first answer was lost", async () => {
    const memory = memoryStore();
    const store: Store = {
      ...memory,
      // As a Redis client does on a broken connection: the command is sent again.
      swap: async (...args) => {
        await memory.swap(...args);
        return memory.swap(...args);
      },
    };
    const count = sharedWindow(store, 60);
    expect([(await count("key")).count, (await count("key")).count]).toEqual([1, 2]);
    await memory.close();
  });

  it("forgets a failure", async () => {
    const memory = memoryStore();
    let fails = true;
    const store: Store = {
      ...memory,
      swap: async (...args) => (fails ? Promise.reject(new Error("away")) : memory.swap(...args)),
    };
    const count = sharedWindow(store, 60);
    await expect(Promise.all([count("key"), count("key")])).rejects.toThrow("away");
    fails = false;
    expect((await count("key")).count).toBe(1);
    await memory.close();
  });
});
