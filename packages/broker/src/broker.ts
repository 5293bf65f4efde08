/** Puts the rooms together, and sees to it that whatever is asked is measured and on record. Decides nothing itself. */
import { compatGuestToken } from "./compat.js";
import { asBrokerError } from "./errors.js";
import type { Broker } from "./face.js";
import { findGuestApi } from "./guests/registry.js";
import { createAudit } from "./observe/audit.js";
import { createBeside } from "./observe/beside.js";
import { type Facts, newFacts } from "./observe/facts.js";
import { Metrics } from "./observe/metrics.js";
import { createMinting, type Sighting } from "./observe/minting.js";
import { networkOf } from "./observe/network.js";
import { createWebhook } from "./observe/webhook.js";
import type { BrokerOptions } from "./options.js";
import { createBudget } from "./platform/budget.js";
import { openConnection } from "./platform/connection.js";
import { createDeploymentConfigs } from "./platform/deployment-config.js";
import { createQueues } from "./platform/queues.js";
import { allowedDeployment } from "./policy/allow-lists.js";
import { createChallengePolicy } from "./policy/challenge/challenge.js";
import { createIdentityPolicy } from "./policy/identity.js";
import { invalidRequest } from "./policy/request.js";
import { createReadiness } from "./readiness.js";
import type { RequestContext } from "./request-context.js";
import { createBinding } from "./sessions/binding.js";
import { end } from "./sessions/end.js";
import { createGuestDirectory } from "./sessions/guest-directory.js";
import type { MadeGuest } from "./sessions/issue.js";
import { messengerInfo } from "./sessions/messenger.js";
import { createSessionRecords } from "./sessions/records.js";
import { refresh } from "./sessions/refresh.js";
import type { SessionRooms } from "./sessions/rooms.js";
import { createSharing } from "./sessions/sharing.js";
import { readStart, start } from "./sessions/start.js";
import { readSettings } from "./settings.js";
import { guardedStore } from "./stores/guarded.js";
import { memoryStore } from "./stores/memory.js";

/** What stands beside the answers may take this long at the end, ms. */
const DRAIN_MS = 5000;

/** Whose session it is, as far as minting is counted. */
function whose({ identity, origin }: Facts, { address }: RequestContext): Sighting {
  const network = networkOf(address);
  return {
    ...(identity?.known === true ? { customer: identity.hash } : {}),
    ...(origin === null ? {} : { origin }),
    ...(network === undefined ? {} : { network }),
  };
}

/**
 * A broker with these options; it takes over the store and the key ring and closes them with itself. TypeError that
 * names the option which is wrong. Nothing is sent before the first request.
 */
export function createBroker(options: BrokerOptions): Broker {
  const settings = readSettings(options);
  const { ports, timeoutMs, deadlineMs, tries } = settings;
  const { clock } = ports;
  const warn = (message: string, detail?: object) => {
    try {
      options.sinks?.warn?.(message, detail);
    } catch {
      // A sink that fails has nobody to tell.
    }
  };
  const guestApi = findGuestApi(options.guestApi, { customSigning: options.customSigning, clock, warn });
  const metrics = new Metrics();
  const beside = createBeside(warn);
  const hooks = options.hooks ?? {};
  const store = guardedStore(options.store ?? memoryStore({ clock }));
  const ring = options.session.keys;
  const budget = createBudget({ store, quota: settings.guestQuota, clock, warn });
  const connection = openConnection({
    platform: options.platform,
    scope: guestApi.oauthScope,
    budget,
    ports,
    metrics,
    timeoutMs,
    deadlineMs,
    tries,
    warn,
  });
  const { place, send, oauth, platform } = connection;
  if (guestApi.needsCredentials && oauth === undefined)
    throw new TypeError(`platform.credentials are needed for the guest API ${guestApi.name}`);
  const rooms: SessionRooms = {
    settings,
    guestApi,
    place,
    platform,
    ring,
    beside,
    warn,
    configs: createDeploymentConfigs(platform, clock),
    queues: createQueues(platform, clock, warn),
    records: createSessionRecords(store, clock),
    directory: createGuestDirectory({ guestApi: guestApi.name, store, ring, clock, warn }),
    sharing: createSharing<MadeGuest>(clock, {
      invalidated: (key, { guest: { token } }) => {
        if (hooks.onCacheInvalidated !== undefined) beside.run("a hook", () => hooks.onCacheInvalidated?.(key, token));
      },
      shared: () => {
        metrics.shared += 1;
      },
    }),
    identity: createIdentityPolicy(options.identity ?? {}, clock, warn),
    challenge: options.challenge && createChallengePolicy(options.challenge, { store, send, clock, deadlineMs, warn }),
    binding: createBinding(store, clock),
  };
  const webhook = options.webhook && createWebhook(options.webhook, { ports, metrics, warn });
  const audit = createAudit({
    guestApi: guestApi.name,
    clock,
    metrics,
    beside,
    sink: options.sinks?.audit,
    hooks,
    publish: webhook?.publish,
  });
  const minting = createMinting(options.minting ?? {}, { store, clock, notice: audit.noticed });
  const readiness = createReadiness({
    guestApi,
    oauth,
    platform,
    store,
    ring,
    clock,
    deploymentId: settings.deploymentIds[0] ?? "",
  });

  const onRecord = async <T>(
    operation: Facts["operation"],
    context: RequestContext,
    work: (facts: Facts) => Promise<T>,
  ): Promise<T> => {
    const facts = newFacts(operation, context, clock.now());
    try {
      const result = await work(facts);
      audit.succeeded(facts);
      if (operation === "start") beside.run("the count of starts", () => minting.saw(whose(facts, context), facts));
      return result;
    } catch (thrown) {
      if (context.signal?.aborted === true) throw thrown;
      const error = asBrokerError(thrown);
      if (error.code === "internal") warn("something failed that should not have", { operation, error });
      audit.failed(facts, error);
      throw error;
    }
  };

  let closing: Promise<void> | undefined;
  const close = async () => {
    await beside.drain(DRAIN_MS);
    await minting.close();
    await beside.drain(DRAIN_MS);
    await webhook?.close(DRAIN_MS);
    ring.close();
    await Promise.all([connection.close(), store.close()]);
  };

  return {
    startSession: (request, context) =>
      onRecord("start", context, (facts) => start(rooms, readStart(rooms, request), context, facts)),
    refreshSession: (handle, request, context) =>
      onRecord("refresh", context, (facts) => refresh(rooms, handle, request, context, facts)),
    endSession: (handle, context) => onRecord("end", context, (facts) => end(rooms, handle, context, facts)),
    compatGuestToken: (request, context) =>
      onRecord("start", context, (facts) => compatGuestToken(rooms, request, context, facts)),
    async messengerInfo(deploymentId) {
      if (typeof deploymentId !== "string" || deploymentId === "")
        throw invalidRequest([{ path: "/deploymentId", message: "is required" }]);
      allowedDeployment(settings, deploymentId);
      const config = await rooms.configs.get(deploymentId, timeoutMs);
      return messengerInfo({ place, guestApi: guestApi.name, deploymentId, config });
    },
    queueExists: (queueId) => rooms.queues.exists(queueId, { deadlineAt: clock.now() + deadlineMs }),
    proveChallenge: async () => rooms.challenge?.prove() ?? { ok: true },
    prove: readiness.prove,
    health: readiness.health,
    stats: () => ({ ...metrics.read(), minting: minting.read() }),
    close() {
      closing ??= close();
      return closing;
    },
  };
}
