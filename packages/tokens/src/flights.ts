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
import type { Flown } from "./rules/machine.js";
import type { Flight, Origin } from "./rules/state.js";
import { encodeStored, type Stored } from "./rules/stored.js";
import { mayResume } from "./rules/user.js";

/** The page that the session is for. */
export interface Visitor {
  settings(): TokenKeeperChanges;
  /** `refused`: what became of the one that it gave. */
  identity(refused: TokensError | null): Promise<string | undefined>;
}

export interface Sending {
  readonly signal: AbortSignal;
  /** Called when the request leaves; gives the instant. */
  sent(): number;
}

export interface Flights {
  /** What came of it; null where a session was ended, which is done at once whatever the endpoint says. */
  run(flight: Flight, visitor: Visitor | undefined, sending: Sending): Promise<Flown | null>;
  /** Keeps what a reload needs, and what another tab said of a session that came from there. */
  keep(session: Session, isNew: boolean, origin: Origin | null): void;
  /** Forgets what is kept of this session, or (null) whatever is kept, the key with it. */
  forget(session: Session | null): Promise<void>;
  stored(): Stored | null;
  origin(): Origin;
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
  /** The session that was last renewed, or tried, and the one that is of no use any more. */
  let tried: string | undefined;
  let dead: string | undefined;
  /** Whether the handle in use is bound to the key. */
  let bound = false;
  let known = false;
  /** The endpoint's clock less the keeper's line of time, and less the monotonic clock, once it is known. */
  let ahead = 0;
  let aheadOfMonotonic = 0;

  const learn = (server: number, other = server): void => {
    if (!server) return;
    known = true;
    ahead = server - now();
    aheadOfMonotonic = other - clock.monotonic();
  };

  const serverNow = (): number => (known ? now() + ahead : clock.wall());

  const stored = (): Stored | null => {
    const kept = readStored(storage, place);
    return kept && kept.endpoint === endpoint && user !== null && mayResume(kept.user, user) ? kept : null;
  };

  const loadKey = async (make: boolean): Promise<CryptoKeyPair | null> => {
    try {
      const kept = crypto && persist !== "none" && (await keys.load(keyName));
      if (kept || !crypto || !make) return kept || null;
      const made = await makeKeyPair(crypto);
      return persist === "none" ? made : await keys.keep(keyName, made);
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
    { key, ...freight }: { handle?: string; body?: object | undefined; key: CryptoKeyPair | null },
    { signal, sent }: Sending,
    at = serverNow(),
  ): Promise<{ json: unknown; sentAt: number }> => {
    const url = endpoint + path;
    const proof = crypto && key ? await makeProof(crypto, key, method, url, at) : undefined;
    signal.throwIfAborted();
    const sentAt = sent();
    const json = await call(ports.fetch, { method, url, proof, signal, serverNow: at, ...freight });
    return { json, sentAt };
  };

  const renew = async (
    handle: string,
    messenger: Session["messenger"],
    identityToken: string | undefined,
    sending: Sending,
  ): Promise<Flown> => {
    const key = bound ? await findKey(false) : null;
    const freight = { handle, body: identityToken ? { identityToken } : undefined, key };
    const byMonotonic = clock.monotonic() + aheadOfMonotonic;
    const attempt = (at?: number) => send("POST", ENDPOINT_PATHS.refresh, freight, sending, at);
    // After a jump nobody knows which clock is right: was it sleep, or was the clock set? A proof that is refused for
    // its time costs no session, so the other one is tried before the session is given up.
    const { json, sentAt } = await attempt().catch((error: TokensError) => {
      if (!key || error.code !== "session_invalid" || Math.abs(byMonotonic - serverNow()) < CLOCKS_APART_MS)
        throw error;
      return attempt(byMonotonic);
    });
    const session = readSession(json, messenger);
    learn(Date.parse(session.serverTime));
    return { session, sentAt };
  };

  const begin = async (identityToken: string | undefined, visitor: Visitor, sending: Sending) => {
    const { attributes, consent, challenge, authorization, queueId, language } = visitor.settings();
    let solved: Challenge | undefined;
    try {
      solved = typeof challenge === "function" ? await challenge() : challenge;
    } catch (cause) {
      throw new TokensError("challenge_required", "The page gave no challenge.", { status: 403, cause });
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
    const { json, sentAt } = await send("POST", ENDPOINT_PATHS.sessions, { body, key }, sending);
    const session = readSession(json, null);
    // An endpoint that binds nothing says so: then the handle is worth something to whoever has it.
    bound = !!(key && session.session.bound);
    learn(Date.parse(session.serverTime));
    return { session, sentAt };
  };

  const close = async (held: Session | null, sending: Sending): Promise<null> => {
    const kept = stored();
    const handle = held ? held.session.handle : kept?.handle;
    const key = (held ? bound : kept?.bound) ? await findKey(false) : null;
    if (handle) await send("DELETE", ENDPOINT_PATHS.sessions, { handle, key }, sending);
    return null;
  };

  return {
    stored,
    origin: () => ({ bound, serverNow: serverNow() }),
    async run({ kind, fresh, ask, held }, visitor, sending) {
      if (kind === "end") return close(held, sending).catch(() => null);
      if (!visitor) throw aborted();
      let identity: string | undefined;
      if (ask || kind === "start") {
        identity = await visitor.identity(ask);
        if (ask !== lastAsk) refusedIdentity = lastIdentity;
        lastAsk = ask;
        if (ask && (!identity || identity === refusedIdentity)) throw ask;
        lastIdentity = identity;
      }
      if (fresh) dead = held?.sessionId ?? tried;
      // Another tab may have begun a new one in place of that which was refused.
      const found = stored();
      const kept = found?.sessionId === dead ? null : found;
      tried = held?.sessionId ?? kept?.sessionId;
      const renewed = ask ? identity : undefined;
      if (kind === "refresh" && held) {
        // Another tab may have renewed since: its handle is the good one.
        const newer = kept?.sessionId === held.sessionId && kept.givenAt > held.serverTime;
        return renew(newer ? kept.handle : held.session.handle, held.messenger, renewed, sending);
      }
      if (!kept || (kept.bound && !(await findKey(false)))) return begin(identity, visitor, sending);
      // The other possibility: that the clock has been put right since.
      if (!known) learn(clock.wall() + kept.skew, clock.wall());
      bound = kept.bound;
      return renew(kept.handle, kept.messenger, renewed, sending);
    },
    keep(session, isNew, origin) {
      if (origin) {
        bound = origin.bound;
        learn(origin.serverNow);
      }
      const kept = stored();
      const same = kept?.sessionId === session.sessionId;
      // A record that is gone was taken away on purpose, by a reset in another tab: a renewal does not bring it back.
      if (user === null || (same ? kept.givenAt > session.serverTime : !isNew || origin)) return;
      const at = serverNow();
      const more = { endpoint, user: same ? kept.user : user, bound, skew: Math.round(at - clock.wall()) };
      const endsAt = Math.round(at + session.session.expiresIn * 1000);
      writeStored(storage, place, encodeStored(session, { ...more, endsAt }), bound);
    },
    async forget(session) {
      const kept = readStored(storage, place);
      if (session && kept && kept.sessionId !== session.sessionId) return;
      removeStored(storage, deploymentId);
      pair = null;
      if (crypto && persist !== "none") await keys.remove(keyName).catch(() => {});
    },
  };
}
