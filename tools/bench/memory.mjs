// How much the process grows with the sessions of the memory store, and whether it then stays. Each session is refreshed
// once: until then all of it is in its handle, and the store knows nothing of it.
import { endpointEnv, refreshSession, spawnEndpoint, startSession } from "./parts.mjs";

const IN_FLIGHT = 40;

export async function measureMemory(sessions, say) {
  const { child, url } = await spawnEndpoint(
    endpointEnv("web-messaging", undefined, { AUDIT_LOG: "off", LOG_LEVEL: "silent" }),
    ["--expose-gc"],
  );
  const resident = () =>
    new Promise((resolve) => {
      child.once("message", ({ memory }) => resolve(memory.rss));
      child.send("memory");
    });
  try {
    await make(url, 2000);
    const first = await resident();
    say(`memory: making ${sessions} sessions`);
    await make(url, sessions);
    const second = await resident();
    say(`memory: and as many again`);
    await make(url, sessions);
    const third = await resident();
    return { sessions, firstMiB: mebibytes(second - first), nextMiB: mebibytes(third - second) };
  } finally {
    child.disconnect();
  }
}

async function make(url, count) {
  let left = count;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      const { session } = await startSession(url);
      await refreshSession(url, session.handle);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}

const mebibytes = (bytes) => Math.round(bytes / 1024 / 1024);
