import { expect, test } from "vitest";
import { refreshIn } from "./lead.js";

test.each([
  [86_400, 300, 86_100],
  [3600, 300, 3300],
  [901, 300, 601],
  [900, 300, 600],
  [600, 300, 400],
  [60, 300, 40],
  [15, 300, 10],
  [3, 300, 2],
  [2, 300, 1],
  [1, 300, 1],
  [0, 300, 0],
  [3600, 60, 3540],
  [3600, 0, 3600],
])("a life of %i s with a lead of %i s is refreshed after %i s", (life, lead, after) => {
  expect(refreshIn(life, lead)).toBe(after);
});
