import { createHash, createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { afterEach, describe, expect, test } from "vitest";
import { context, DEPLOYMENT, refusal, SECRET, type World, type WorldOptions, world } from "./support/world.js";

let here: World;
afterEach(() => here.close());

const open = async (identity: WorldOptions["identity"], guestApi: WorldOptions["guestApi"] = "guest-tokens") => {
  here = await world({ guestApi, ...(identity && { identity }) });
};
const seconds = () => Math.floor(here.clock.now() / 1000);
const sign = (claims: Partial<Record<keyof JWTPayload, unknown>>, secret = SECRET, alg = "HS256") =>
  new SignJWT({ exp: seconds() + 300, ...claims }).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));
const start = (body: object = {}) => here.broker.startSession({ deploymentId: DEPLOYMENT, ...body }, context());

describe("an identity token", () => {
  test("makes its sub the guest's external id, raw towards the platform and hashed on record", async () => {
    await open({ secret: SECRET });
    const session = await start({ identityToken: await sign({ sub: "CUST-8842" }) });
    expect(session.guestId).toBe("CUST-8842");
    expect(here.calls("/api/v2/guest-tokens")[0]?.body).toMatchObject({ externalId: "CUST-8842" });
    await here.broker.close();
    expect(JSON.stringify(here.audit)).not.toContain('"externalId":"CUST-8842"');
    expect(here.audit[0]).toMatchObject({
      identified: true,
      externalId: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  test.each<[string, () => Promise<string>, string]>([
    ["of another secret", () => sign({ sub: "a" }, "another secret that is long enough, too"), "identity_invalid"],
    [
      "that is over",
      () => sign({ sub: "a", iss: "https://shop.example", aud: "chat", exp: seconds() - 30 }),
      "identity_expired",
    ],
    ["without an end", () => sign({ sub: "a", exp: undefined }), "identity_invalid"],
    ["without a sub", () => sign({}), "identity_invalid"],
    ["with an empty sub", () => sign({ sub: "" }), "identity_invalid"],
    ["with a sub of 256 code points", () => sign({ sub: "😀".repeat(256) }), "identity_invalid"],
    ["that is not yet good", () => sign({ sub: "a", nbf: seconds() + 60 }), "identity_invalid"],
    ["of another issuer", () => sign({ sub: "a", iss: "https://evil.example" }), "identity_invalid"],
    ["for another audience", () => sign({ sub: "a", iss: "https://shop.example", aud: "other" }), "identity_invalid"],
    ["that is none", async () => "hello", "identity_invalid"],
    ["that is not signed", async () => unsigned({ sub: "a", exp: seconds() + 60 }), "identity_invalid"],
    ["by another algorithm", () => sign({ sub: "a" }, SECRET.repeat(2), "HS512"), "identity_invalid"],
  ])("%s is refused", async (_, token, code) => {
    await open({ secret: SECRET, issuer: "https://shop.example", audience: "chat" });
    const error = await refusal(start({ identityToken: await token() }));
    expect(error.code).toBe(code);
    expect(error.status).toBe(401);
    const good = await sign({ sub: "😀".repeat(255), iss: "https://shop.example", aud: ["chat"] });
    await start({ identityToken: good });
  });

  test.each(["guest", "external-users", "guest-tokens"] as const)(
    "of full length is a guest of %s",
    async (guestApi) => {
      await open({ secret: SECRET }, guestApi);
      await expect(start({ identityToken: await sign({ sub: "c".repeat(255) }) })).resolves.toBeDefined();
    },
  );

  test("is good a few seconds after its end, for a site whose clock is off", async () => {
    await open({ secret: SECRET, clockToleranceSeconds: 10 });
    await start({ identityToken: await sign({ sub: "a", exp: seconds() - 8 }) });
    expect((await refusal(start({ identityToken: await sign({ sub: "a", exp: seconds() - 12 }) }))).code).toBe(
      "identity_expired",
    );
  });

  test("of a secret that is rotated is good within 10 s, and for five minutes that of the one before it, too", async () => {
    const other = "another secret that is long enough, too";
    let kept: string | Error = SECRET;
    const secret = async () => {
      if (kept instanceof Error) throw kept;
      return kept;
    };
    await open({ secret });
    const shown = async (by: string) =>
      start({ identityToken: await sign({ sub: "a" }, by) }).then(
        () => "good",
        ({ code }: { code: string }) => code,
      );
    expect(await shown(SECRET)).toBe("good");
    kept = other;
    here.clock.pass(9);
    expect([await shown(other), await shown(SECRET)]).toEqual(["good", "good"]);
    here.clock.pass(301);
    expect([await shown(other), await shown(SECRET)]).toEqual(["good", "identity_invalid"]);
    kept = new Error("being replaced");
    here.clock.pass(9);
    expect(await shown(other)).toBe("good");
    expect(here.warnings.join()).toContain("identity.secret");
    await here.close();
    await open({ secret });
    expect(await shown(other)).toBe("identity_unavailable");
  });

  test("is not believed where nobody can verify it", async () => {
    await open(undefined);
    expect((await refusal(start({ identityToken: await sign({ sub: "a" }) }))).code).toBe("identity_invalid");
  });
});

describe("the mode", () => {
  test("optional welcomes anonymous guests", async () => {
    await open({ secret: SECRET });
    expect((await start()).guestId).toMatch(/^anon-/);
  });

  test("required does not", async () => {
    await open({ mode: "required", secret: SECRET });
    expect((await refusal(start())).code).toBe("identity_required");
    await start({ identityToken: await sign({ sub: "a" }) });
  });

  test("unverified believes customerId, the others refuse it", async () => {
    await open({ mode: "unverified", secret: SECRET });
    expect((await start({ customerId: "CUST-1" })).guestId).toBe("CUST-1");
    expect((await start({ customerId: "CUST-1", identityToken: await sign({ sub: "CUST-2" }) })).guestId).toBe(
      "CUST-2",
    );
    await here.close();
    await open({ secret: SECRET });
    expect((await refusal(start({ customerId: "CUST-1" }))).errors?.[0]?.path).toBe("/customerId");
  });
});

describe("a key set", () => {
  const keySet = async () => {
    const { publicKey, privateKey } = await generateKeyPair("RS256");
    const jwk = { ...(await exportJWK(publicKey)), kid: "one", alg: "RS256" };
    let works = true;
    const server = createServer((_, response) => {
      response.statusCode = works ? 200 : 503;
      response.end(JSON.stringify({ keys: [jwk] }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
      works: (does: boolean) => {
        works = does;
      },
      sign: (claims: JWTPayload, kid = "one") =>
        new SignJWT({ exp: seconds() + 300, ...claims }).setProtectedHeader({ alg: "RS256", kid }).sign(privateKey),
      close: () => new Promise((resolve) => server.close(resolve)),
    };
  };

  test("verifies what its keys have signed, and nothing signed with a secret", async () => {
    const site = await keySet();
    await open({ jwksUrl: site.url });
    expect((await start({ identityToken: await site.sign({ sub: "CUST-1" }) })).guestId).toBe("CUST-1");
    expect((await refusal(start({ identityToken: await site.sign({ sub: "a" }, "two") }))).code).toBe(
      "identity_invalid",
    );
    expect((await refusal(start({ identityToken: await sign({ sub: "a" }) }))).code).toBe("identity_invalid");
    await site.close();
  });

  test("that cannot be had is identity_unavailable, and is asked for again", async () => {
    const site = await keySet();
    await open({ jwksUrl: site.url });
    site.works(false);
    const error = await refusal(start({ identityToken: await site.sign({ sub: "a" }) }));
    expect(error.code).toBe("identity_unavailable");
    expect(error.status).toBe(503);
    site.works(true);
    await start({ identityToken: await site.sign({ sub: "a" }) });
    await site.close();
    await here.close();
    await open({ jwksUrl: site.url });
    expect((await refusal(start({ identityToken: await site.sign({ sub: "a" }) }))).code).toBe("identity_unavailable");
  });
});

describe("an identity token at a refresh", () => {
  test("of the same customer goes on, of another is session_invalid, a bad one is refused", async () => {
    await open({ secret: SECRET });
    const { handle } = (await start({ identityToken: await sign({ sub: "a" }) })).session;
    const refresh = async (identityToken: string) => here.broker.refreshSession(handle, { identityToken }, context());
    expect((await refusal(refresh(await sign({ sub: "b" })))).code).toBe("session_invalid");
    expect((await refusal(refresh(await sign({ sub: "a", exp: 1 })))).code).toBe("identity_expired");
    await refresh(await sign({ sub: "a" }));
  });

  test("makes no customer of an anonymous guest", async () => {
    await open({ secret: SECRET });
    const { handle } = (await start()).session;
    const identityToken = await sign({ sub: "a" });
    expect((await refusal(here.broker.refreshSession(handle, { identityToken }, context()))).code).toBe(
      "session_invalid",
    );
  });
});

test("with a pepper the customer's hash is keyed", async () => {
  const hashes: unknown[] = [];
  for (const pepper of [undefined, "pepper", "other"]) {
    here = await world({ identity: { mode: "unverified", ...(pepper && { pepper }) } });
    await start({ customerId: "CUST-1" });
    await here.broker.close();
    hashes.push(here.audit[0]?.externalId);
    await here.close();
  }
  expect(new Set(hashes).size).toBe(3);
  expect(hashes[0]).toBe(createHash("sha256").update("CUST-1").digest("hex"));
  expect(hashes[1]).toBe(createHmac("sha256", "pepper").update("CUST-1").digest("hex"));
  here = await world();
});

function unsigned(claims: object): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${encode({ alg: "none" })}.${encode(claims)}.`;
}
