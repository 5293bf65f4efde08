// `pnpm demo`: the simulator, the endpoint and a host page on another origin, all on loopback; prints one URL.
import { parseArgs } from "node:util";
import { GUEST_APIS } from "@guestpass/protocol";
import { createHostPage } from "./host-page.mjs";
import { createStage } from "./stage.mjs";

const HELP = `pnpm demo [options]

Starts a Genesys Cloud simulator, the Guestpass endpoint and a shop's page with the script tag. Needs no network.

  --port PORT         port of the page (8080; 0 takes a free one)
  --token-life SEC    life of a guest token (30; 15 to 86400)
  --guest-api NAME    ${GUEST_APIS.join(", ")} (guest-tokens)
  --help              this text
`;

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(64);
}

let options;
try {
  options = parseArgs({
    options: {
      port: { type: "string", default: "8080" },
      "token-life": { type: "string", default: "30" },
      "guest-api": { type: "string", default: "guest-tokens" },
      help: { type: "boolean", default: false },
    },
  }).values;
} catch (error) {
  fail(`${error.message}\n\n${HELP}`);
}
if (options.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const port = Number(options.port);
const tokenLife = Number(options["token-life"]);
const guestApi = options["guest-api"];
if (!Number.isInteger(port) || port < 0 || port > 65535) fail(`--port takes a port number, not "${options.port}".`);
if (!Number.isInteger(tokenLife) || tokenLife < 15 || tokenLife > 86400)
  fail("--token-life takes whole seconds from 15 to 86400.");
if (!GUEST_APIS.includes(guestApi)) fail(`--guest-api takes one of ${GUEST_APIS.join(", ")}, not "${guestApi}".`);

const stage = createStage({ guestApi, tokenLife });
const page = createHostPage(stage);

let closing = false;
async function close(code) {
  if (closing) return;
  closing = true;
  setTimeout(() => process.exit(code), 5000).unref();
  await page.close();
  await stage.close();
  process.exit(code);
}
process.once("SIGTERM", () => void close(0));
process.once("SIGINT", () => void close(0));

try {
  const url = await page.listen(port);
  await stage.open(url);
  process.stdout.write(`Guestpass demo: ${url}/\n`);
} catch (error) {
  if (error?.code === "EADDRINUSE")
    process.stderr.write(`Port ${port} is taken: pass --port with another one, or --port 0.\n`);
  else process.stderr.write(`The demo could not start: ${error?.message ?? error}\n`);
  await close(1);
}
