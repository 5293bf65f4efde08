import { expect, test } from "vitest";
import { isIsoInstant, pointerToken } from "./request.js";

test.each([
  ["2024-01-15T10:30:00Z", true],
  ["2024-01-15T10:30:00.123456Z", true],
  ["2024-01-15T10:30:00+05:30", true],
  ["2024-01-15T10:30:00+0530", true],
  ["2024-01-15T10:30Z", true],
  ["2024-01-15t10:30:00z", true],
  ["2024-01-15 10:30:00Z", true],
  ["2024-02-29T00:00:00Z", true],
  ["2023-02-29T00:00:00Z", false],
  ["2024-13-01T00:00:00Z", false],
  ["2024-01-15T24:00:00Z", false],
  ["2024-01-15T10:60:00Z", false],
  ["2024-01-15", false],
  ["15.01.2024", false],
  ["1705314600", false],
  ["yesterday", false],
  ["", false],
])("%j is an instant in ISO 8601: %s", (text, is) => {
  expect(isIsoInstant(text)).toBe(is);
});

test("a name is escaped and cut for a JSON pointer", () => {
  expect(pointerToken("a/b~c")).toBe("a~1b~0c");
  expect(pointerToken("x".repeat(65))).toBe(`${"x".repeat(64)}...`);
});
