/** A browser for a keeper: virtual time, a page that can be hidden and frozen, storage, keys, tabs; with a real endpoint behind a real fetch. */
import {
  createTokenKeeper,
  type GuestSession,
  type KeeperEvent,
  type KeeperEventType,
  type KeeperPorts,
  type PageSignal,
  type TokenKeeper,
  type TokenKeeperOptions,
} from "../src/index.js";
// Loaded here once, so that no test waits for a file.
import "../src/desk.js";
import { EndpointPeer, type PeerOptions } from "./endpoint-peer.js";
import { seeded, VirtualClock } from "./virtual-clock.js";

export const EVENTS = [
  "state",
  "ready",
  "expiring",
  "refreshed",
  "expired",
  "degraded",
  "recovered",
  "refused",
  "error",
  "ended",
] as const;

/** What all tabs of one browser have in common. */
export class Site {
  readonly local = new Map<string, string>();
  readonly keys = new Map<string, CryptoKeyPair>();
  readonly locks = new Set<string>();
  readonly channels = new Set<{ name: string; hear: (message: unknown) => void }>();
  readonly storageListeners = new Set<{ tab: Tab; hear: () => void }>();
}

export class Tab {
  online = true;
  visible = true;
  storageThrows = false;
  keysFail = false;
  channelMissing = false;
  /** In place of the browser's locks. */
  lock: (() => Promise<(() => void) | null>) | undefined;
  /** Channel messages wait here while the tab is frozen. */
  frozen = false;
  readonly session = new Map<string, string>();
  readonly listeners = new Set<(signal: PageSignal) => void>();
  readonly ports: KeeperPorts;
  readonly site: Site;
  private readonly missed: (() => void)[] = [];

  constructor(w: World, site: Site, withCrypto: boolean) {
    this.site = site;
    const area = (values: Map<string, string>, shared: boolean) => {
      const check = () => {
        if (this.storageThrows) throw new DOMException("no", "SecurityError");
      };
      const changed = () => {
        if (!shared) return;
        for (const listener of site.storageListeners) if (listener.tab !== this) listener.hear();
      };
      return {
        getItem: (key: string) => {
          check();
          return values.get(key) ?? null;
        },
        setItem: (key: string, value: string) => {
          check();
          values.set(key, value);
          changed();
        },
        removeItem: (key: string) => {
          check();
          if (values.delete(key)) changed();
        },
      };
    };
    this.ports = {
      clock: w.clock,
      random: w.random,
      fetch: (url, init) => w.fetch(url, init),
      page: {
        online: () => this.online,
        visible: () => this.visible,
        listen: (hear, end) => {
          this.listeners.add(hear);
          end.addEventListener("abort", () => this.listeners.delete(hear));
        },
      },
      storage: {
        site: () => area(site.local, true),
        tab: () => area(this.session, false),
        watch: (hear, end) => {
          const listener = { tab: this, hear };
          site.storageListeners.add(listener);
          end.addEventListener("abort", () => site.storageListeners.delete(listener));
        },
      },
      keys: {
        keep: async (name, pair) => {
          if (this.keysFail) throw new DOMException("no", "InvalidStateError");
          const kept = site.keys.get(name) ?? pair;
          if (kept) site.keys.set(name, kept);
          return kept;
        },
        remove: async (name) => void site.keys.delete(name),
      },
      crypto: withCrypto ? w.crypto : null,
      tryLock: (name) =>
        this.lock?.() ??
        new Promise((had) => {
          w.soon(() => {
            if (site.locks.has(name)) return had(null);
            site.locks.add(name);
            let mine = true;
            had(() => {
              if (mine) site.locks.delete(name);
              mine = false;
            });
          });
        }),
      openChannel: (name, hear) => {
        if (this.channelMissing) return null;
        const listener = {
          name,
          hear: (message: unknown) => {
            if (this.frozen) this.missed.push(() => hear(message));
            else hear(message);
          },
        };
        site.channels.add(listener);
        return {
          post: (message) => {
            const copy = structuredClone(message);
            for (const other of site.channels) {
              if (other !== listener && other.name === name) w.soon(() => site.channels.has(other) && other.hear(copy));
            }
          },
          close: () => site.channels.delete(listener),
        };
      },
    };
  }

  signal(...signals: PageSignal[]): void {
    for (const signal of signals) for (const hear of this.listeners) hear(signal);
  }

  hide(): void {
    this.visible = false;
    this.signal("hidden");
  }

  show(): void {
    this.visible = true;
    this.signal("visible");
  }

  thaw(): void {
    this.frozen = false;
    for (const run of this.missed.splice(0)) run();
  }
}

export interface Watched {
  readonly keeper: TokenKeeper;
  readonly tab: Tab;
  readonly events: KeeperEvent[];
  /** The names of the events so far, states left out. */
  names(): string[];
  /** The states so far. */
  states(): string[];
  /** How often this event has come. */
  count(type: KeeperEventType): number;
}

