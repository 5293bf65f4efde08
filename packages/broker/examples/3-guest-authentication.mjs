// Document 3, whole: consent and a challenge that its provider has verified, then a guest of the channel; an audit
// record of it, and an event for the identity provider, neither of which holds the visitor up.
import { createBroker, ephemeralKeyRing } from "@guestpass/broker";
import { platformOf, runAs } from "./platform.mjs";

export async function main(env, log) {
  const deploymentId = env.WEBMSG_CHANNEL_ID;
  const broker = createBroker({
    guestApi: "webmessaging-guests",
    platform: platformOf(env),
    deploymentIds: [deploymentId],
    consentRequired: true,
    challenge: {
      provider: "recaptcha",
      secret: env.CHALLENGE_SECRET,
      minScore: 0.5,
      ...(env.CHALLENGE_VERIFY_URL && { verifyUrl: env.CHALLENGE_VERIFY_URL }),
    },
    sinks: { audit: (record) => log("AUDIT_LOG", JSON.stringify(record)) },
    ...(env.WEBHOOK_URL && {
      webhook: { url: env.WEBHOOK_URL, ...(env.WEBHOOK_SECRET && { secret: env.WEBHOOK_SECRET }) },
    }),
    session: { keys: ephemeralKeyRing() },
  });
  try {
    const session = await broker.startSession(
      {
        deploymentId,
        consent: { accepted: true, timestamp: new Date().toISOString() },
        challenge: { provider: "recaptcha", response: env.CHALLENGE_RESPONSE ?? "03AGdBq25..." },
        attributes: { origin: "automated_test" },
      },
      { requestId: "example-3", origin: null },
    );
    log("authentication complete, guest", session.guestId);
    log("current success rate", `${broker.stats().successRate}%`);
  } finally {
    await broker.close();
  }
}

runAs(import.meta.url, main);
