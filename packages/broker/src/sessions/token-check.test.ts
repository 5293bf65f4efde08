import { describe, expect, test } from "vitest";
import { BrokerError } from "../errors.js";
import type { Guest } from "../guests/guest-api.js";
import { checkToken, type TokenRules } from "./token-check.js";

const NOW = Date.parse("2026-11-21T10:00:00Z");
const DAY_MS = 86_400_000;
const second = (offset: number) => NOW / 1000 + offset;

function jwt(claims: object): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${encode({ alg: "RS256" })}.${encode(claims)}.c2ln`;
}

const guest = (claims: object, over: Partial<Guest> = {}): Guest => ({
  token: jwt(claims),
  tokenType: "jwt",
  askedAt: NOW - 1000,
  renewal: {},
  ...over,
});
const rules = (over: Partial<TokenRules> = {}): TokenRules => ({
  now: NOW,
  sessionEndsAt: NOW + DAY_MS,
  requiredScopes: [],
  scopesMustBeNamed: false,
  ...over,
});
const codeOf = (one: Guest, over: Partial<TokenRules> = {}) => {
  try {
    checkToken(one, rules(over));
    return "good";
  } catch (error) {
    return error instanceof BrokerError ? error.code : String(error);
  }
};

describe("the end of a token is the earliest that anything says", () => {
  test.each<[string, Guest, number]>([
    ["exp alone", guest({ exp: second(600) }), 600],
    ["expires_in, counted from when it was asked for", guest({}, { expiresInSeconds: 600 }), 599],
    ["expiresAt alone", guest({}, { expiresAt: NOW + 300_000 }), 300],
    ["expiresAt before exp", guest({ exp: second(600) }, { expiresAt: NOW + 300_000 }), 300],
    [
      "the life that exp and iat name, from a platform whose clock is an hour ahead",
      guest({ iat: second(3600), exp: second(4200) }),
      599,
    ],
    ["exp, from a platform whose clock is behind", guest({ iat: second(-600), exp: second(300) }), 300],
    ["an iat that is no use", guest({ iat: second(900), exp: second(600) }), 600],
    ["the session's end", guest({ exp: second(2 * 86_400) }), 86_400],
  ])("%s", (_, one, seconds) => {
    expect(checkToken(one, rules())).toBe(NOW + seconds * 1000);
  });

  test("of a UUID, which says nothing itself", () => {
    const uuid: Guest = { token: "7f2e", tokenType: "uuid", askedAt: NOW, expiresAt: NOW + 5000, renewal: {} };
    expect(checkToken(uuid, rules())).toBe(NOW + 5000);
  });
});

describe("a token that cannot be used is upstream_invalid", () => {
  test.each<[string, Guest]>([
    ["no JWT", guest({}, { token: "abc", expiresInSeconds: 600 })],
    ["a JWT of rubbish", guest({}, { token: "a.b.c", expiresInSeconds: 600 })],
    ["no end", guest({})],
    ["over", guest({ exp: second(0) })],
    ["a life of 0 s", guest({}, { expiresInSeconds: 0 })],
    ["a life of less than nothing", guest({}, { expiresInSeconds: -5 })],
    ["an end that is no number", guest({ exp: "soon" })],
    ["an end in milliseconds", guest({ exp: second(600) * 1000 })],
  ])("%s", (_, one) => {
    expect(codeOf(one)).toBe("upstream_invalid");
  });
});

describe("scopes", () => {
  const required = { requiredScopes: ["conversations:messaging:send"] };
  const strict = { ...required, scopesMustBeNamed: true };
  const exp = second(600);
  test.each<[string, Guest, Partial<TokenRules>, string]>([
    ["in the claim", guest({ exp, scope: "a conversations:messaging:send" }), strict, "good"],
    ["in a list", guest({ exp, scope: ["conversations:messaging:send"] }), strict, "good"],
    ["in the answer alone", guest({ exp }, { scope: "conversations:messaging:send" }), strict, "good"],
    ["missing in the claim", guest({ exp, scope: "a" }), required, "token_scope_missing"],
    [
      "missing in the claim, named in the answer",
      guest({ exp, scope: "a" }, { scope: "conversations:messaging:send" }),
      required,
      "token_scope_missing",
    ],
    [
      "missing in the answer, named in the claim",
      guest({ exp, scope: "conversations:messaging:send" }, { scope: "a" }),
      required,
      "token_scope_missing",
    ],
    [
      "a longer one is another",
      guest({ exp, scope: "conversations:messaging:send:all" }),
      required,
      "token_scope_missing",
    ],
    ["an empty claim", guest({ exp, scope: "" }), required, "token_scope_missing"],
    ["named nowhere", guest({ exp }), required, "good"],
    ["named nowhere where they must be", guest({ exp }), strict, "token_scope_missing"],
    ["none required", guest({ exp, scope: "a" }), { scopesMustBeNamed: true }, "good"],
  ])("%s", (_, one, over, code) => {
    expect(codeOf(one, over)).toBe(code);
  });
});