export class World {
  readonly clock = new VirtualClock();
  readonly random: () => number;
  readonly crypto: Crypto;
  readonly urls: string[] = [];
  private readonly flights = new Map<string, Promise<unknown>>();
  private readonly held = new Set<string>();
  private readonly keepers: TokenKeeper[] = [];
  private flightCount = 0;
  private pending = 0;
  private wakeUp: () => void = () => {};
  peer!: EndpointPeer;
  /** In place of the network. */
  intercept: ((url: string, init: RequestInit) => unknown) | undefined;

  private constructor(seed: number) {
    this.random = seeded(seed);
    const subtle = new Proxy(globalThis.crypto.subtle, {
      get: (target, name) => {
        const value = Reflect.get(target, name) as (...given: unknown[]) => Promise<unknown>;
        return (...given: unknown[]) => this.tracked(value.apply(target, given));
      },
    });
    this.crypto = Object.assign(Object.create(globalThis.crypto) as Crypto, {
      randomUUID: globalThis.crypto.randomUUID.bind(globalThis.crypto),
    });
    Object.defineProperty(this.crypto, "subtle", { value: subtle });
  }

  static async open(options: PeerOptions & { seed?: number } = {}): Promise<World> {
    const world = new World(options.seed ?? 1);
    const holding = (flight: string): void => {
      world.held.add(flight);
      world.wakeUp();
    };
    world.peer = await EndpointPeer.open(() => world.clock.truth, holding, options);
    return world;
  }

  async close(): Promise<void> {
    for (const keeper of this.keepers) keeper.dispose();
    await this.peer.close();
  }

  tab(site = new Site(), { crypto = false } = {}): Tab {
    return new Tab(this, site, crypto);
  }

  keeper(options: Partial<TokenKeeperOptions> & { tab?: Tab } = {}): Watched {
    const { tab = this.tab(), ...more } = options;
    const keeper = createTokenKeeper({
      endpoint: this.peer.url,
      deploymentId: "deployment-1",
      ports: tab.ports,
      ...more,
    });
    this.keepers.push(keeper);
    const events: KeeperEvent[] = [];
    for (const type of EVENTS) keeper.addEventListener(type, (event) => events.push(event));
    return {
      keeper,
      tab,
      events,
      names: () => events.filter(({ type }) => type !== "state").map(({ type }) => type),
      states: () =>
        events.filter((event): event is KeeperEvent<"state"> => event.type === "state").map(({ state }) => state),
      count: (wanted) => events.filter(({ type }) => type === wanted).length,
    };
  }

  /** Real fetch over loopback, followed so that `quiet` knows when it has come to rest. */
  async fetch(url: string, init: RequestInit): Promise<Response> {
    this.urls.push(url);
    if (this.intercept) return (await this.intercept(url, init)) as Response;
    this.flightCount += 1;
    const flight = String(this.flightCount);
    const headers = { ...(init.headers as Record<string, string>), "x-test-flight": flight };
    const work = fetch(url, { ...init, headers }).then((response) => {
      const json = response.json.bind(response);
      // The body is part of the flight: it ends when it has been read.
      return Object.assign(response, { json: () => this.follow(flight, json()) });
    });
    return this.follow(flight, work, true);
  }

  private async follow<T>(flight: string, work: Promise<T>, goesOn = false): Promise<T> {
    this.flights.set(flight, work);
    try {
      return await work;
    } finally {
      if (this.flights.get(flight) === work) this.flights.delete(flight);
      if (goesOn) this.soon(() => {});
      this.wakeUp();
    }
  }

  private tracked<T>(work: Promise<T>): Promise<T> {
    this.pending += 1;
    return work.finally(() => {
      this.pending -= 1;
      this.wakeUp();
    });
  }

  /** Runs in a task of its own, which `quiet` waits for. */
  soon(run: () => unknown): void {
    this.pending += 1;
    setImmediate(() => {
      this.pending -= 1;
      run();
      this.wakeUp();
    });
  }

  /** Until nothing is under way but what the endpoint holds back. */
  async quiet(): Promise<void> {
    for (;;) {
      // One turn of the event loop lets every settled promise's followers run.
      await new Promise((resolve) => setImmediate(resolve));
      const busy = [...this.flights.keys()].some((flight) => !this.held.has(flight));
      if (!busy && this.pending === 0) return;
      await new Promise<void>((resolve) => {
        this.wakeUp = resolve;
      });
    }
  }

  /** Starts a keeper and lets it come to rest; the tabs are asked first, which takes a moment. */
  async started(watched: Watched): Promise<GuestSession> {
    const starting = watched.keeper.start();
    starting.catch(() => {});
    await this.pass(0.3);
    return starting;
  }

  /** Passes time, awake. */
  pass(seconds: number): Promise<void> {
    return this.clock.advance(seconds * 1000, () => this.quiet());
  }
}
