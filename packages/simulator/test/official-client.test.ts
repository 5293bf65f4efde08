import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { DEPLOYMENT, QUEUE, start } from "./call.js";

/** Genesys' own published client; its declarations are those of a browser's globals, so a test takes it as it comes. */
type Client = ReturnType<typeof JSON.parse>;
const platformClient: Client = createRequire(import.meta.url)("purecloud-platform-client-v2");

test("Genesys' own client logs in, reads a queue, queries conversations, exchanges, refreshes and revokes", async () => {
  const simulator = await start({ clients: [{ id: "a", secret: "b" }], deployments: [DEPLOYMENT] });
  const client = platformClient.ApiClient.instance;
  client.config.setGateway({ host: "127.0.0.1", protocol: "http", port: simulator.port });

  await expect(client.loginClientCredentialsGrant("nobody", "b")).rejects.toMatchObject({ status: 400 });
  await expect(client.loginClientCredentialsGrant("a", "wrong")).rejects.toMatchObject({ status: 401 });
  const { tokenExpiryTime } = await client.loginClientCredentialsGrant("a", "b");
  expect(Math.abs(tokenExpiryTime - simulator.now() - 86_400_000)).toBeLessThan(10_000);

  expect(await new platformClient.RoutingApi().getRoutingQueue(QUEUE)).toMatchObject({ id: QUEUE });

  const to = simulator.now();
  const interval = `${new Date(to - 86_400_000).toISOString()}/${new Date(to).toISOString()}`;
  const query = { interval, paging: { pageSize: 100, pageNumber: 2 } };
  const found = await new platformClient.AnalyticsApi().postAnalyticsConversationsDetailsQuery(query);
  expect([found.totalHits, found.conversations.length]).toEqual([120, 20]);

  const deployments = new platformClient.WebDeploymentsApi();
  const oauth = { code: "ann", redirectUri: "https://shop.example/" };
  const tokens = await deployments.postWebdeploymentsTokenOauthcodegrantjwtexchange({
    deploymentId: DEPLOYMENT,
    oauth,
  });
  const { refreshToken } = tokens;
  expect(await deployments.postWebdeploymentsTokenRefresh({ body: { refreshToken } })).toHaveProperty("jwt");
  client.setAccessToken(tokens.jwt);
  await deployments.deleteWebdeploymentsTokenRevoke();
  const spent = deployments.postWebdeploymentsTokenRefresh({ body: { refreshToken } });
  await expect(spent).rejects.toMatchObject({ status: 401 });
});
