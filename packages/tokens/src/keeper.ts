/**
 * A page's keeper: its options, its listeners, its debug report. It is all that a page loads before a session is wanted;
 * what then stands behind it comes with the first call.
 */
import type { Desk } from "./desk.js";
import { TokensError } from "./errors.js";
import { createListeners } from "./events.js";
import type { TokenKeeper } from "./face.js";
import { browserStorage, readStored } from "./io/storage.js";
import type { Wish } from "./kept-session.js";
import { aborted, checkChanges, readOptions, type TokenKeeperOptions } from "./options.js";
import type { Word } from "./rules/moves.js";
import { append, type ReportEntry } from "./rules/report.js";
import type { KeeperState } from "./rules/state.js";

/** Once it is loaded, a keeper that takes another one's place (an element moved in the document) does so in the same task. */
let loaded: typeof import("./desk.js") | undefined;

/** Throws a TypeError that names the option where one is wrong. Safe on a server: nothing outside is touched. */
export function createTokenKeeper(options: TokenKeeperOptions): TokenKeeper {
  let settings = readOptions(options);
  const { signal: end, ports } = settings;
  const { add, remove, dispatch } = createListeners();
  let entries: readonly ReportEntry[] = [];
  let state: KeeperState = "idle";
  let desk: Desk | null = null;
  let opening: Promise<Desk> | null = null;
  let disposed = false;

  const wall = (): number => ports?.clock?.wall() ?? Date.now();

  /** A line of the report gets its instant here, and is kept. */
  const tell = (...[type, fields]: Word): void => {
    if (disposed) return;
    if (type === "report") {
      const entry = { at: new Date(wall()).toISOString(), ...fields };
      entries = append(entries, entry);
      dispatch(type, { entry });
    } else dispatch(type, fields);
  };

  const show = (next: KeeperState): void => {
    const previous = state;
    if (next === previous || disposed) return;
    state = next;
    tell("report", { what: "state", why: state });
    dispatch("state", { state, previous });
  };

  const open = async (): Promise<Desk> => {
    try {
      loaded ??= await import("./desk.js");
      desk = loaded.openDesk({ settings: () => settings, show, tell });
      return desk;
    } catch (cause) {
      const error = new TokensError("network", "The keeper could not be loaded", { cause });
      opening = null;
      show("idle");
      tell("error", { error });
      throw error;
    }
  };

  const atDesk = async <T>(work: (desk: Desk) => Promise<T>): Promise<T> => {
    opening ??= open();
    const opened = desk ?? (await opening);
    if (!disposed) return work(opened);
    opened.dispose();
    throw aborted();
  };

  const use = (wish: Wish, signal?: AbortSignal) => {
    if (!desk) show("starting");
    return atDesk((opened) => opened.use(wish, signal));
  };

  const dispose = (): void => {
    disposed = true;
    state = "idle";
    desk?.dispose();
  };
  end?.addEventListener("abort", dispose);
  if (end?.aborted) dispose();

  return {
    get state() {
      return state;
    },
    get expiresIn() {
      return desk?.expiresIn ?? 0;
    },
    get session() {
      return desk?.session ?? null;
    },
    get canResume() {
      const kept = readStored(ports?.storage ?? browserStorage(), settings);
      if (!kept || kept.endsAt < wall() + kept.skew) return false;
      const { identityToken, getIdentityToken, authorization } = settings;
      // Whose it is can be told by its kind alone: the rest takes a hash, and the page's answer.
      const kind = kept.user.slice(0, 1);
      if (identityToken || getIdentityToken) return kind === "i" || !identityToken;
      return kind === "c" || kind === (authorization ? "c" : "");
    },
    start: () => use(["start"]),
    getToken: async ({ signal } = {}) => (await use(["look", "caller"], signal)).token,
    refresh: () => use(["refresh"]),
    reportRefused: (token) => use(["reported", token]),
    messengerInfo: () => atDesk((opened) => opened.messengerInfo()),
    update(changes) {
      checkChanges(changes);
      const before = settings;
      settings = Object.freeze({ ...settings, ...changes });
      desk?.updated(before);
    },
    end: () => atDesk(async (opened) => void (await opened.end())),
    reset: () => atDesk((opened) => opened.reset()),
    dispose,
    debugReport: () => ({ state, expiresIn: desk?.expiresIn ?? 0, entries }),
    addEventListener: add,
    removeEventListener: remove,
  };
}
