/**
 * The requests of one user's session at one endpoint: what each takes along, and where what it brings back is kept.
 * Knows handles, keys and the endpoint's clock; does not know when or whether to ask.
 */
import { ENDPOINT_PATHS, type Session } from "@guestpass/protocol";
import { TokensError } from "./errors.js";
import { call } from "./io/endpoint.js";
import { makeKeyPair, makeProof } from "./io/proof.js";
import { openShelf, type Place, storageKey } from "./io/storage.js";
import type { TokenKeeperChanges } from "./options.js";
import type { KeeperPorts } from "./ports.js";
import { readSession } from "./rules/answer.js";
import type { Origin } from "./rules/moves.js";
import type { Flight } from "./rules/state.js";
import { encodeStored, type Stored } from "./rules/stored.js";
import { mayResume } from "./rules/user.js";

/** The page that the session is for. */
export interface Visitor {
  settings(): TokenKeeperChanges;
  /** `again`: the one it gave was refused. */
  identity(again: boolean): Promise<string | undefined>;
}

export interface Sending {
  readonly signal: AbortSignal;
  /** Called when the request leaves; gives the instant. */
  sent(): number;
}

export interface Flown {
  readonly session: Session;
  readonly sentAt: number;
}

export interface Flights {
  run(flight: Flight, held: Session | null, visitor: Visitor, sending: Sending): Promise<Flown>;
  close(held: Session | null, sending: Sending): Promise<void>;
  /** Keeps what a reload needs, and what another tab said of a session that came from there. */
  keep(session: Session, origin: Origin | null): void;
  /** Forgets what is kept of this session, the key with it. */
  forget(session: Session | null): Promise<void>;
  stored(): Stored | null;
  readonly bound: boolean;
  /** Milliseconds by the endpoint's clock, as far as it is known. */
  serverNow(): number;
}

/** Two clocks that differ by more than this make two different proofs. */
const CLOCKS_APART_MS = 5000;

