import { randomUUID } from "node:crypto";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, describe, expect, it } from "vitest";
import { DEPLOYMENT, type RunningEndpoint, startEndpoint } from "./running-endpoint.js";

const running: RunningEndpoint[] = [];
afterEach(async () => {
  for (const endpoint of running.splice(0)) await endpoint.close();
});
async function endpointWith(more: Record<string, string> = {}): Promise<RunningEndpoint> {
  const endpoint = await startEndpoint(more);
  running.push(endpoint);
  return endpoint;
}

/** A browser's key, and proofs of it. */
async function browserKey() {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const jwk = await exportJWK(publicKey);
  return (htm: string, htu: string) =>
    new SignJWT({ htm, htu, jti: randomUUID() })
      .setProtectedHeader({ alg: "ES256", typ: "dpop+jwt", jwk })
      .setIssuedAt()
      .sign(privateKey);
}

const body = { deploymentId: DEPLOYMENT };

describe("a session that is bound to a browser's key", () => {
  it("is refreshed and ended with proofs of that key alone", async () => {
    const endpoint = await endpointWith({ SESSION_BINDING: "required" });
    const prove = await browserKey();
    const stranger = await browserKey();
    expect((await endpoint.post("/v1/sessions", body)).status).not.toBe(201);
    const started = await endpoint.post("/v1/sessions", body, {
      dpop: await prove("POST", `${endpoint.url}/v1/sessions`),
    });
    expect(started.status).toBe(201);
    const url = `${endpoint.url}/v1/sessions/refresh`;
    const authorization = `Bearer ${started.json.session.handle}`;
    const refused = [
      await endpoint.post("/v1/sessions/refresh", undefined, { authorization }),
      await endpoint.post("/v1/sessions/refresh", undefined, { authorization, dpop: await stranger("POST", url) }),
      await endpoint.post("/v1/sessions/refresh", undefined, {
        authorization,
        dpop: await prove("POST", "https://elsewhere.example/v1/sessions/refresh"),
      }),
      await endpoint.post("/v1/sessions/refresh", undefined, { authorization, dpop: await prove("DELETE", url) }),
      await endpoint.post("/v1/sessions/refresh", undefined, { authorization, dpop: "nonsense" }),
    ];
    expect(refused.map((answer) => [answer.status, answer.json.code])).toEqual(
      refused.map(() => [401, "session_invalid"]),
    );
    const refreshed = await endpoint.post("/v1/sessions/refresh?x=1", undefined, {
      authorization,
      dpop: await prove("POST", url),
    });
    expect(refreshed.status).toBe(200);
    const ended = await endpoint.ask("DELETE", "/v1/sessions", {
      origin: "https://shop.example",
      authorization: `Bearer ${refreshed.json.session.handle}`,
      dpop: await prove("DELETE", `${endpoint.url}/v1/sessions`),
    });
    expect(ended.status).toBe(204);
  });

  it("is proved for the URL that the browser called, where a trusted proxy says which", async () => {
    const endpoint = await endpointWith({ SESSION_BINDING: "required", TRUST_PROXY: "127.0.0.1" });
    const prove = await browserKey();
    const dpop = () => prove("POST", "https://tokens.example/v1/sessions");
    const forwarded = {
      "x-forwarded-host": "tokens.example",
      "x-forwarded-proto": "https",
      "x-forwarded-for": "203.0.113.1",
    };
    expect((await endpoint.post("/v1/sessions", body, { ...forwarded, dpop: await dpop() })).status).toBe(201);
    const unknown = await endpointWith({ SESSION_BINDING: "required" });
    expect((await unknown.post("/v1/sessions", body, { ...forwarded, dpop: await dpop() })).status).toBe(400);
    expect(unknown.stderr.text).toMatch(/"claimed":"https:\/\/tokens\.example".*set PUBLIC_URL, or TRUST_PROXY/);
  });

  it("is proved for https where a proxy ended TLS and said nothing, but kept the host", async () => {
    const endpoint = await endpointWith({ SESSION_BINDING: "required" });
    const prove = await browserKey();
    const dpop = await prove("POST", `${endpoint.url.replace("http:", "https:")}/v1/sessions`);
    expect((await endpoint.post("/v1/sessions", body, { dpop })).status).toBe(201);
    expect(endpoint.stderr.text).not.toContain("PUBLIC_URL");
  });

  it("is proved for PUBLIC_URL, where a proxy says nothing", async () => {
    const endpoint = await endpointWith({ SESSION_BINDING: "required", PUBLIC_URL: "https://example.com/tokens/" });
    const prove = await browserKey();
    const dpop = await prove("POST", "https://example.com/tokens/v1/sessions");
    expect((await endpoint.post("/v1/sessions", body, { dpop })).status).toBe(201);
  });
});
