/** `guestpass check` before a platform that is asked by https, with certificates of the test. */
// What @peculiar/x509 needs before it is loaded.
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { request as ask } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Simulator, startSimulator } from "@guestpass/simulator";
import * as x509 from "@peculiar/x509";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compile, runProcess } from "./child.js";
import { CLIENT, DEPLOYMENT, environment } from "./running-endpoint.js";

const DAY_MS = 86_400_000;
const signingAlgorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

let simulator: Simulator;
beforeAll(async () => {
  await compile();
  x509.cryptoProvider.set(webcrypto as unknown as Crypto);
  simulator = await startSimulator({ clients: [CLIENT], deployments: [DEPLOYMENT] });
}, 120_000);
afterAll(() => simulator.close());

/** A platform behind TLS, with a certificate for 127.0.0.1 that lives so long. */
async function behindTls(days: number): Promise<{ url: string; certificate: string; server: Server }> {
  const keys = await webcrypto.subtle.generateKey(signingAlgorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=127.0.0.1",
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + days * DAY_MS),
    signingAlgorithm,
    keys,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: "ip", value: "127.0.0.1" }])],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  const server = createServer(
    { cert: certificate.toString("pem"), key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----` },
    (request, response) => {
      const { method = "GET", url = "/", headers } = request;
      const onward = ask(simulator.url + url, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      request.pipe(onward);
    },
  );
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, certificate: certificate.toString("pem"), server };
}

async function check(url: string, trusted?: string) {
  const file = join(mkdtempSync(join(tmpdir(), "guestpass-")), "ca.pem");
  if (trusted !== undefined) writeFileSync(file, trusted);
  const env = environment(url, {
    GUEST_API: "guest-tokens",
    UPSTREAM_TIMEOUT: "2",
    UPSTREAM_DEADLINE: "2",
    ...(trusted !== undefined && { NODE_EXTRA_CA_CERTS: file }),
  });
  const { code, stdout } = await runProcess(["check", "--json"], env);
  const { findings } = JSON.parse(stdout) as {
    findings: { name: string; status: string; detail: string; mend?: string }[];
  };
  return { code, tls: findings.filter((finding) => finding.name === "tls") };
}

describe("guestpass check, by https", () => {
  it("is content with a certificate that is trusted, warns of one about to expire, and finds one that is not", async () => {
    const [fresh, old] = await Promise.all([behindTls(90), behindTls(3)]);
    try {
      const [trusted, expiring, unknown] = await Promise.all([
        check(fresh.url, fresh.certificate),
        check(old.url, old.certificate),
        check(fresh.url),
      ]);
      expect([trusted.code, trusted.tls]).toMatchObject([0, [{ status: "ok", detail: "127.0.0.1" }]]);
      expect([expiring.code, expiring.tls]).toMatchObject([0, [{ status: "warning" }]]);
      expect(expiring.tls[0]?.detail).toMatch(/expires in [23] days/);
      expect([unknown.code, unknown.tls]).toMatchObject([1, [{ status: "fault" }]]);
      expect(unknown.tls[0]?.detail).toContain("SELF_SIGNED");
      expect(unknown.tls[0]?.mend).toContain("NODE_EXTRA_CA_CERTS");
    } finally {
      fresh.server.close();
      old.server.close();
    }
  });
});
