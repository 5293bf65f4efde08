/** Puts one simulator together and takes it apart again: the rooms know each other through here alone. */
import type { AddressInfo } from "node:net";
import { createAccessTokens } from "./access-tokens.js";
import { createClock } from "./clock.js";
import { controlRoutes, type Levers, readSeconds, readSpeech, type Speech } from "./control.js";
import { createFaults, type Fault } from "./faults.js";
import { createHttpServer } from "./http.js";
import type { Platform } from "./platform.js";
import { createRecorder, type RecordedRequest } from "./recorder.js";
import { deploymentRoutes } from "./routes/deployments.js";
import { guestTokensRoutes } from "./routes/guest-tokens.js";
import { oauthRoutes } from "./routes/oauth.js";
import { webchatInstancesRoutes } from "./routes/webchat-instances.js";
import { readSettings, type SimulatorOptions } from "./settings.js";
import { createSigning } from "./signing.js";
import { createWindows } from "./windows.js";

const HOST = "127.0.0.1";

export interface Simulator {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** What was asked of the platform, oldest first; the last 1000. */
  requests(): RecordedRequest[];
  clearRequests(): void;
  /** Scripts trouble for a path; a TypeError says what is wrong with it. */
  fault(fault: Fault): void;
  clearFaults(): void;
  /** Speaks as the agent; a TypeError when there is nobody to speak to. */
  say(speech: Speech): void;
  /** Skips time; everything that falls due on the way is done before this returns. */
  advance(seconds: number): void;
  /** Milliseconds by the simulator's clock. */
  now(): number;
  /** Cuts every socket without a close frame. */
  dropSockets(): void;
  /** Answers what is under way, ends the sockets, and frees the port. */
  close(): Promise<void>;
}

/** Starts Genesys Cloud on loopback. Rejects with a TypeError for a wrong option, or with Node's error when the port is taken. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const settings = readSettings(options);
  const clock = createClock();
  let origin = "";
  const platform: Platform = {
    settings,
    clock,
    signing: await createSigning(clock),
    accessTokens: createAccessTokens(clock),
    windows: createWindows(clock),
    recorder: createRecorder(),
    faults: createFaults(),
    origin: () => origin,
  };
  const { app, release } = createHttpServer(platform);
  const { recorder, faults } = platform;
  const levers: Levers = {
    fault: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    faults: () => faults.list(),
    requests: () => recorder.list(),
    clearRequests: () => recorder.clear(),
    say: (speech) => {
      readSpeech(speech);
      throw new TypeError("no session has been configured yet");
    },
    advance: (seconds) => clock.advance(readSeconds(seconds) * 1000),
    now: () => clock.now(),
    dropSockets: () => undefined,
  };
  oauthRoutes(app, platform);
  webchatInstancesRoutes(app, platform);
  guestTokensRoutes(app, platform);
  deploymentRoutes(app, platform);
  controlRoutes(app, levers);

  await app.listen({ host: HOST, port: settings.port });
  const { port } = app.server.address() as AddressInfo;
  origin = `http://${HOST}:${port}`;

  let closing: Promise<void> | undefined;
  async function end(): Promise<void> {
    clock.stop();
    release();
    await app.close();
  }

  return {
    ...levers,
    url: origin,
    port,
    close: () => {
      closing ??= end();
      return closing;
    },
  };
}
