import { afterEach, describe, expect, it, vi } from "vitest";
import { networkSignal, systemClock, visibilitySignal } from "../src/io/clock.js";
import { randomUuid } from "../src/io/uuid.js";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("the system's clock", () => {
  it("grows with either clock: sleep that one of them slept through counts", () => {
    const wall = vi.spyOn(Date, "now").mockReturnValue(1_000_000);
    const mono = vi.spyOn(performance, "now").mockReturnValue(500);
    const clock = systemClock();
    expect(clock.now()).toBe(0);
    mono.mockReturnValue(700);
    wall.mockReturnValue(1_000_201);
    expect(clock.now()).toBe(200);
    // Asleep for an hour: the monotonic clock stood still.
    wall.mockReturnValue(1_000_201 + 3_600_000);
    expect(clock.now()).toBe(200 + 3_600_000);
    // The wall clock is put back: time goes on.
    wall.mockReturnValue(0);
    mono.mockReturnValue(1_700);
    expect(clock.now()).toBe(200 + 3_600_000 + 1_000);
  });

  it("does not fire at once for what is more than 24 days away", () => {
    const timer = vi.spyOn(globalThis, "setTimeout").mockReturnValue(0 as never);
    systemClock().after(1e12, () => {});
    expect(timer.mock.lastCall?.[1]).toBe(2 ** 31 - 1);
  });
});

describe("the page's signals", () => {
  it("tell of the network", () => {
    const signal = networkSignal();
    const heard = vi.fn();
    const stop = signal.onChange(heard);
    vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
    window.dispatchEvent(new Event("offline"));
    expect([signal.current(), heard.mock.calls.length]).toEqual([false, 1]);
    stop();
    window.dispatchEvent(new Event("online"));
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it("tell of being seen, thawed and brought back", () => {
    const signal = visibilitySignal();
    const heard = vi.fn();
    const stop = signal.onChange(heard);
    document.dispatchEvent(new Event("visibilitychange"));
    document.dispatchEvent(new Event("resume"));
    window.dispatchEvent(new Event("pageshow"));
    expect(heard).toHaveBeenCalledTimes(3);
    vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    expect(signal.current()).toBe(false);
    stop();
    window.dispatchEvent(new Event("pageshow"));
    expect(heard).toHaveBeenCalledTimes(3);
  });
});

describe("a UUID", () => {
  it.each([true, false])("is random and of version 4 (secure context: %s)", (secure) => {
    if (!secure) vi.stubGlobal("crypto", { getRandomValues: crypto.getRandomValues.bind(crypto) });
    const many = Array.from({ length: 500 }, randomUuid);
    expect(new Set(many).size).toBe(500);
    for (const one of many)
      expect(one).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
