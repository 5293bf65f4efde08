// Document 4, whole: a token for an external id with attributes, shared by identical requests within five seconds, what
// the page is onboarded with, telemetry, and audit records that redact the token.
import { createBroker, ephemeralKeyRing } from "@guestpass/broker";
import { platformOf, runAs } from "./platform.mjs";

export async function main(env, log) {
  const deploymentId = env.WEBCHAT_ID;
  const audit = [];
  const broker = createBroker({
    guestApi: "guest-tokens",
    platform: { ...platformOf(env), oauthPath: "/api/v2/oauth/token" },
    deploymentIds: [deploymentId],
    identity: { mode: "unverified" },
    sinks: { audit: (record) => audit.push(record) },
    hooks: { onCacheInvalidated: (key) => log("kept no longer:", key) },
    session: { keys: ephemeralKeyRing(), refreshLeadSeconds: 300 },
  });
  try {
    const request = {
      deploymentId,
      customerId: "ext-user-99281",
      attributes: { source: "landing-page", campaign: "q4-promo" },
    };
    const context = { requestId: "example-4", origin: null };
    const [session, twin] = await Promise.all([
      broker.startSession(request, context),
      broker.startSession(request, context),
    ]);
    log("onboarding:", { ...session.messenger.onboarding, guestToken: "..." });
    log("one answer for both:", session.token === twin.token);
    const renewed = await broker.refreshSession(session.session.handle, undefined, context);
    log("renewed until", renewed.expiresAt);
    const { issued, renewed: count, renewalsFailed, latency } = broker.stats();
    log("telemetry:", { issued, renewed: count, renewalsFailed, lastSeconds: latency.start.lastSeconds });
  } finally {
    await broker.close();
  }
  log("audit:", JSON.stringify(audit));
}

runAs(import.meta.url, main);
