/**
 * The requests of one user's session at one endpoint: what each takes along, and where what it brings back is kept.
 * Knows handles, keys and the endpoint's clock; does not know when or whether to ask.
 */
import { type Challenge, ENDPOINT_PATHS, type Session } from "@guestpass/protocol";
import { TokensError } from "./errors.js";
import { call } from "./io/endpoint.js";
import { makeKeyPair, makeProof } from "./io/proof.js";
import { type Place, readStored, removeStored, storageKey, writeStored } from "./io/storage.js";
import { aborted, type TokenKeeperChanges } from "./options.js";
import type { KeeperPorts } from "./ports.js";
import { readSession } from "./rules/answer.js";
import { encodeStored, storedOf } from "./rules/record.js";
import type { Flight, State } from "./rules/state.js";
import type { Stored } from "./rules/stored.js";
import { mayResume } from "./rules/user.js";

/** The page that the session is for. */
export interface Visitor {
  settings(): TokenKeeperChanges;
  /** `refused`: what became of the one that it gave. */
  identity(refused: TokensError | null): Promise<string | undefined>;
}

export interface Sending {
  readonly signal: AbortSignal;
  /** Called when the request leaves. */
  sent(): void;
}

export interface Flights {
  /** What came of it; null where a session was ended, which is done whatever the endpoint says. */
  run(
    kind: Flight["kind"],
    state: Pick<State, "fresh" | "ask">,
    visitor: Visitor | undefined,
    sending: Sending,
  ): Promise<Session | null>;
  /** Keeps what a reload needs. `heard`: what the endpoint's clock shows, where another tab has told of the session. */
  keep(session: Session, heard: number): void;
  forget(session: Session | undefined): Promise<void>;
  stored(): Stored | null;
  /** What the endpoint's clock shows, milliseconds. */
  serverNow(): number;
}

/** Two clocks that differ by more than this make two different proofs. */
const CLOCKS_APART_MS = 5000;

