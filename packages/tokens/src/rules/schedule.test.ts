import { describe, expect, test } from "vitest";
import { isExpiring, isLive, lead, plan, secondsLeft } from "./schedule.js";

const DAY = 86_400;
const terms = (expiresIn: number, refreshIn = 0, session = 400 * DAY) => ({
  expiresIn,
  refreshIn,
  session: { expiresIn: session },
});

describe("lead", () => {
  test.each([
    // life, the endpoint's proposal, lead (all in seconds)
    [3600, 3300, 300],
    [3600, 0, 360],
    [3600, -1, 360],
    [3600, 3600, 360],
    [3600, 9999, 360],
    [3600, Number.NaN, 360],
    [3600, 3599, 60],
    [3600, 1, 2400],
    [900, 600, 300],
    [900, 0, 225],
    [15, 10, 5],
    [15, 0, 3.75],
    [15, 14.9, 1.5],
    [10, 0, 2.5],
    [90 * DAY, 0, 360],
    [90 * DAY, 90 * DAY - 300, 300],
  ])("of %d s, proposed after %d s: %d s", (life, refreshIn, expected) => {
    expect(lead(life * 1000, refreshIn * 1000) / 1000).toBeCloseTo(expected, 6);
  });
});

describe("plan", () => {
  const lives = [
    0.5,
    1,
    5,
    10,
    11,
    12,
    13,
    14,
    15,
    16,
    20,
    30,
    45,
    60,
    120,
    300,
    900,
    3600,
    7200,
    DAY,
    7 * DAY,
    30 * DAY,
    90 * DAY,
  ];
  const proposals = [0, -5, 1, 5, 10, 3300, 1e9, Number.NaN, Number.POSITIVE_INFINITY];

  test("is sane for every life and every proposal", () => {
    for (const life of lives) {
      for (const refreshIn of proposals) {
        for (const u of [0, 0.25, 0.5, 0.75, 0.999999]) {
          const { sentAt, floorAt, refreshAt, expiresAt, endsAt } = plan(terms(life, refreshIn), 1000, u);
          const name = `life ${life}, refreshIn ${refreshIn}, u ${u}`;
          expect(sentAt, name).toBe(1000);
          expect(expiresAt - sentAt, name).toBeCloseTo(life * 1000, 6);
          expect(refreshAt, name).toBeGreaterThanOrEqual(floorAt);
          expect(refreshAt, name).toBeLessThanOrEqual(expiresAt);
          expect(floorAt - sentAt, name).toBeLessThanOrEqual(10_000);
          expect(floorAt - sentAt, name).toBeLessThanOrEqual((life * 1000) / 3 + 1e-6);
          // Six requests a minute are enough where a life leaves time for it; a life that does not is renewed in time.
          if (life >= 14) expect(refreshAt - sentAt, name).toBeGreaterThanOrEqual(10_000 - 1e-6);
          const leadMs = Math.min(lead(life * 1000, refreshIn * 1000), (life * 1000) / 4);
          expect(expiresAt - refreshAt, name).toBeGreaterThan(leadMs / 2);
          expect(endsAt, name).toBeGreaterThanOrEqual(expiresAt);
        }
      }
    }
  });

  test("spreads renewals over at least a tenth of the lead", () => {
    for (const life of lives.filter((each) => each >= 1)) {
      const first = plan(terms(life), 0, 0.999999).refreshAt;
      const last = plan(terms(life), 0, 0).refreshAt;
      expect(last - first, `life ${life}`).toBeGreaterThanOrEqual((lead(life * 1000, 0) / 10) * 0.99);
    }
  });

  test("no token outlives its session", () => {
    const life = plan(terms(3600, 3300, 600), 0, 0);
    expect([life.expiresAt, life.endsAt]).toEqual([600_000, 600_000]);
    expect(life.refreshAt).toBeLessThan(600_000);
  });

  test.each([
    ["the first life of a session, even where it lasts as long", terms(600, 0, 600), null, true],
    ["a life that ends before its session", terms(600, 0, 6000), 0, true],
    ["the last life, which gained something", terms(600, 0, 600), -60_000, true],
    ["the last life, which gained nothing", terms(600, 0, 600), 0, false],
  ] as const)("%s: renewable or not", (_name, granted, gained, renewable) => {
    const previous = gained === null ? null : { ...plan(granted, 0, 0), expiresAt: 600_000 + gained };
    expect(plan(granted, 0, 0, previous).renewable).toBe(renewable);
  });
});

test("#29 the timer and isExpiring share one instant", () => {
  const life = plan(terms(3600, 3300), 0, 0.3);
  expect(isExpiring(life, life.refreshAt - 1)).toBe(false);
  expect(isExpiring(life, life.refreshAt)).toBe(true);
  expect([isLive(life, 3_599_999), isLive(life, 3_600_000), isLive(null, 0)]).toEqual([true, false, false]);
  expect([
    secondsLeft(life, 0),
    secondsLeft(life, 1),
    secondsLeft(life, 3_599_001),
    secondsLeft(life, 9e9),
    secondsLeft(null, 0),
  ]).toEqual([3600, 3599, 0, 0, 0]);
});
