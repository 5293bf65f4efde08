import { expect, test } from "vitest";
import { mayResume, userOf } from "./user.js";

const jwt = (claims: object) => `x.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.x`;

test.each([
  [undefined, undefined, ""],
  ["", undefined, ""],
  [undefined, "code", "ccode"],
  [jwt({ iss: "a", sub: "ann" }), undefined, 'i["a","ann"]'],
  [jwt({ iss: "a", sub: "ann", exp: 7 }), "code", 'i["a","ann"]'],
  [jwt({ sub: "ann" }), undefined, 'i[null,"ann"]'],
  [jwt({ sub: 7 }), undefined, `i${jwt({ sub: 7 })}`],
  ["opaque", undefined, "iopaque"],
  ["a.%%%.c", undefined, "ia.%%%.c"],
])("userOf(%s, %s)", (token, code, expected) => {
  expect(userOf(token, code)).toBe(expected);
});

test.each([
  ["", "", true],
  ["ix", "ix", true],
  ["ix", "iy", false],
  ["ix", "", false],
  ["", "ix", false],
  ["cx", "", true],
  ["cx", "cy", false],
  ["", "cx", false],
  ["cx", "ix", false],
])("a session of %s for %s: %s", (stored, wanted, expected) => {
  expect(mayResume(stored, wanted)).toBe(expected);
});
