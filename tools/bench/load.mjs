// One figure: a target under load for some seconds, from autocannon.
import autocannon from "autocannon";

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

/** Microseconds of processor that the part's process has used so far, all its threads. */
function processorTime({ child }) {
  return new Promise((resolve) => {
    child.once("message", ({ cpu }) => resolve(cpu.user + cpu.system));
    child.send("cpu");
  });
}

/**
 * Answers a second, microseconds of the server's processor for each, p50 and p99 in milliseconds, answers that were not
 * 2xx.
 */
export async function measure(target, { connections, seconds, answers = 0 }) {
  const setupClient = await target.prepare?.(connections);
  const before = await processorTime(target);
  const { result, elapsedSeconds } = await load({
    url: target.url,
    connections,
    ...(answers > 0 ? { amount: answers } : { duration: seconds }),
    timeout: 20,
    ...(setupClient ? { setupClient } : { requests: target.requests }),
  });
  const answered = result["2xx"];
  return {
    rate: answered / elapsedSeconds,
    answered,
    microseconds: ((await processorTime(target)) - before) / Math.max(1, answered),
    p50: result.latency.p50,
    p99: result.latency.p99,
    failed: result.non2xx + result.errors,
  };
}

/** Until the last answer: autocannon itself looks at the clock once a second, which a short round feels. */
function load(options) {
  return new Promise((resolve, reject) => {
    const from = performance.now();
    let last = from;
    const run = autocannon(options, (error, result) =>
      error ? reject(error) : resolve({ result, elapsedSeconds: (last - from) / 1000 }),
    );
    run.on("response", () => {
      last = performance.now();
    });
  });
}
