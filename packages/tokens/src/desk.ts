/**
 * What stands behind a keeper once a session is wanted: finds out whose it is, finds the one that this page may already
 * have, and changes over when the user does. How a token is kept it leaves to the kept session.
 */
import { ENDPOINT_PATHS, type MessengerInfo, type Session } from "@guestpass/protocol";
import { TokensError } from "./errors.js";
import type { GuestSession } from "./face.js";
import { forgetStored } from "./flights.js";
import { call } from "./io/endpoint.js";
import { outside } from "./io/outside.js";
import { fingerprint } from "./io/proof.js";
import { readStored } from "./io/storage.js";
import { type KeptSession, keepSession, type Member, type Wish } from "./kept-session.js";
import { aborted, type ReadOptions } from "./options.js";
import type { KeeperPorts } from "./ports.js";
import { readMessengerInfo } from "./rules/answer.js";
import type { Word } from "./rules/moves.js";
import type { KeeperState } from "./rules/state.js";
import { mayResume, userOf } from "./rules/user.js";
import { sharedSession } from "./shared-sessions.js";

/** What a page may take to say who its user is. */
const IDENTITY_MS = 120_000;
const FETCH_MS = 15_000;

/** The keeper in front. */
export interface Front {
  settings(): ReadOptions;
  /** The state is this one now; nothing happens where it was. */
  show(state: KeeperState): void;
  tell(...word: Word): void;
}

export interface Desk {
  readonly expiresIn: number;
  readonly session: GuestSession | null;
  use(what: Wish, signal?: AbortSignal): Promise<GuestSession>;
  messengerInfo(): Promise<MessengerInfo>;
  /** The settings have changed. `before`: how they were. */
  updated(before: ReadOptions): void;
  end(): Promise<unknown>;
  reset(): Promise<void>;
  dispose(): void;
}

/** The last user's hash: who comes back in the same task is recognised in it. */
let hashed: readonly [raw: string, user: string] = ["", ""];

