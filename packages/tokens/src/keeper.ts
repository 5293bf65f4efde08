/**
 * A page's own view of a kept token: its options, its listeners, its debug report. Knows whose session is wanted and
 * finds the one that this page may already have; how a token is kept it leaves to that.
 */
import { ENDPOINT_PATHS, type Session } from "@guestpass/protocol";
import { TokensError } from "./errors.js";
import { createListeners } from "./events.js";
import type { GuestSession, TokenKeeper } from "./face.js";
import { createFlights } from "./flights.js";
import { inTime } from "./io/deadline.js";
import { call } from "./io/endpoint.js";
import { outside } from "./io/outside.js";
import { fingerprint } from "./io/proof.js";
import { openShelf } from "./io/storage.js";
import { type KeptSession, keepSession, type Member } from "./kept-session.js";
import { checkChanges, readOptions, type TokenKeeperOptions } from "./options.js";
import type { KeeperPorts } from "./ports.js";
import { readMessengerInfo } from "./rules/answer.js";
import { append, type ReportEntry } from "./rules/report.js";
import { type KeeperState, shown } from "./rules/state.js";
import { mayResume, userOf } from "./rules/user.js";
import { sharedSession } from "./shared-sessions.js";

/** What a page may take to say who its user is. */
const IDENTITY_MS = 120_000;
const FETCH_MS = 15_000;

