// Document 2, whole: one external user for a customer, known by the hash of its id alone and found again in DynamoDB;
// its token until five minutes before the end, then the next; credential pairs that take turns when one is refused.
import { dynamodbStore, guestClient } from "@guestpass/broker";
import { platformOf, runAs } from "./platform.mjs";

export async function main(env, log) {
  const guests = guestClient({
    guestApi: "external-users",
    platform: platformOf(env),
    store: dynamodbStore({
      table: env.DYNAMODB_TABLE ?? "GenesysGuestSessions",
      ...(env.DYNAMODB_ENDPOINT && { endpoint: env.DYNAMODB_ENDPOINT }),
      ...(env.AWS_REGION && { region: env.AWS_REGION }),
    }),
    ...(env.IDENTITY_PEPPER && { pepper: env.IDENTITY_PEPPER }),
  });
  try {
    const wish = { deploymentId: env.DEPLOYMENT_ID, customerId: env.CUSTOMER_ID ?? "CRM-987654" };
    const guest = await guests.create(wish);
    log("guest", guest.guestId, "has a token until", guest.expiresAt);
    const again = await guests.create(wish);
    log("the same guest, the same token:", again.guestId === guest.guestId, again.token === guest.token);
    const renewed = await guests.renew(guest);
    log("renewed for the same guest:", renewed.guestId === guest.guestId);
  } finally {
    await guests.close();
  }
}

runAs(import.meta.url, main);
