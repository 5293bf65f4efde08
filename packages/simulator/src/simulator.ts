/** Puts one simulator together and takes it apart again: the rooms know each other through here alone. */
import type { AddressInfo } from "node:net";
import { createAccessTokens } from "./access-tokens.js";
import { createAttachments } from "./attachments.js";
import { createClock } from "./clock.js";
import { createConfigure, userKey } from "./configure.js";
import { controlRoutes, type Levers, readSeconds, readSpeech, type SessionSummary, type Speech } from "./control.js";
import { createFaults, type Fault } from "./faults.js";
import { createFrames } from "./frames.js";
import { createHttpServer } from "./http.js";
import type { Platform } from "./platform.js";
import { createRecorder, type RecordedFrame, type RecordedRequest } from "./recorder.js";
import { analyticsRoutes } from "./routes/analytics.js";
import { bootstrapRoutes } from "./routes/bootstrap.js";
import { deploymentRoutes } from "./routes/deployments.js";
import { externalUsersRoutes } from "./routes/external-users.js";
import { fileRoutes } from "./routes/files.js";
import { guestRoutes } from "./routes/guest.js";
import { guestTokensRoutes } from "./routes/guest-tokens.js";
import { historyRoutes } from "./routes/history.js";
import { mediaRoutes } from "./routes/media.js";
import { oauthRoutes } from "./routes/oauth.js";
import { queueRoutes } from "./routes/queues.js";
import { signInRoutes } from "./routes/sign-in.js";
import { webchatInstancesRoutes } from "./routes/webchat-instances.js";
import { webmessagingGuestsRoutes } from "./routes/webmessaging-guests.js";
import { createSessions, type Place } from "./sessions.js";
import { checkClients, readSettings, type SimulatorClient, type SimulatorOptions } from "./settings.js";
import { createSignIns } from "./sign-ins.js";
import { createSigning } from "./signing.js";
import { createSocketServer } from "./socket.js";
import { createUploads } from "./uploads.js";
import { createWindows } from "./windows.js";
import { AGENT } from "./world/agent.js";
import type { Session } from "./world/session.js";
import type { WireFrame } from "./world/wire.js";

const HOST = "127.0.0.1";
/** How long requests under way are waited for at the end. */
const CUT_MS = 1000;

export interface Simulator {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** What was asked of the platform, oldest first; the last 1000. */
  requests(): RecordedRequest[];
  /** Frames that guests sent, oldest first; the last 1000. */
  frames(): RecordedFrame[];
  /** Forgets the requests and frames so far. */
  clearRequests(): void;
  sessions(): SessionSummary[];
  /** Scripts trouble for a path; a TypeError says what is wrong with it. */
  fault(fault: Fault): void;
  clearFaults(): void;
  /** Speaks as the agent; a TypeError when there is nobody to speak to. */
  say(speech: Speech): void;
  /**
   * Sends a frame as it is, whatever it is, on every connection of a session (the last configured one by default): for
   * what the platform says seldom, or will say one day. A TypeError when there is nobody to send it to.
   */
  send(frame: unknown, session?: string): void;
  /** Skips time; everything that falls due on the way is done before this returns. */
  advance(seconds: number): void;
  /** Milliseconds by the simulator's clock. */
  now(): number;
  /** Cuts every socket without a close frame. */
  dropSockets(): void;
  /** OAuth clients that are accepted from now on: a secret was rotated. Access tokens that are out stay good. */
  setClients(clients: readonly SimulatorClient[]): void;
  /** Answers what is under way, ends the sockets, and frees the port. */
  close(): Promise<void>;
}

/** Starts Genesys Cloud on loopback. Rejects with a TypeError for a wrong option, or with Node's error when the port is taken. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const settings = readSettings(options);
  const clock = createClock();
  let origin = "";
  let { clients } = settings;
  const platform: Platform = {
    settings,
    clock,
    signing: await createSigning(clock),
    accessTokens: createAccessTokens(clock),
    windows: createWindows(clock),
    recorder: createRecorder(),
    faults: createFaults(),
    clients: () => clients,
    origin: () => origin,
  };
  const { app, release } = createHttpServer(platform);
  const { recorder, faults } = platform;
  const sessions = createSessions(clock, settings, platform.origin);
  const signIns = createSignIns(clock, platform.signing);
  const uploads = createUploads(clock, platform.origin);
  const attachments = createAttachments(platform, sessions, uploads);
  const frames = createFrames(platform, sessions, createConfigure(platform, sessions, signIns), attachments);
  const sockets = createSocketServer(app.server, platform, { frame: frames.handle, gone: sessions.leave });
  const placeOf = (name: string | undefined): Place => {
    const place = name === undefined ? sessions.latest() : sessions.named(name);
    if (!place) throw new TypeError(name === undefined ? "no session has been configured yet" : `no session ${name}`);
    return place;
  };
  const levers: Levers = {
    fault: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    faults: () => faults.list(),
    requests: () => recorder.list(),
    clearRequests: () => recorder.clear(),
    frames: () => recorder.frames(),
    sessions: () => sessions.all().map(({ session, sockets }) => summary(session, sockets.size)),
    say: (speech) => {
      const { session: name, ...said } = readSpeech(speech);
      sessions.happen(placeOf(name), { what: "agent", entity: "Human", from: AGENT, ...said });
    },
    send: (frame, name) => sessions.tell(placeOf(name), frame as WireFrame),
    advance: (seconds) => clock.advance(readSeconds(seconds) * 1000),
    now: () => clock.now(),
    dropSockets: () => sockets.drop(),
    setClients: (accepted) => {
      checkClients(accepted);
      clients = [...accepted];
    },
  };
  oauthRoutes(app, platform);
  guestRoutes(app, platform);
  externalUsersRoutes(app, platform);
  webmessagingGuestsRoutes(app, platform);
  webchatInstancesRoutes(app, platform);
  guestTokensRoutes(app, platform);
  queueRoutes(app, platform);
  analyticsRoutes(app, platform);
  signInRoutes(app, platform, signIns, ({ deploymentId, userId }) => {
    const place = sessions.at(userKey(deploymentId, userId));
    if (place) sessions.logOut(place);
  });
  deploymentRoutes(app, platform);
  await fileRoutes(app, platform, uploads, attachments);
  historyRoutes(app, platform, sessions);
  mediaRoutes(app);
  await bootstrapRoutes(app);
  controlRoutes(app, levers);

  await app.listen({ host: HOST, port: settings.port });
  const { port } = app.server.address() as AddressInfo;
  origin = `http://${HOST}:${port}`;

  let closing: Promise<void> | undefined;
  async function end(): Promise<void> {
    clock.stop();
    release();
    await sockets.close();
    // A browser opens connections ahead of need; one that has never asked anything would hold the end up.
    const cut = setTimeout(() => app.server.closeAllConnections(), CUT_MS);
    await app.close();
    clearTimeout(cut);
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

function summary(
  { id, key, deploymentId, conversationId, readOnly, messages }: Session,
  sockets: number,
): SessionSummary {
  return {
    id,
    deploymentId,
    guest: key.slice(key.indexOf("|") + 1),
    conversationId,
    readOnly,
    sockets,
    messages: messages.length,
  };
}
