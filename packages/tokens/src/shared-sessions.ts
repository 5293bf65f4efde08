/** Which kept sessions there are in this page, so that two elements that want the same one share it. */
import type { KeptSession } from "./kept-session.js";

const PAGE = {};
const known = new WeakMap<object, Map<string, KeptSession>>();

/**
 * The session of this mark, made where there is none. Keepers with the same set of ports share, and in a document those
 * without one; on a server each has its own, because there one process serves many guests.
 */
export function sharedSession(
  ports: object | undefined,
  mark: readonly unknown[],
  make: (onEmpty: () => void) => KeptSession,
): KeptSession {
  const scope = ports ?? (globalThis.document ? PAGE : {});
  const sessions = known.get(scope) ?? new Map<string, KeptSession>();
  known.set(scope, sessions);
  const key = JSON.stringify(mark);
  const session = sessions.get(key) ?? make(() => sessions.delete(key));
  sessions.set(key, session);
  return session;
}
