/**
 * Starts the Messenger: takes the place of the page's queue, reads the deployment's configuration, checks the domain, and
 * starts the plugins. The page's configuration is `{environment, deploymentId, debug?, guestToken?}`; a `guestToken` that
 * the page's back end got is used instead of one made up here, and may be renewed in the same object at any time.
 */
import { startAuth } from "./auth.js";
import { createBus } from "./bus.js";
import { startDatabase } from "./database.js";
import { startMessaging } from "./messaging.js";
import { createStorage } from "./storage.js";
import { startWindow } from "./window.js";

export async function start(origin) {
  const name = window["_genesysJs"] ?? "Genesys";
  const stub = window[name];
  if (!stub || stub.loaded) return;
  const settings = stub.c ?? {};
  const { deploymentId } = settings;
  const bus = createBus();
  const genesys = Object.assign(bus.genesys, { loaded: true, c: settings, t: stub.t });
  window[name] = genesys;
  for (const call of stub.q ?? []) genesys(...call);

  const inner = bus.register("GenesysJS");
  inner.ready();
  const base = `${origin}/webdeployments/v1/deployments/${encodeURIComponent(deploymentId)}`;
  const [config, domains] = await Promise.all([read(`${base}/config.json`), read(`${base}/domains.json`)]);
  if (!mayRun(domains)) {
    console.error("Genesys Messenger may not run on this domain");
    inner.publish("domainNotAllowed", { domain: location.hostname });
    return;
  }
  inner.publish("configurationReceived", config);
  if (config.status !== "Active" || !config.messenger?.enabled) return;

  const storage = createStorage(deploymentId);
  const database = startDatabase(bus);
  const auth = startAuth(bus, { origin, deploymentId, storage });
  const guestToken = () => settings.guestToken;
  const messaging = startMessaging(bus, { config, deploymentId, storage, auth, database, guestToken });
  if (!config.headlessMode?.enabled) startWindow(bus, { config, storage, messaging });
  hearOfToken(settings, () => {
    messaging.renewed().catch((error) => console.warn("The renewed guest token was refused:", error.message));
  });
}

function hearOfToken(settings, renewed) {
  let { guestToken } = settings;
  Object.defineProperty(settings, "guestToken", {
    enumerable: true,
    configurable: true,
    get: () => guestToken,
    set(token) {
      guestToken = token;
      renewed();
    },
  });
}

async function read(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.json();
}

function mayRun({ allowAllDomains, allowedDomains }) {
  if (allowAllDomains) return true;
  const host = location.hostname;
  return allowedDomains.some((domain) => (domain.startsWith(".") ? host.endsWith(domain) : host === domain));
}