export function openDesk(front: Front): Desk {
  const { endpoint, deploymentId, persist, ports: doors } = front.settings();
  const ports: KeeperPorts = { ...outside(), ...doors };
  const { show, tell } = front;
  /** What those who wait hear who are to go on with the next user's session. */
  const switched = aborted();
  /** Counts the users: what began with one is nothing to the next. */
  let turn = 0;
  let joined: KeptSession | null = null;
  let joining: Promise<KeptSession> | null = null;
  /** Whose session it is that is joined, before it is hashed. */
  let whose = "";
  /** What the page said of its user when the session was looked for: good for the first start. */
  let given: { readonly token: string | undefined } | null = null;
  /** The page named this user when the one before was refused. */
  let strayed = false;
  let closed = false;
  const waiting = new Set<(error: TokensError) => void>();

  const userNow = (token: string | undefined): string => userOf(token, front.settings().authorization?.code);

  const askIdentity = async (again: boolean): Promise<string | undefined> => {
    const { identityToken, getIdentityToken } = front.settings();
    if (!getIdentityToken || (identityToken && !again)) return identityToken;
    try {
      return await getIdentityToken();
    } catch (cause) {
      throw new TokensError("identity_required", "No identity", { status: 401, cause });
    }
  };

  const member: Member = {
    ...front,
    async identity(refused) {
      const early = refused ? null : given;
      given = null;
      const token = early ? early.token : await askIdentity(!!refused);
      if (mayResume(whose, userNow(token))) return token;
      // A page that names another user after each refusal would be asked without end.
      if (refused && strayed) throw refused;
      strayed = !!refused;
      switchUser();
      throw switched;
    },
  };

  /** The work's outcome, unless the caller gives up, the user changes, or (`ms` given) it takes too long. */
  const within = <T>(work: Promise<T>, signal?: AbortSignal, ms?: number): Promise<T> =>
    new Promise((resolve, reject) => {
      const stop = (): void => reject(aborted());
      const late = (): void => reject(new TokensError("timeout", "No identity in time"));
      const timer = ms && ports.clock.setTimer(late, ms);
      waiting.add(reject);
      if (signal?.aborted) stop();
      signal?.addEventListener("abort", stop);
      const done = (): void => {
        waiting.delete(reject);
        signal?.removeEventListener("abort", stop);
        if (timer) ports.clock.clearTimer(timer);
      };
      work.then(resolve, reject).finally(done);
    });

  /** Whoever waits hears `error`. */
  const leave = (error: TokensError, forget = false): void => {
    const former = joined;
    turn += 1;
    joined = joining = null;
    former?.leave(member, forget);
    for (const reject of waiting) reject(error);
  };

  /** Another user: what was the former one's is left behind, and what was wanted is wanted anew. */
  const switchUser = (): void => {
    const over = ["over", "ended"].includes(joined?.state.phase ?? "");
    // A sign-in goes on with the anonymous conversation: what is kept of it shows that it is this visitor's.
    leave(switched, !!whose || !front.settings().authorization);
    if (over) show("idle");
    else use(["start"]).catch(() => {});
  };

  const enter = (user: string | null, raw: string): KeptSession => {
    const session = sharedSession(doors, [endpoint, deploymentId, persist, user ?? raw], (onEmpty) =>
      keepSession(ports, { endpoint, deploymentId, user, persist }, onEmpty),
    );
    joined = session;
    whose = raw;
    session.join(member);
    const { life, phase } = session.state;
    if (life && phase !== "refused") tell("ready", {});
    return session;
  };

  const join = async (): Promise<KeptSession> => {
    const began = turn;
    const { identityToken, getIdentityToken } = front.settings();
    const token = getIdentityToken ? await within(askIdentity(false), undefined, IDENTITY_MS) : identityToken;
    const raw = userNow(token);
    const { crypto } = ports;
    if (raw && raw !== hashed[0] && crypto) hashed = [raw, raw[0] + (await fingerprint(crypto, raw))];
    if (began !== turn) throw switched;
    given = { token };
    return enter(raw ? crypto && hashed[1] : "", raw);
  };

  const use = async (wish: Wish, signal?: AbortSignal): Promise<GuestSession> => {
    for (;;) {
      const began = turn;
      if (!joining) show("starting");
      joining ??= join().catch((error) => {
        if (began === turn) {
          joining = null;
          show("idle");
          tell("error", { error });
        }
        throw error;
      });
      try {
        const wished = joining.then((session) => session.want(wish));
        const session = await within(wished, signal);
        if (began !== turn) throw switched;
        strayed = false;
        return guestSession(session);
      } catch (error) {
        if (error !== switched || closed || signal?.aborted) throw error;
      }
    }
  };

  const end = async (): Promise<unknown> => {
    if (joined) return joined.end();
    leave(aborted());
    const user = readStored(ports.storage, front.settings())?.user;
    if (user === undefined) {
      show("ended");
      tell("ended", {});
    } else {
      // Joined for the stored session's sake alone, whoever it belongs to.
      await enter(user, user).end();
      leave(aborted());
    }
  };

  return {
    get expiresIn() {
      return joined?.expiresIn ?? 0;
    },
    get session() {
      const life = joined?.state.life;
      return life ? guestSession(life.session) : null;
    },
    use,
    async messengerInfo() {
      const url = `${endpoint}${ENDPOINT_PATHS.messenger}?deploymentId=${encodeURIComponent(deploymentId)}`;
      const signal = AbortSignal.timeout(FETCH_MS);
      return readMessengerInfo(await call(ports.fetch, url, { signal }, ports.clock.wall()));
    },
    updated(before) {
      const { identityToken, getIdentityToken } = front.settings();
      const session = joined;
      given = null;
      if (!session) {
        // Whoever is being looked for may be another one now.
        if (joining) leave(switched);
      } else if ((identityToken || !getIdentityToken) && !mayResume(whose, userNow(identityToken))) switchUser();
      else {
        if (!identityToken && !before.getIdentityToken) member.identity(null).catch(() => {});
        // Several changes in a row are one act.
        queueMicrotask(() => session === joined && session.acted());
      }
    },
    end,
    async reset() {
      await end();
      await forgetStored(ports, front.settings());
    },
    dispose() {
      closed = true;
      leave(aborted());
    },
  };
}

/** The part of a session that is the page's: not the handle. */
function guestSession({ session: _handle, ...guest }: Session): GuestSession {
  return guest;
}
