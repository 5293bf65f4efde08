/** The examples of the README, run as they stand but for where the platform is. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Simulator, startSimulator } from "@guestpass/simulator";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { newKeySet } from "../src/index.js";
import { type Peer, startDynamodb } from "./support/peers.js";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const blocks = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code = ""], index) => ({ index, code }));
const source = pathToFileURL(fileURLToPath(new URL("../src/index.ts", import.meta.url))).href;

let simulator: Simulator;
let dynamodb: Peer;
let folder: string;
const challenges = createServer((_, response) => response.end('{"success":true,"score":0.9}'));
const events = createServer((_, response) => response.end());
const urlOf = (server: typeof events) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

beforeAll(async () => {
  simulator = await startSimulator();
  dynamodb = await startDynamodb("GenesysGuestSessions");
  folder = await mkdtemp(join(tmpdir(), "guestpass-readme-"));
  await writeFile(join(folder, "session-keys.json"), JSON.stringify(await newKeySet()));
  for (const server of [challenges, events])
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  await simulator.close();
  await dynamodb.close();
  for (const server of [challenges, events]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await rm(folder, { recursive: true });
});

test("there is an example for each document and the platform", () => {
  const apis = [
    "guest",
    "custom-signed",
    "external-users",
    "webmessaging-guests",
    "guest-tokens",
    "webchat-instances",
    "web-messaging",
  ];
  for (const api of apis) expect(blocks.some(({ code }) => code.includes(`guestApi: "${api}"`))).toBe(true);
});

test.each(blocks)("example $index runs", async ({ index, code }) => {
  const said: unknown[][] = [];
  const log = vi.spyOn(console, "log").mockImplementation((...words) => void said.push(words));
  const path = join(folder, `example-${index}.ts`);
  const adapted = code
    .replaceAll('"@guestpass/broker"', JSON.stringify(source))
    .replaceAll('region: "mypurecloud.ie"', `baseUrl: "${simulator.url}"`)
    .replace('region: "eu-west-1"', `endpoint: "${dynamodb.url}"`)
    .replace("https://events.example/guests", urlOf(events))
    .replace('provider: "recaptcha", secret', `provider: "recaptcha", verifyUrl: "${urlOf(challenges)}", secret`)
    .replaceAll('"session-keys.json"', JSON.stringify(join(folder, "session-keys.json")))
    .replaceAll('"signing-secret"', JSON.stringify(join(folder, "signing-secret")));
  await writeFile(path, adapted);
  await import(/* @vite-ignore */ pathToFileURL(path).href);
  log.mockRestore();
  expect(said.length).toBeGreaterThan(0);
  if (code.includes("renewed.guestId === guest.guestId")) expect(said.at(-1)).toEqual([true]);
  if (code.includes("session_revoked")) expect(said.at(-1)).toEqual([401, "session_revoked"]);
});
