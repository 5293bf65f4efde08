import { decodeProtectedHeader } from "jose";
import { afterEach, describe, expect, test } from "vitest";
import { ephemeralKeyRing, memoryStore } from "../src/index.js";
import { context, DEPLOYMENT, ORIGIN, OTHER_DEPLOYMENT, QUEUE, refusal, type World, world } from "./support/world.js";

let here: World;
afterEach(() => here.close());

const start = () => here.broker.startSession({ deploymentId: DEPLOYMENT }, context());
const refresh = (handle: string) => here.broker.refreshSession(handle, undefined, context());

describe("a refresh", () => {
  test("gives a new token and a new handle for the same session, guest and end", async () => {
    here = await world();
    const session = await start();
    here.pass(3300);
    const refreshed = await refresh(session.session.handle);
    expect(refreshed.sessionId).toBe(session.sessionId);
    expect(refreshed.guestId).toBe(session.guestId);
    expect(refreshed.token).not.toBe(session.token);
    expect(refreshed.session.handle).not.toBe(session.session.handle);
    expect(refreshed.expiresIn).toBeGreaterThan(3590);
    expect(refreshed).not.toHaveProperty("messenger");
    const passed = session.session.expiresIn - refreshed.session.expiresIn;
    expect(passed).toBeGreaterThanOrEqual(3299);
    expect(passed).toBeLessThanOrEqual(3301);
  });

  test("goes on over many lives and no further than the session's end", async () => {
    here = await world({ session: { maxAgeSeconds: 10_000 } });
    let { handle } = (await start()).session;
    for (let life = 0; life < 3; life += 1) {
      here.pass(3000);
      handle = (await refresh(handle)).session.handle;
    }
    const last = await refresh(handle);
    expect(last.expiresIn).toBeLessThanOrEqual(1000);
    expect(last.session.expiresIn).toBeLessThanOrEqual(1000);
    here.pass(1000);
    expect((await refusal(refresh(last.session.handle))).code).toBe("session_expired");
  });

  test("keeps the UUID of an anonymous web-messaging guest, and renews what is left of the session", async () => {
    here = await world({ guestApi: "web-messaging" });
    const session = await start();
    here.pass(4000);
    const refreshed = await refresh(session.session.handle);
    expect(refreshed.token).toBe(session.token);
    expect(refreshed.sessionToken).toBe(session.token);
    expect(refreshed.guestId).toBe(session.guestId);
    expect(refreshed.expiresIn).toBe(refreshed.session.expiresIn);
  });

  test("asks webchat-instances again for the same queue, language and attributes", async () => {
    here = await world({ guestApi: "webchat-instances", identity: { mode: "unverified" } });
    const wish = { deploymentId: DEPLOYMENT, queueId: QUEUE, language: "fr-fr", attributes: { shop: "Lyon" } };
    const known = await here.broker.startSession({ ...wish, customerId: "CUST-1" }, context());
    const anonymous = await here.broker.startSession(wish, context());
    const [first, second] = await Promise.all([refresh(known.session.handle), refresh(anonymous.session.handle)]);
    const calls = here.calls("/api/v2/webchat/instances/guests");
    expect(calls.slice(2).map(({ body }) => body)).toEqual(
      expect.arrayContaining([calls[0]?.body, calls[1]?.body]) as unknown,
    );
    expect(first?.guestId).toBe(known.guestId);
    expect(second?.guestId).not.toBe(anonymous.guestId);
  });

  test("takes an empty body in every form, and no unknown field", async () => {
    here = await world();
    const { handle } = (await start()).session;
    for (const body of [undefined, null, "", {}]) await here.broker.refreshSession(handle, body, context());
    const error = await refusal(here.broker.refreshSession(handle, { deploymentId: DEPLOYMENT }, context()));
    expect(error.errors).toEqual([{ path: "/deploymentId", message: "is not known" }]);
  });
});