/** Throws a TypeError that names the option where one is wrong. Safe on a server: nothing outside is touched. */
export function createTokenKeeper(options: TokenKeeperOptions): TokenKeeper {
  let settings = readOptions(options);
  const { endpoint, deploymentId, persist } = settings;
  const ports: KeeperPorts = { ...outside(), ...settings.ports };
  const listeners = createListeners();
  let entries: readonly ReportEntry[] = [];
  let joined: KeptSession | null = null;
  /** Whose session it is that is joined, before it is hashed. */
  let whose = "";
  /** What the page said of its user when the session was looked for: good for the first start. */
  let given: { readonly token: string | undefined } | null = null;
  /** The state while no session is joined or it has not begun. */
  let rest: KeeperState = "idle";
  let told: KeeperState = "idle";
  let disposed = false;
  /** One user's time with this keeper. Whoever waits when it ends goes on with the next, or hears that it was given up. */
  let turn = { resume: false };
  let joining: Promise<KeptSession> | null = null;
  const waiting = new Set<(error: TokensError) => void>();

  const state = (): KeeperState => (joined && joined.state.phase !== "idle" ? shown(joined.state) : rest);

  const changed = (): void => {
    const previous = told;
    told = state();
    if (told === previous) return;
    note({ what: "state", why: told });
    listeners.tell("state", { state: told, previous });
  };

  const note = (line: Omit<ReportEntry, "at">): void => {
    const entry = { at: new Date(ports.clock.wall()).toISOString(), ...line };
    entries = append(entries, entry);
    listeners.tell("report", { entry });
  };

  const askIdentity = async (again: boolean): Promise<string | undefined> => {
    const { identityToken, getIdentityToken } = settings;
    if (!getIdentityToken || (identityToken && !again)) return identityToken;
    try {
      return await getIdentityToken();
    } catch (cause) {
      throw new TokensError("identity_required", "The page gave no identity token.", { status: 401, cause });
    }
  };

  const member: Member = {
    settings: () => settings,
    async identity(again) {
      const early = again ? null : given;
      given = null;
      const token = early === null ? await askIdentity(again) : early.token;
      if (mayResume(whose, userOf(token, settings.authorization?.code))) return token;
      switchUser();
      throw aborted("The user is another one now.");
    },
    changed,
    tell: listeners.tell,
    note,
  };

  const within = <T>(work: Promise<T>, signal?: AbortSignal): Promise<T> =>
    new Promise((resolve, reject) => {
      const stop = (): void => reject(aborted("The caller gave up."));
      waiting.add(reject);
      if (signal?.aborted) stop();
      signal?.addEventListener("abort", stop);
      const done = (): void => {
        waiting.delete(reject);
        signal?.removeEventListener("abort", stop);
      };
      work.then(resolve, reject).finally(done);
    });

  const leave = (resume: boolean, forget: boolean): void => {
    turn.resume = resume;
    turn = { resume: false };
    joining = null;
    const former = joined;
    joined = null;
    rest = "idle";
    former?.leave(member, forget);
    for (const reject of waiting) reject(aborted("The keeper was given another task."));
  };

  /** Another user: what was the former one's is left behind, and what was wanted is wanted anew. */
  const switchUser = (): void => {
    const active = !["idle", "ended", "expired"].includes(state());
    leave(active, true);
    if (active) use((session) => session.start()).catch(() => {});
    else changed();
  };

  const enter = (user: string | null, raw: string): KeptSession => {
    const place = { endpoint, deploymentId, user, persist };
    const session = sharedSession(settings.ports, [endpoint, deploymentId, persist, user ?? raw], (onEmpty) =>
      keepSession(ports, place, onEmpty),
    );
    joined = session;
    whose = raw;
    session.join(member);
    changed();
    if (session.state.grant !== null) listeners.tell("ready", {});
    return session;
  };

  const join = async (): Promise<KeptSession> => {
    if (joined) return joined;
    const began = turn;
    const token = await inTime(ports.clock, IDENTITY_MS, askIdentity(false));
    const raw = userOf(token, settings.authorization?.code);
    const user = raw === "" ? "" : ports.crypto ? `${raw[0]}${await fingerprint(ports.crypto, raw)}` : null;
    if (began !== turn) throw aborted("The keeper was given another task.");
    given = { token };
    return joined ?? enter(user, raw);
  };

  const use = async (how: (session: KeptSession) => Promise<Session>, signal?: AbortSignal): Promise<GuestSession> => {
    for (;;) {
      if (disposed) throw aborted("The keeper is disposed.");
      const began = turn;
      if (!joined) rest = "starting";
      changed();
      try {
        joining ??= join();
        const session = await within(joining.then(how), signal);
        if (began === turn) return guestSession(session);
      } catch (error) {
        if (!joined && began === turn) {
          joining = null;
          rest = "idle";
          changed();
          listeners.tell("error", { error });
        }
        if (!began.resume || signal?.aborted) throw error;
      }
    }
  };

  const stored = () => {
    const record = openShelf(ports.storage, deploymentId, persist).read();
    return record?.endpoint === endpoint ? record : null;
  };

  const end = async (): Promise<void> => {
    if (disposed) throw aborted("The keeper is disposed.");
    const visiting = joined === null;
    if (visiting) leave(false, false);
    const user = stored()?.user;
    const session = joined ?? (user === undefined ? null : enter(user, user));
    if (session) await session.end();
    if (!visiting || disposed) return;
    // Joined for the stored session's sake alone, whoever it belonged to.
    leave(false, false);
    rest = "ended";
    changed();
    if (!session) listeners.tell("ended", {});
  };

  const dispose = (): void => {
    disposed = true;
    listeners.clear();
    leave(false, false);
  };
  settings.signal?.addEventListener("abort", dispose, { once: true });
  if (settings.signal?.aborted) dispose();

  return {
    get state() {
      return state();
    },
    get expiresIn() {
      return joined?.expiresIn ?? 0;
    },
    get session() {
      const session = joined?.state.grant;
      return session ? guestSession(session) : null;
    },
    get canResume() {
      const record = stored();
      if (!record || record.endsAt < ports.clock.wall() + record.skew) return false;
      const { identityToken, getIdentityToken, authorization } = settings;
      if (!identityToken && getIdentityToken) return true;
      return mayResume(record.user.slice(0, 1), userOf(identityToken, authorization?.code).slice(0, 1));
    },
    start: () => use((session) => session.start()),
    getToken: ({ signal } = {}) => use((session) => session.token(), signal).then(({ token }) => token),
    refresh: () => use((session) => session.refresh()),
    reportRefused: (token) => use((session) => session.reported(token)),
    async messengerInfo() {
      const url = `${endpoint}${ENDPOINT_PATHS.messenger}?deploymentId=${encodeURIComponent(deploymentId)}`;
      const controller = new AbortController();
      const { signal } = controller;
      const asked = call(ports.fetch, { method: "GET", url, signal, serverNow: ports.clock.wall() });
      return readMessengerInfo(await inTime(ports.clock, FETCH_MS, asked, () => controller.abort()));
    },
    update(changes) {
      checkChanges(changes);
      const before = settings;
      settings = Object.freeze({ ...settings, ...changes });
      const { identityToken, getIdentityToken, authorization } = settings;
      const known = identityToken ?? (getIdentityToken ? null : undefined);
      given = null;
      if (joined === null) {
        if (joining !== null) leave(true, false);
        return;
      }
      if (known !== null && !mayResume(whose, userOf(known, authorization?.code))) switchUser();
      else {
        const session = joined;
        // Several changes in a row are one act.
        queueMicrotask(() => {
          if (session === joined) session.acted();
        });
        if (known === null && !before.getIdentityToken) void member.identity(false).catch(() => {});
      }
    },
    end,
    async reset() {
      await end();
      const flights = joined?.flights ?? createFlights(ports, { endpoint, deploymentId, user: "", persist }, () => 0);
      await flights.forget(null);
    },
    dispose,
    debugReport: () => ({ state: state(), expiresIn: joined?.expiresIn ?? 0, entries }),
    addEventListener: listeners.add,
    removeEventListener: listeners.remove,
  };
}

/** The part of a session that is the page's: not the handle. */
function guestSession({ sessionId, guestId, token, tokenType, sessionToken, messenger }: Session): GuestSession {
  return { sessionId, guestId, token, tokenType, ...(sessionToken !== undefined && { sessionToken }), messenger };
}

function aborted(message: string): TokensError {
  return new TokensError("aborted", message);
}