export function createFlights(ports: KeeperPorts, place: Place, now: () => number): Flights {
  const { clock, crypto, keys, storage } = ports;
  const { endpoint, deploymentId, user, persist } = place;
  const keyName = storageKey(deploymentId);
  let pair: Promise<CryptoKeyPair | null> | null = null;
  let lastIdentity: string | undefined;
  let refusedIdentity: string | undefined;
  let lastAsk: TokensError | null = null;
  /** The session in use: the one that was last had or tried. */
  let used: Stored | null = null;
  /** The endpoint's clock: as it is thought to be, and what else it may show. */
  let serverNow = (): number => clock.wall();
  let serverNowElse = serverNow;

  /** After a jump nobody knows which of this browser's clocks was right: was it sleep, or was the clock set? */
  const learn = (server: number, other = server): void => {
    if (!server) return;
    const ahead = server - now();
    const aheadOfMonotonic = other - clock.monotonic();
    serverNow = () => now() + ahead;
    serverNowElse = () => clock.monotonic() + aheadOfMonotonic;
  };

  const stored = (): Stored | null => {
    const kept = readStored(storage, place);
    return kept && user !== null && mayResume(kept.user, user) ? kept : null;
  };

  const keepKey = persist === "none" ? async (_name: string, made?: CryptoKeyPair) => made : keys.keep;

  const loadKey = async (make: boolean): Promise<CryptoKeyPair | null> => {
    try {
      if (!crypto) return null;
      return (await keepKey(keyName)) ?? (make ? ((await keepKey(keyName, await makeKeyPair(crypto))) ?? null) : null);
    } catch {
      return null;
    }
  };

  /** The site's key. Without SubtleCrypto or IndexedDB there is none, and the session is not bound. */
  const findKey = async (make: boolean): Promise<CryptoKeyPair | null> => {
    pair ??= loadKey(make);
    const asked = pair;
    const found = await asked;
    if (!found && pair === asked) pair = null;
    return found;
  };

  const send = async (
    method: "POST" | "DELETE",
    path: string,
    { signal, sent }: Sending,
    key: CryptoKeyPair | null,
    handle?: string,
    body?: object,
    at = serverNow(),
  ): Promise<unknown> => {
    const url = endpoint + path;
    const headers = {
      ...(body && { "Content-Type": "application/json" }),
      ...(handle && { Authorization: `Bearer ${handle}` }),
      ...(crypto && key && { DPoP: await makeProof(crypto, key, method, url, at) }),
    };
    signal.throwIfAborted();
    sent();
    // The end of a session is told even when the page goes away.
    const init: RequestInit = { method, headers, signal, keepalive: method === "DELETE" };
    if (body) init.body = JSON.stringify(body);
    return call(ports.fetch, url, init, at);
  };

  const renew = async (
    { handle, bound, messenger }: Stored,
    identityToken: string | undefined,
    sending: Sending,
  ): Promise<Session> => {
    const key = bound ? await findKey(false) : null;
    const other = serverNowElse();
    const attempt = (at?: number) => send("POST", ENDPOINT_PATHS.refresh, sending, key, handle, { identityToken }, at);
    // A proof that is refused for its time costs no session, so the other clock is tried before the session is given up.
    const json = await attempt().catch((error: TokensError) => {
      if (!key || error.code !== "session_invalid" || Math.abs(other - serverNow()) < CLOCKS_APART_MS) throw error;
      return attempt(other);
    });
    return readSession(json, messenger, bound);
  };

  const begin = async (identityToken: string | undefined, visitor: Visitor, sending: Sending): Promise<Session> => {
    const { attributes, consent, challenge, authorization, queueId, language } = visitor.settings();
    let solved: Challenge | undefined;
    try {
      solved = typeof challenge === "function" ? await challenge() : challenge;
    } catch (cause) {
      throw new TokensError("challenge_required", "No challenge", { status: 403, cause });
    }
    const key = await findKey(true);
    const body = {
      deploymentId,
      identityToken,
      consent,
      challenge: solved,
      attributes,
      language,
      queueId,
      authorization,
    };
    // A sign-in takes this browser's anonymous conversation along, where the endpoint still has it.
    const kept = authorization && readStored(storage, place);
    const anonymous = kept?.user === "" ? kept.handle : undefined;
    const attempt = (handle?: string) => send("POST", ENDPOINT_PATHS.sessions, sending, key, handle, body);
    const json = await attempt(anonymous).catch((error: TokensError) => {
      if (!anonymous || !error.code.startsWith("session")) throw error;
      return attempt();
    });
    // An endpoint that binds nothing says so: then the handle is worth something to whoever has it.
    return readSession(json, null, key ? undefined : false);
  };

  const close = async (sending: Sending): Promise<null> => {
    const { handle, bound } = used ?? stored() ?? {};
    const key = bound ? await findKey(false) : null;
    if (handle) await send("DELETE", ENDPOINT_PATHS.sessions, sending, key, handle);
    return null;
  };

  return {
    stored,
    serverNow: () => serverNow(),
    async run(kind, { fresh, ask }, visitor, sending) {
      if (kind === "end") return close(sending).catch(() => null);
      if (!visitor) throw aborted();
      let identity: string | undefined;
      if (ask || kind === "start") {
        identity = await visitor.identity(ask);
        if (ask !== lastAsk) refusedIdentity = lastIdentity;
        lastAsk = ask;
        if (ask && (!identity || identity === refusedIdentity)) throw ask;
        lastIdentity = identity;
      }
      const kept = stored();
      const same = kept?.sessionId === used?.sessionId;
      let known = used;
      if (kind === "start") {
        // In place of a session that was refused another tab may have begun a new one.
        known = kept && !(fresh && same) && (!kept.bound || (await findKey(false))) ? kept : null;
        if (!fresh) used = known;
        // The other possibility: that the clock has been put right since.
        if (kept) learn(clock.wall() + kept.skew, clock.wall());
      } else if (kept && used && same && kept.givenAt > used.givenAt) {
        // Another tab has renewed since: its handle is the good one.
        known = { ...used, handle: kept.handle };
      }
      return known ? renew(known, ask ? identity : undefined, sending) : begin(identity, visitor, sending);
    },
    keep(session, heard) {
      const { sessionId, serverTime } = session;
      const isNew = used?.sessionId !== sessionId;
      const kept = stored();
      const same = kept?.sessionId === sessionId;
      learn(heard || Date.parse(serverTime));
      used = storedOf(session, endpoint, same ? kept.user : user, serverNow(), clock.wall());
      // A record that is gone was taken away on purpose, by a reset in another tab: a renewal does not bring it back.
      if (user === null || (same ? kept.givenAt > serverTime : !isNew || heard)) return;
      writeStored(storage, place, encodeStored(used, session), used.bound);
    },
    forget(session) {
      pair = used = null;
      return forgetStored(ports, place, session);
    },
  };
}

/** Forgets what is kept of this session, or (none given) whatever is kept, the key with it. */
export async function forgetStored(
  { storage, keys, crypto }: KeeperPorts,
  place: Pick<Place, "endpoint" | "deploymentId" | "persist">,
  session?: Session,
): Promise<void> {
  const { deploymentId, persist } = place;
  if (session && readStored(storage, place)?.sessionId !== session.sessionId) return;
  removeStored(storage, deploymentId);
  if (crypto && persist !== "none") await keys.remove(storageKey(deploymentId)).catch(() => {});
}
