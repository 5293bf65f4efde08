// Document 1, whole: a guest token for a customer, its scope checked, silently refreshed, with what the page initialises
// its messenger with; a token signed by ourselves with a secret that may be rotated; who has written too much lately.
import { readFile } from "node:fs/promises";
import { abuseReport, createBroker, ephemeralKeyRing, guestClient } from "@guestpass/broker";
import { platformOf, runAs } from "./platform.mjs";

export async function main(env, log) {
  const platform = platformOf(env);
  const deploymentId = env.DEPLOYMENT_ID;
  const customerId = env.CUSTOMER_ID ?? "CUST-8842";
  const context = { requestId: "example-1", origin: null };

  // Steps 1 to 4: the customer is ours to name here; a page would show an identity token.
  const broker = createBroker({
    guestApi: "guest",
    platform,
    deploymentIds: [deploymentId],
    identity: { mode: "unverified" },
    session: { keys: ephemeralKeyRing(), refreshLeadSeconds: 300 },
  });
  try {
    const session = await broker.startSession({ deploymentId, customerId }, context);
    log("valid guest token until", session.expiresAt, "to be refreshed in", session.refreshIn, "s");
    const { initConfig, features } = session.messenger;
    log("for the page:", { initConfig: { ...initConfig, guestToken: "..." }, features });
    const refreshed = await broker.refreshSession(session.session.handle, undefined, context);
    log("refreshed for the same guest:", refreshed.guestId === session.guestId);
  } finally {
    await broker.close();
  }

  // Step 5: the file is read again when its content changes.
  const signer = guestClient({
    guestApi: "custom-signed",
    platform,
    customSigning: { secret: async () => (await readFile(env.SIGNING_SECRET_FILE, "utf8")).trim(), ttlSeconds: 3600 },
  });
  try {
    const { expiresIn } = await signer.create({ deploymentId, customerId });
    log("custom token signed for", expiresIn, "s");
  } finally {
    await signer.close();
  }

  // Step 6: the last 24 hours, page by page.
  const { flagged } = await abuseReport({ platform, threshold: 10 });
  log(flagged.length > 0 ? "abuse detected:" : "no abuse detected", flagged);
}

runAs(import.meta.url, main);
