/** A broker before a real simulator, with time that passes only when it is told to, or when somebody sleeps. */
import { type Simulator, type SimulatorOptions, startSimulator } from "@guestpass/simulator";
import {
  type AuditRecord,
  type Broker,
  BrokerError,
  type BrokerOptions,
  createBroker,
  ephemeralKeyRing,
  type RequestContext,
} from "../../src/index.js";

export const DEPLOYMENT = "d1b0a0c8-6a4e-4f0e-9a52-000000000001";
export const OTHER_DEPLOYMENT = "d1b0a0c8-6a4e-4f0e-9a52-000000000002";
export const QUEUE = "a1b2c3d4-e5f6-4890-abcd-ef1234567890";
export const ORIGIN = "https://shop.example";
export const SECRET = "a secret of the site that is long enough";

export class TestClock {
  private aheadMs = 0;
  readonly slept: number[] = [];
  now = () => Date.now() + this.aheadMs;
  pass(seconds: number): void {
    this.aheadMs += seconds * 1000;
  }
  sleep = async (delayMs: number) => {
    this.slept.push(delayMs);
    this.aheadMs += delayMs;
  };
}

export interface World {
  simulator: Simulator;
  broker: Broker;
  clock: TestClock;
  audit: AuditRecord[];
  warnings: string[];
  /** Requests of the simulator whose path ends so. */
  calls(path: string): ReturnType<Simulator["requests"]>;
  /** Time passes for both sides. */
  pass(seconds: number): void;
  close(): Promise<void>;
}

export type WorldOptions = Omit<Partial<BrokerOptions>, "platform" | "session"> & {
  platform?: Partial<BrokerOptions["platform"]>;
  session?: Partial<BrokerOptions["session"]>;
};

export async function world(options: WorldOptions = {}, simulated: SimulatorOptions = {}): Promise<World> {
  const simulator = await startSimulator(simulated);
  const clock = new TestClock();
  const audit: AuditRecord[] = [];
  const warnings: string[] = [];
  const broker = createBroker({
    guestApi: "guest-tokens",
    deploymentIds: [DEPLOYMENT, OTHER_DEPLOYMENT],
    queueIds: [QUEUE],
    sinks: { audit: (record) => audit.push(record), warn: (message) => warnings.push(message) },
    ...options,
    platform: {
      baseUrl: simulator.url,
      credentials: [{ clientId: "client", clientSecret: "secret" }],
      ...options.platform,
    },
    session: { keys: ephemeralKeyRing(), ...options.session },
    ports: { clock, sleep: clock.sleep, random: () => 0.5, ...options.ports },
  });
  return {
    simulator,
    broker,
    clock,
    audit,
    warnings,
    calls: (path) => simulator.requests().filter((request) => request.path.endsWith(path)),
    pass(seconds) {
      clock.pass(seconds);
      simulator.advance(seconds);
    },
    async close() {
      await broker.close();
      await simulator.close();
    },
  };
}

let requests = 0;

export function context(over: Partial<RequestContext> = {}): RequestContext {
  requests += 1;
  return { requestId: `req-${requests}`, origin: ORIGIN, ...over };
}

/** The error that it rejects with; fails when it does not. */
export async function refusal(work: Promise<unknown>): Promise<BrokerError> {
  const outcome = await work.then(
    () => new Error("it was not refused"),
    (error: unknown) => error,
  );
  if (outcome instanceof BrokerError) return outcome;
  throw outcome;
}