export function createFlights(ports: KeeperPorts, place: Place, now: () => number): Flights {
  const { clock, crypto, keys } = ports;
  const shelf = openShelf(ports.storage, place.deploymentId, place.persist);
  const keyName = storageKey(place.deploymentId);
  let pair: CryptoKeyPair | null = null;
  /** Counts what was forgotten, so that a key which is still being looked for does not come back. */
  let epoch = 0;
  /** Whether the handle in use is bound to `pair`. */
  let bound = false;
  /** The endpoint's clock less the keeper's line of time, and less the monotonic clock; null until it is known. */
  let ahead: { readonly line: number; readonly monotonic: number } | null = null;
  /** When the handle in use was given, by the endpoint's clock. */
  let givenAt = 0;
  let begun: string | null = null;
  let dead: string | null = null;
  let lastIdentity: string | undefined;
  let spentCode: string | undefined;

  const serverNow = (): number => (ahead === null ? clock.wall() : now() + ahead.line);

  const stored = (): Stored | null => {
    const kept = shelf.read();
    const ours = kept?.endpoint === place.endpoint && place.user !== null && mayResume(kept.user, place.user);
    return ours && kept.sessionId !== dead ? kept : null;
  };

  /** The site's key. Without SubtleCrypto or IndexedDB there is none, and the session is not bound. */
  const findKey = async (make: boolean): Promise<CryptoKeyPair | null> => {
    if (crypto === null || pair !== null) return pair;
    const began = epoch;
    let found: CryptoKeyPair | null = null;
    try {
      if (place.persist !== "none") found = (await keys.load(keyName)) ?? null;
      if (found === null && make) {
        const made = await makeKeyPair(crypto);
        found = place.persist === "none" ? made : await keys.keep(keyName, made);
      }
    } catch {
      return null;
    }
    if (began === epoch) pair = found;
    return found;
  };

  interface Freight {
    readonly handle?: string | undefined;
    readonly body?: object | undefined;
    readonly key: CryptoKeyPair | null;
  }

  const send = async (
    method: "POST" | "DELETE",
    path: string,
    { handle, body, key }: Freight,
    sending: Sending,
    at = serverNow(),
  ): Promise<{ json: unknown; sentAt: number }> => {
    const url = place.endpoint + path;
    const proof = crypto && key ? await makeProof(crypto, key, method, url, at) : undefined;
    if (sending.signal.aborted) throw new TokensError("aborted", "The request was given up.");
    const sentAt = sending.sent();
    return {
      json: await call(ports.fetch, { method, url, handle, proof, body, signal: sending.signal, serverNow: at }),
      sentAt,
    };
  };

  /** Learns the endpoint's clock. */
  const learn = (server: number): void => {
    if (server) ahead = { line: server - now(), monotonic: server - clock.monotonic() };
    givenAt = serverNow();
  };

  const renew = async (
    held: { sessionId: string; handle: string; messenger: Session["messenger"] },
    identityToken: string | undefined,
    sending: Sending,
  ): Promise<Flown> => {
    const key = bound ? await findKey(false) : null;
    const freight = { handle: held.handle, body: identityToken ? { identityToken } : undefined, key };
    const attempt = (at?: number) => send("POST", ENDPOINT_PATHS.refresh, freight, sending, at);
    const byMonotonic = ahead ? clock.monotonic() + ahead.monotonic : serverNow();
    const doubtful = bound && Math.abs(byMonotonic - serverNow()) > CLOCKS_APART_MS;
    try {
      // After a jump nobody knows which clock is right: was it sleep, or was the clock set? A proof refused for its
      // time costs no session, so the other one is tried before the session is given up.
      const answer = await attempt().catch((error: TokensError) => {
        if (doubtful && error.code === "session_invalid") return attempt(byMonotonic);
        throw error;
      });
      const session = readSession(answer.json, held.messenger);
      learn(Date.parse(session.serverTime));
      return { session, sentAt: answer.sentAt };
    } catch (error) {
      if (error instanceof TokensError && error.code.startsWith("session_")) dead = held.sessionId;
      throw error;
    }
  };

  const begin = async (fresh: boolean, identityToken: string | undefined, visitor: Visitor, sending: Sending) => {
    const { attributes, consent, challenge, authorization, queueId, language } = visitor.settings();
    if (authorization && authorization.code === spentCode) {
      throw new TokensError("authorization_invalid", "The sign-in's code has been used.", { status: 401 });
    }
    // A proof that was refused while the endpoint's clock is unknown may have been refused for this clock's fault.
    const key = fresh && ahead === null ? null : await findKey(true);
    const body = {
      deploymentId: place.deploymentId,
      identityToken,
      consent,
      challenge: typeof challenge === "function" ? await challenge() : challenge,
      attributes,
      language,
      queueId,
      authorization,
    };
    const { json, sentAt } = await send("POST", ENDPOINT_PATHS.sessions, { body, key }, sending);
    const session = readSession(json, null);
    spentCode = authorization?.code;
    bound = key !== null;
    begun = session.sessionId;
    learn(Date.parse(session.serverTime));
    return { session, sentAt };
  };

  return {
    get bound() {
      return bound;
    },
    stored,
    serverNow,
    async run({ kind, fresh, ask }, held, visitor, sending) {
      let identityToken: string | undefined;
      if (ask !== null || kind === "start") {
        identityToken = await visitor.identity(ask !== null);
        if (ask !== null && (!identityToken || identityToken === lastIdentity)) throw ask;
        lastIdentity = identityToken;
      }
      const kept = stored();
      if (kind === "refresh" && held !== null) {
        // Another tab may have renewed since: its handle is the good one.
        const newer = kept !== null && kept.sessionId === held.sessionId && kept.issuedAt > givenAt;
        const { sessionId, messenger } = held;
        const handle = newer ? kept.handle : held.session.handle;
        return renew({ sessionId, messenger, handle }, identityToken, sending);
      }
      if (kept !== null && (!kept.bound || (await findKey(false)) !== null)) {
        if (ahead === null) learn(clock.wall() + kept.skew);
        bound = kept.bound;
        return renew(kept, ask ? identityToken : undefined, sending);
      }
      return begin(fresh, identityToken, visitor, sending);
    },
    async close(held, sending) {
      const kept = stored();
      const handle = held?.session.handle ?? kept?.handle;
      const prove = held === null ? kept?.bound === true : bound;
      if (!handle) return;
      const key = prove ? await findKey(false) : null;
      await send("DELETE", ENDPOINT_PATHS.sessions, { handle, key }, sending);
    },
    keep(session, origin) {
      if (origin !== null) {
        bound = origin.bound;
        learn(origin.serverNow);
      }
      if (place.user === null) return;
      const kept = stored();
      // A record that is gone was taken away on purpose, by a reset in another tab: a renewal does not bring it back.
      if (begun === session.sessionId) begun = null;
      else if (kept?.sessionId !== session.sessionId || kept.issuedAt > givenAt) return;
      const { endpoint } = place;
      const at = serverNow();
      const user = kept?.sessionId === session.sessionId ? kept.user : place.user;
      shelf.write(encodeStored(session, { endpoint, user, bound, skew: at - clock.wall(), serverNow: at }), bound);
    },
    async forget(session) {
      const kept = shelf.read();
      if (session !== null && kept !== null && kept.sessionId !== session.sessionId) return;
      shelf.remove();
      pair = null;
      epoch += 1;
      if (crypto !== null && place.persist !== "none") await keys.remove(keyName).catch(() => {});
    },
  };
}
