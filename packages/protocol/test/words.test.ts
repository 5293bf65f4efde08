import {
  attributesBytes,
  baseHosts,
  codePoints,
  deploymentConfigPath,
  endsSession,
  findRegion,
  isProblemCode,
  PROBLEM_STATUS,
  REGIONS,
  refusesToken,
  regionHosts,
  utf8Bytes,
} from "@guestpass/protocol";
import { describe, expect, it } from "vitest";

describe("lengths", () => {
  it.each([
    "",
    "abc",
    "é",
    "€",
    "😀",
    "👩‍👩‍👧‍👦",
    "\ud800",
    "\udc00",
    "\ud800x",
    "a\udc00\ud800",
    "\u0000\u007f\u0080\u07ff\u0800\uffff",
    "x".repeat(5000),
  ])("%j has as many UTF-8 bytes as its encoding", (text) => {
    expect(utf8Bytes(text)).toBe(new TextEncoder().encode(text).length);
  });

  it.each([
    ["", 0],
    ["abc", 3],
    ["é", 1],
    ["😀", 1],
    ["👩‍👧", 3],
    ["\ud800", 1],
  ])("%j has %i code points", (text, count) => {
    expect(codePoints(text)).toBe(count);
  });

  it("counts keys and values together", () => {
    expect(attributesBytes({})).toBe(0);
    expect(attributesBytes({ é: "€", key: "value" })).toBe(2 + 3 + 3 + 5);
  });
});

describe("regions", () => {
  it("are found by domain and by AWS name, in any case", () => {
    for (const region of REGIONS) {
      expect(findRegion(region.domain)).toBe(region);
      expect(findRegion(` ${region.aws.toUpperCase()} `)).toBe(region);
    }
    expect(new Set(REGIONS.map(({ domain }) => domain)).size).toBe(REGIONS.length);
    expect(new Set(REGIONS.map(({ aws }) => aws)).size).toBe(REGIONS.length);
    expect(new Set(REGIONS.map(({ environment }) => environment)).size).toBe(REGIONS.length);
  });

  it.each([
    "",
    "example.com",
    "mypurecloud.ie.evil.example",
    "evil.example/mypurecloud.ie",
    "https://mypurecloud.ie",
    "toString",
    "mypurecloud",
  ])("are an allow-list: %j is none", (name) => {
    expect(findRegion(name)).toBeUndefined();
  });

  it("have their hosts", () => {
    const region = findRegion("mypurecloud.ie");
    expect(region && regionHosts(region)).toEqual({
      login: "https://login.mypurecloud.ie",
      api: "https://api.mypurecloud.ie",
      apps: "https://apps.mypurecloud.ie",
      cdn: "https://api-cdn.mypurecloud.ie",
      socket: "wss://webmessaging.mypurecloud.ie/v1",
    });
  });

  it.each([
    ["http://127.0.0.1:4100", "http://127.0.0.1:4100", "ws://127.0.0.1:4100/v1"],
    ["https://proxy.example/genesys//", "https://proxy.example/genesys", "wss://proxy.example/genesys/v1"],
  ])("may be one base for all: %s", (base, api, socket) => {
    expect(baseHosts(base)).toEqual({ login: api, api, apps: api, cdn: api, socket });
  });

  it("put a deployment's id into a path, whatever it is", () => {
    expect(deploymentConfigPath("a/../b?c")).toBe("/webdeployments/v1/deployments/a%2F..%2Fb%3Fc/config.json");
  });
});

describe("problem codes", () => {
  it("each have the contract's status", () => {
    const table: Record<number, string[]> = {
      400: ["invalid_request"],
      401: [
        "identity_required",
        "identity_invalid",
        "identity_expired",
        "authorization_invalid",
        "session_invalid",
        "session_expired",
        "session_revoked",
      ],
      403: [
        "origin_not_allowed",
        "deployment_not_allowed",
        "queue_not_allowed",
        "consent_required",
        "challenge_required",
        "challenge_failed",
      ],
      404: ["not_found"],
      405: ["method_not_allowed"],
      413: ["payload_too_large"],
      415: ["unsupported_media_type"],
      429: ["rate_limited"],
      500: ["internal"],
      502: [
        "upstream_rejected",
        "upstream_unauthorized",
        "upstream_forbidden",
        "upstream_invalid",
        "token_scope_missing",
      ],
      503: [
        "upstream_rate_limited",
        "upstream_unavailable",
        "challenge_unavailable",
        "identity_unavailable",
        "not_ready",
        "overloaded",
      ],
    };
    const expected = Object.entries(table).flatMap(([status, codes]) => codes.map((code) => [code, Number(status)]));
    expect(PROBLEM_STATUS).toEqual(Object.fromEntries(expected));
  });

  it.each(["", "toString", "__proto__", "constructor", "INTERNAL", 7, null, undefined, {}, ["internal"]])(
    "are a closed list: %j is none",
    (code) => {
      expect(isProblemCode(code)).toBe(false);
    },
  );

  it("know themselves", () => {
    expect(Object.keys(PROBLEM_STATUS).every(isProblemCode)).toBe(true);
  });
});

describe("codes of the Guest API", () => {
  it("that end the session, and that refuse a token, are these", () => {
    const codes = Array.from({ length: 6000 }, (_, code) => code);
    expect(codes.filter(endsSession)).toEqual([4006, 4007, 4017]);
    expect(codes.filter(refusesToken)).toEqual([401, 403]);
  });
});