describe("a handle", () => {
  test("is an encrypted JWT that says nothing to its holder", async () => {
    here = await world({ guestApi: "web-messaging" });
    const { token, session } = await start();
    expect(decodeProtectedHeader(session.handle)).toEqual({
      alg: "dir",
      enc: "A256GCM",
      kid: expect.any(String) as string,
      typ: "guestpass-handle+jwt",
    });
    expect(Buffer.from(session.handle, "base64url").toString("latin1")).not.toContain(token);
  });

  test("of nobody, of another key, tampered with, or too long is session_invalid", async () => {
    here = await world();
    const { handle } = (await start()).session;
    const other = await world({ session: { keys: ephemeralKeyRing() } });
    const foreign = (await other.broker.startSession({ deploymentId: DEPLOYMENT }, context())).session.handle;
    await other.close();
    const middle = Math.floor(handle.length / 2);
    const tampered = `${handle.slice(0, middle)}${handle[middle] === "A" ? "B" : "A"}${handle.slice(middle + 1)}`;
    for (const wrong of [
      "",
      "x",
      "a.b.c.d.e",
      foreign,
      tampered,
      "x".repeat(100_000),
      undefined as unknown as string,
    ]) {
      expect((await refusal(refresh(wrong))).code).toBe("session_invalid");
      expect((await refusal(here.broker.endSession(wrong, context()))).code).toBe("session_invalid");
    }
    await refresh(handle);
  });

  test("shown from another origin is session_invalid", async () => {
    here = await world();
    const { handle } = (await start()).session;
    for (const origin of ["https://evil.example", null, `${ORIGIN}:8443`])
      expect((await refusal(here.broker.refreshSession(handle, {}, context({ origin })))).code).toBe("session_invalid");
    await refresh(handle);
  });

  test("that would not fit into a header is not given", async () => {
    here = await world();
    const attributes = Object.fromEntries(Array.from({ length: 4 }, (_, i) => [`k${i}`, "\u0001".repeat(510)]));
    const work = here.broker.startSession({ deploymentId: DEPLOYMENT, attributes }, context());
    expect((await refusal(work)).code).toBe("payload_too_large");
    const plain = Object.fromEntries(Array.from({ length: 4 }, (_, i) => [`k${i}`, '"'.repeat(510)]));
    const session = await here.broker.startSession({ deploymentId: DEPLOYMENT, attributes: plain }, context());
    await refresh(session.session.handle);
  });

  test("of a deployment or guest API that is no longer served is session_invalid", async () => {
    const keys = ephemeralKeyRing();
    const before = await world({ session: { keys } });
    const session = await before.broker.startSession({ deploymentId: DEPLOYMENT }, context());
    here = await world({ session: { keys }, deploymentIds: [OTHER_DEPLOYMENT] });
    expect((await refusal(refresh(session.session.handle))).code).toBe("session_invalid");
    await here.close();
    here = await world({ session: { keys }, guestApi: "web-messaging" });
    expect((await refusal(refresh(session.session.handle))).code).toBe("session_invalid");
    await before.close();
  });

  test("moves between instances and survives a restart", async () => {
    const keys = ephemeralKeyRing();
    const before = await world({ session: { keys } });
    const session = await before.broker.startSession({ deploymentId: DEPLOYMENT }, context());
    await before.close();
    here = await world({ session: { keys } });
    expect((await refresh(session.session.handle)).sessionId).toBe(session.sessionId);
  });
});

describe("rotation", () => {
  test("the handle before works for 60 s after a refresh, for an answer that was lost", async () => {
    here = await world();
    const first = (await start()).session.handle;
    await refresh(first);
    here.pass(59);
    await refresh(first);
    here.pass(2);
    expect((await refusal(refresh(first))).code).toBe("session_revoked");
  });

  test("the handle before works no longer once its successor was used", async () => {
    here = await world();
    const first = (await start()).session.handle;
    const second = (await refresh(first)).session.handle;
    await refresh(second);
    expect((await refusal(refresh(first))).code).toBe("session_revoked");
  });

  test("two tabs that refresh from the same handle both go on", async () => {
    here = await world();
    const first = (await start()).session.handle;
    const [a, b] = await Promise.all([refresh(first), refresh(first)]);
    const next = await Promise.all([refresh(a.session.handle), refresh(b.session.handle)]);
    expect(next).toHaveLength(2);
  });

  test("a handle in two hands ends the session for both", async () => {
    here = await world();
    const stolen = (await start()).session.handle;
    const second = (await refresh(stolen)).session.handle;
    const third = (await refresh(second)).session.handle;
    expect((await refusal(refresh(stolen))).code).toBe("session_revoked");
    expect((await refusal(refresh(third))).code).toBe("session_revoked");
  });

  test("a refresh that fails upstream leaves the handle as it was", async () => {
    here = await world();
    const { handle } = (await start()).session;
    here.simulator.fault({ path: "/api/v2/guest-tokens", status: 503 });
    expect((await refusal(refresh(handle))).code).toBe("upstream_unavailable");
    here.pass(300);
    here.simulator.clearFaults();
    await refresh(handle);
  });
});

describe("the end", () => {
  test("makes every handle of the session session_revoked, and ending it again is no error", async () => {
    here = await world();
    const { handle } = (await start()).session;
    const next = (await refresh(handle)).session.handle;
    await here.broker.endSession(next, context());
    expect((await refusal(refresh(next))).code).toBe("session_revoked");
    expect((await refusal(refresh(handle))).code).toBe("session_revoked");
    await here.broker.endSession(next, context());
    await here.broker.endSession(handle, context());
  });

  test("stays the end here though the store forgets it", async () => {
    const store = memoryStore();
    here = await world({ guestApi: "web-messaging", store });
    const ended = await start();
    const live = await start();
    await here.broker.endSession(ended.session.handle, context());
    await store.remove(`session:${ended.sessionId}`);
    expect((await refusal(refresh(ended.session.handle))).code).toBe("session_revoked");
    await refresh(live.session.handle);
  });

  test("of one session leaves another of the same page alone", async () => {
    here = await world();
    const [one, other] = await Promise.all([start(), start()]);
    await here.broker.endSession(one.session.handle, context());
    await refresh(other.session.handle);
  });
});
