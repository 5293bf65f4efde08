import { expect, test } from "vitest";
import { began, elapse } from "./elapsed.js";

test.each([
  // name, wall passes, monotonic passes, believed, disagreement
  ["both agree", 60_000, 60_000, 60_000, false],
  ["a little apart", 60_000, 61_500, 61_500, false],
  ["sleep: the monotonic clock stood still", 3_600_000, 0, 3_600_000, true],
  ["the wall clock was set back", -3_600_000, 60_000, 60_000, true],
  ["the wall clock was set forward", 3_660_000, 60_000, 3_660_000, true],
  ["both went back", -5000, -1, 0, true],
])("%s", (_name, wall, monotonic, now, jumped) => {
  const first = began(1_000_000, 500);
  expect(elapse(first, 1_000_000 + wall, 500 + monotonic)).toMatchObject({ now, jumped });
});

test("time never goes back, and rounding does not add up over a million readings", () => {
  let time = began(0, 0);
  let before = 0;
  for (let i = 1; i <= 1_000_000; i += 1) {
    const truth = i * 0.37;
    time = elapse(time, Math.round(truth), truth);
    if (time.now < before) throw new Error("went back");
    before = time.now;
  }
  expect(Math.abs(time.now - 370_000)).toBeLessThanOrEqual(1);
});

test("after a jump it goes on from there", () => {
  let time = elapse(began(0, 0), 3_600_000, 0);
  time = elapse(time, 3_610_000, 10_000);
  expect(time).toMatchObject({ now: 3_610_000, jumped: false });
  time = elapse(time, 20_000, 20_000);
  expect(time).toMatchObject({ now: 3_620_000, jumped: true });
  expect(elapse(time, 30_000, 30_000)).toMatchObject({ now: 3_630_000, jumped: false });
});
