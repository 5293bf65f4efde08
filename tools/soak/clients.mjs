// Visitors' pages, many at once: each starts a session, refreshes it with the handle of the answer before, and ends it,
// for as long as it is told to. Whatever they see is counted; what to make of it is the scenario's.
import { Pool } from "undici";
import { DEPLOYMENT, ORIGIN, sleep } from "./parts.mjs";

const REFRESHES = 8;
/** Nobody waits longer for an answer. */
const PATIENCE_MS = 30_000;
/** A page waits before it asks again; here for as long as Retry-After says, but not long. */
const LONGEST_PAUSE_MS = 500;

export function createClients(url, count) {
  const pool = new Pool(url, {
    connections: count,
    pipelining: 1,
    headersTimeout: PATIENCE_MS,
    bodyTimeout: PATIENCE_MS,
  });
  const body = JSON.stringify({ deploymentId: DEPLOYMENT });

  const ask = async (seen, method, path, handle) => {
    const from = performance.now();
    const asked = await pool
      .request({
        method,
        path,
        headers: {
          origin: ORIGIN,
          ...(handle ? { authorization: `Bearer ${handle}` } : { "content-type": "application/json" }),
        },
        ...(handle ? {} : { body }),
      })
      .then(async (answer) => ({ status: answer.statusCode, headers: answer.headers, text: await answer.body.text() }))
      .catch((error) => ({ status: 0, text: "", headers: {}, code: error.code ?? error.message }));
    const ms = performance.now() - from;
    const json = asked.text === "" ? {} : JSON.parse(asked.text);
    const code = asked.code ?? json.code ?? "ok";
    const key = `${asked.status} ${code}`;
    seen.answers.set(key, (seen.answers.get(key) ?? 0) + 1);
    seen.longestMs = Math.max(seen.longestMs, ms);
    if (asked.status >= 200 && asked.status < 300) seen.good += 1;
    return {
      ok: asked.status >= 200 && asked.status < 300,
      status: asked.status,
      json,
      retryAfter: Number(asked.headers["retry-after"] ?? 0),
    };
  };

  /** One page's life: resolves when it is over, or when the time is. */
  const page = async (seen, until) => {
    const pause = async ({ retryAfter }) => sleep(Math.min(LONGEST_PAUSE_MS, 50 + retryAfter * 1000 * Math.random()));
    let answer = await ask(seen, "POST", "/v1/sessions");
    while (!answer.ok) {
      if (Date.now() >= until) return;
      await pause(answer);
      answer = await ask(seen, "POST", "/v1/sessions");
    }
    let { handle } = answer.json.session;
    for (let refreshes = 0; refreshes < REFRESHES && Date.now() < until; ) {
      answer = await ask(seen, "POST", "/v1/sessions/refresh", handle);
      if (answer.ok) {
        ({ handle } = answer.json.session);
        refreshes += 1;
      } else if (answer.status === 401) return;
      else await pause(answer);
    }
    if (Date.now() < until) await ask(seen, "DELETE", "/v1/sessions", handle);
  };

  return {
    /** All of them at full speed for so long; gives what they saw. */
    async run(ms) {
      const seen = { answers: new Map(), longestMs: 0, good: 0 };
      const from = performance.now();
      const until = Date.now() + ms;
      const worker = async () => {
        while (Date.now() < until) await page(seen, until);
      };
      await Promise.all(Array.from({ length: count }, worker));
      return { ...seen, perSecond: Math.round((seen.good / (performance.now() - from)) * 1000) };
    },
    close: () => pool.destroy(),
  };
}

export const counted = ({ answers }) => Object.fromEntries([...answers].sort((a, b) => b[1] - a[1]));
