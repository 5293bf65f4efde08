// Two instances that share a key file and Redis behind a round-robin proxy, replaced one after the other under load: what
// a page asks for succeeds, at the first try or after a few, and no session is lost.
import { DEPLOYMENT, keysFile, ORIGIN, serve, sleep, startPlatform, startRedis } from "./parts.mjs";
import { startBalancer } from "./round-robin.mjs";

/** As patient as a page's keeper is, with shorter pauses. */
const TRIES = 6;
const PAUSE_MS = 100;

export async function rolling({ seconds, connections, seed, say }) {
  const [redis, platform, keys] = [await startRedis(), await startPlatform(seed), await keysFile()];
  const env = {
    GENESYS_BASE_URL: platform.url,
    STORE: "redis",
    REDIS_URL: redis.url,
    SESSION_KEYS_FILE: keys,
    AUDIT_LOG: "off",
  };
  const instances = [await serve(env), await serve(env)];
  const everStarted = [...instances];
  const balancer = await startBalancer(instances.map(({ url }) => url));
  const seen = { operations: 0, retried: 0, lost: [], served: new Set() };
  let going = true;
  try {
    const pages = Promise.all(
      Array.from({ length: Math.min(connections, 40) }, () => page(balancer.url, seen, () => going)),
    );
    const pauseMs = (seconds * 1000) / 5;
    for (const [at, old] of [...instances].entries()) {
      await sleep(pauseMs);
      say(`instance ${at + 1} of 2 is replaced; ${seen.operations} requests so far`);
      // Not taken out of the balancer's turns first: it finds out when the connection is refused.
      old.signal("SIGTERM");
      const code = await old.ended;
      if (code !== 0) seen.lost.push(`instance ${at + 1} ended with ${code}`);
      balancer.remove(old.url);
      await sleep(pauseMs / 2);
      const fresh = await serve(env);
      everStarted.push(fresh);
      balancer.add(fresh.url);
    }
    await sleep(pauseMs);
    going = false;
    await pages;
    const faults = [...seen.lost];
    if (seen.operations < 50) faults.push(`only ${seen.operations} requests: this run is blind`);
    for (const fresh of everStarted.slice(2)) {
      fresh.signal("SIGTERM");
      const code = await fresh.ended;
      if (code !== 0) faults.push(`a new instance ended with ${code}`);
    }
    return {
      faults: faults.slice(0, 20),
      seconds,
      operations: seen.operations,
      retried: seen.retried,
      lost: seen.lost.length,
    };
  } finally {
    going = false;
    for (const instance of everStarted) instance.signal("SIGKILL");
    balancer.stop();
    platform.stop();
    await redis.stop();
  }
}

/** A page that starts a session and keeps it: each refresh with the handle of the last answer that arrived. */
async function page(url, seen, isGoing) {
  let session = await persist(url, seen, "/v1/sessions");
  while (isGoing() && session) {
    const next = await persist(url, seen, "/v1/sessions/refresh", session.session.handle);
    if (next && next.sessionId !== session.sessionId) seen.lost.push(`a session became another one`);
    session = next;
  }
}

async function persist(url, seen, path, handle) {
  seen.operations += 1;
  let last = "";
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    if (attempt > 1) {
      seen.retried += 1;
      await sleep(PAUSE_MS * attempt);
    }
    try {
      const answer = await fetch(url + path, {
        method: "POST",
        headers: {
          origin: ORIGIN,
          ...(handle ? { authorization: `Bearer ${handle}` } : { "content-type": "application/json" }),
        },
        ...(handle ? {} : { body: JSON.stringify({ deploymentId: DEPLOYMENT }) }),
      });
      const text = await answer.text();
      if (answer.ok) return JSON.parse(text);
      last = `${answer.status} ${text.slice(0, 200)}`;
      // A page does not try again what will never do.
      if (answer.status < 500 && answer.status !== 429) break;
    } catch (error) {
      last = error.cause?.code ?? error.message;
    }
  }
  seen.lost.push(`${path}: ${last}`);
  return undefined;
}
