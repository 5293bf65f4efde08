// An hour's load in miniature: full speed in calm, then while the platform fails at random and Redis is restarted twice,
// then in calm again. No answer is the endpoint's own fault, each comes within its bound, nothing is left behind, and
// afterwards it is as fast as before.
import { counted, createClients } from "./clients.mjs";
import { keysFile, serve, sleep, startPlatform, startRedis } from "./parts.mjs";

const DEADLINE_SECONDS = 3;
/** The deadline of the platform's calls, the store's own time-outs, and a machine that does other things as well. */
const BOUND_MS = DEADLINE_SECONDS * 1000 + 4000;
/** Beyond what it holds when it is warm. A leak of a kilobyte for each request would be hundreds. */
const MOST_GROWTH_MIB = 96;
const MOST_FILES = 64;
/** What pages may be told: a platform or a store that fails, and nothing that would be the endpoint's fault. */
const EXPECTED = new Set([
  "ok",
  "upstream_rate_limited",
  "upstream_unavailable",
  "upstream_invalid",
  "upstream_unauthorized",
  "not_ready",
  "overloaded",
  // Redis came back empty: a session that it knew to be rotated is not known any more.
  "session_revoked",
]);

export async function load({ seconds, connections, seed, speed, say }) {
  const [redis, platform, keys] = [await startRedis(), await startPlatform(seed), await keysFile()];
  const endpoint = await serve({
    GENESYS_BASE_URL: platform.url,
    STORE: "redis",
    REDIS_URL: redis.url,
    SESSION_KEYS_FILE: keys,
    UPSTREAM_TIMEOUT: "1",
    UPSTREAM_DEADLINE: String(DEADLINE_SECONDS),
  });
  const clients = createClients(endpoint.url, connections);
  const faults = [];
  const hold = (holds, what) => holds || faults.push(what);
  const calmMs = Math.max(1000, (seconds * 1000) / 10);
  const troubleMs = seconds * 1000 - 2 * calmMs;
  try {
    await clients.run(calmMs / 2);
    const before = await clients.run(calmMs);
    const warm = await endpoint.look();
    say(`calm: ${before.perSecond} good answers a second; ${warm.residentMiB} MiB, ${warm.files} open files`);

    platform.fails(true);
    const restarts = (async () => {
      for (const part of [1, 2]) {
        await sleep(troubleMs / 3);
        say(`Redis goes away (${part} of 2)`);
        await redis.restart(Math.min(3000, troubleMs / 15));
      }
    })();
    const during = await clients.run(troubleMs);
    await restarts;
    platform.fails(false);
    say(`trouble: ${during.perSecond} good answers a second; ${JSON.stringify(counted(during))}`);

    // Until the platform's last Retry-After and the store's pauses are over.
    await settled(clients);
    const after = await clients.run(calmMs);
    const end = await idle(endpoint);
    say(`calm again: ${after.perSecond} good answers a second; ${end.residentMiB} MiB, ${end.files} open files`);

    for (const [name, { answers, longestMs }] of Object.entries({ before, during, after })) {
      for (const key of answers.keys()) {
        const [status, code] = key.split(" ");
        hold(status !== "500" && EXPECTED.has(code), `${name}: ${answers.get(key)} answers were ${key}`);
      }
      hold(longestMs <= BOUND_MS, `${name}: an answer took ${Math.round(longestMs)} ms, more than ${BOUND_MS}`);
    }
    for (const { answers } of [before, after])
      hold(
        [...answers.keys()].every((key) => key.endsWith(" ok")),
        `in calm: ${JSON.stringify([...answers])}`,
      );
    hold(during.answers.size > 3, "there was no trouble: this run is blind");
    hold(
      after.perSecond >= (before.perSecond * speed) / 100,
      `${after.perSecond} a second after ${before.perSecond} before`,
    );
    hold(
      end.residentMiB - warm.residentMiB <= MOST_GROWTH_MIB,
      `grew from ${warm.residentMiB} to ${end.residentMiB} MiB`,
    );
    hold(end.underWay === 0, `${end.underWay} requests are still under way`);
    if (end.files !== undefined)
      hold(end.files - warm.files <= MOST_FILES, `${end.files} open files, ${warm.files} before`);
    endpoint.signal("SIGTERM");
    const code = await endpoint.ended;
    hold(code === 0, `it ended with ${code}`);
    hold(endpoint.log.unexpected === 0, `${endpoint.log.unexpected} lines of its log are of unexpected errors`);
    hold(endpoint.log.secrets === 0, `${endpoint.log.secrets} lines of its output have the client secret in them`);
    const phase = (one) => ({ perSecond: one.perSecond, longestMs: Math.round(one.longestMs), answers: counted(one) });
    return {
      faults,
      seconds,
      connections,
      before: phase(before),
      during: phase(during),
      after: phase(after),
      warm,
      end,
    };
  } finally {
    await clients.close();
    endpoint.signal("SIGKILL");
    platform.stop();
    await redis.stop();
  }
}

/** Asks a little until everything works again, for a while at most. */
async function settled(clients) {
  for (let tries = 0; tries < 40; tries += 1) {
    const { answers } = await clients.run(250);
    if ([...answers.keys()].every((key) => key.endsWith(" ok"))) return;
  }
}

/** When nothing is under way; a client that has gone takes its request with it, a moment later. */
async function idle(endpoint) {
  for (let tries = 0; tries < 40; tries += 1) {
    const now = await endpoint.look();
    if (now.underWay === 0) return now;
    await sleep(100);
  }
  return endpoint.look();
}
