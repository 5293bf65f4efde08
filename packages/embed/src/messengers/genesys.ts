/**
 * Drives the official Messenger: loads its bootstrap with the guest token, and turns its plugins' events into ours.
 * Knows the plugins' names (developer.genesys.cloud, Messenger SDK commands and events); draws nothing.
 */
import type { ConversationState } from "@guestpass/messaging";
import { decodeMessage, list, record } from "@guestpass/protocol";
import type { GuestSession } from "@guestpass/tokens";
import { GuestpassError, type GuestpassErrorCode } from "../errors.js";
import { GenesysAuth } from "./genesys-auth.js";
import {
  type BootstrapConfig,
  command,
  forgetStored,
  loadBootstrap,
  prepare,
  removeMessenger,
  renewToken,
  subscribe,
} from "./genesys-script.js";
import type { First, Messenger, MessengerHost } from "./messenger.js";

const READY_TIMEOUT_MS = 30_000;
const ECHO_TIMEOUT_MS = 15_000;
/** Environments whose name is not in their domain. */
const ENVIRONMENTS: Readonly<Record<string, string>> = {
  "mypurecloud.com": "prod",
  "mypurecloud.ie": "prod-euw1",
  "mypurecloud.de": "prod-euc1",
  "mypurecloud.jp": "prod-apne1",
  "mypurecloud.com.au": "prod-apse2",
};

/** Events of the Messenger that are failures, and what they are called here. */
const FAILURES: Readonly<Record<string, readonly [GuestpassErrorCode, string]>> = {
  "MessagingService.error": ["messenger_failed", "The official Messenger reported an error"],
  "MessagingService.fileUploadError": ["upload_failed", "The file could not be uploaded"],
  "MessagingService.customAttributesSizeExceeded": ["attributes_too_large", "The custom attributes are too large"],
  "MessagingService.stepUpConversationError": ["authorization_invalid", "The conversation could not be signed in"],
  "Auth.authError": ["authorization_invalid", "The platform refused the sign-in"],
  "Auth.authProviderError": ["authorization_invalid", "The page gave no sign-in code"],
  "GenesysJS.domainNotAllowed": ["origin_not_allowed", "The official Messenger may not run on this page's domain"],
};

/** The Messenger's name for a region's domain: `usw2.pure.cloud` is `prod-usw2`. */
export function environmentOf(region: string): string {
  const [place = "", family = ""] = region.split(/\.(.*)/);
  if (family === "pure.cloud") return `prod-${place}`;
  if (family === "us-gov-pure.cloud") return `fedramp-${place}-core`;
  if (family === "eusc-pure.cloud") return `eusc-${place}-core`;
  return ENVIRONMENTS[region] ?? "prod";
}

export class GenesysMessenger implements Messenger {
  readonly #host: MessengerHost;
  #ready: Promise<void> | undefined;
  #isGone = false;
  #isEnding = false;
  /** Ids of messages that the page has heard of. */
  readonly #seen = new Set<string>();
  /** The Messenger shows a launcher of its own: two would be one too many. */
  hasLauncher = false;
  #becomesReady: () => void = () => {};
  #becomesRefused: (error: GuestpassError) => void = () => {};
  readonly #auth: GenesysAuth;
  /** The attributes that the Messenger has been given. */
  #given = "";
  #isLoggedOut = false;
  #echoes: { text: string; resolve: (sent: { id: string }) => void }[] = [];

  constructor(host: MessengerHost) {
    this.#host = host;
    this.#auth = new GenesysAuth(
      () => host.page.authorization,
      (error) => void host.voice.tell(error),
    );
  }

  start(session: GuestSession): Promise<void> {
    if (this.#ready) {
      renewToken(session.token);
      return this.#ready;
    }
    const ready = this.#load(session);
    this.#ready = ready;
    ready.catch(() => {
      this.#ready = undefined;
    });
    return ready;
  }

  refreshed(session: GuestSession): void {
    renewToken(session.token);
  }

  /** Other attributes go along with what is sent next; another sign-in goes on with the same conversation. */
  configured(): void {
    if (!this.#ready) return;
    const changed = async (): Promise<void> => {
      await this.#ready;
      await this.#giveAttributes();
      if (this.#auth.given()) await command("MessagingService.stepUpConversation");
    };
    changed().catch((error: unknown) => this.#isGone || this.#host.voice.tell(error));
  }

  async send(text: string, first?: First): Promise<{ id: string }> {
    await first?.start();
    const heard = new Promise<{ id: string }>((resolve) => this.#echoes.push({ text, resolve }));
    const answer = await command("MessagingService.sendMessage", { message: text });
    // Some versions answer with the message, others only show it among those that come in.
    this.#received([answer]);
    return within(heard, ECHO_TIMEOUT_MS, "The official Messenger did not show the message");
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    try {
      await command("MessagingService.clearConversation");
    } finally {
      this.#isEnding = false;
    }
  }

  async show(): Promise<void> {
    await command("Messenger.open");
  }

  async hide(): Promise<void> {
    await command("Messenger.close");
  }

  clear(): void {
    for (const name of ["Messenger.close", "MessagingService.clearSession"]) command(name).catch(() => {});
    if (this.#host.page.authorization) command("Auth.logout").catch(() => {});
    forgetStored(this.#host.page.deploymentId ?? "");
  }

  dispose(): void {
    this.#isGone = true;
    if (this.#ready) command("Messenger.close").catch(() => {});
    removeMessenger();
  }

  async #load(session: GuestSession): Promise<void> {
    prepare(tokenConfig(session));
    const ready = new Promise<void>((resolve, reject) => {
      this.#becomesReady = resolve;
      this.#becomesRefused = reject;
    });
    this.#subscribe();
    this.#auth.given();
    await loadBootstrap(session.messenger.urls.bootstrap);
    await within(ready, READY_TIMEOUT_MS, "The official Messenger did not get ready");
    await this.#giveAttributes();
  }

  async #giveAttributes(): Promise<void> {
    const { customAttributes } = this.#host.page;
    const text = JSON.stringify(customAttributes ?? {});
    if (text === (this.#given || "{}")) return;
    this.#given = text;
    await command("Database.set", { messaging: { customAttributes: customAttributes ?? {} } });
  }

  #subscribe(): void {
    const host = this.#host;
    const { page, voice } = host;
    const on = (event: string, listener: (data: unknown) => void): void =>
      subscribe(event, (data) => {
        if (!this.#isGone) listener(data);
      });
    const state = (name: ConversationState) => () => voice.setConversation(name);
    on("Messenger.ready", () => this.#becomesReady());
    on("MessagingService.ready", () => this.#becomesReady());
    on("Launcher.visible", () => this.#launches(true));
    on("Launcher.hidden", () => this.#launches(false));
    on("Messenger.opened", () => page.windowOpened(true));
    on("Messenger.closed", () => page.windowOpened(false));
    on("MessagingService.started", (data) => {
      voice.setConversation("open");
      voice.started(record(data)["newSession"] === true);
    });
    on("MessagingService.restored", state("open"));
    on("MessagingService.reconnected", state("open"));
    on("MessagingService.offline", state("reconnecting"));
    on("MessagingService.reconnecting", state("reconnecting"));
    on("MessagingService.readOnlyConversation", () => {
      voice.setConversation("read-only");
      host.ended("read-only");
    });
    on("MessagingService.conversationDisconnected", (data) => {
      const { readOnly, metadata } = record(data);
      if (readOnly !== true && record(metadata)["readOnly"] !== "true") host.ended("agent");
    });
    on("MessagingService.conversationCleared", () => host.ended(this.#isEnding ? "guest" : "cleared"));
    on("MessagingService.sessionExpired", () => host.ended("expired"));
    on("MessagingService.sessionCleared", () => this.#cleared());
    on("Auth.loggedOut", () => {
      this.#isLoggedOut = true;
      host.ended("logout");
    });
    on("MessagingService.messagesReceived", (data) => this.#received(list(record(data)["messages"])));
    for (const [event, [code, message]] of Object.entries(FAILURES)) {
      on(event, (data) => {
        const error = new GuestpassError(code, message, { cause: data });
        if (event === "GenesysJS.domainNotAllowed") this.#becomesRefused(error);
        else voice.tell(error);
      });
    }
  }

  /** A logout tells of a cleared session too, first. */
  #cleared(): void {
    this.#isLoggedOut = false;
    setTimeout(() => {
      if (!this.#isLoggedOut && !this.#isGone) this.#host.ended("cleared");
    });
  }

  #launches(visible: boolean): void {
    this.hasLauncher = visible;
    this.#host.page.requestUpdate();
  }

  #received(entries: readonly unknown[]): void {
    for (const entry of entries) {
      const message = decodeMessage(entry);
      if (!message || (message.type !== "Text" && message.type !== "Structured")) continue;
      const { identity, text, content, time, from } = message;
      if (this.#seen.has(identity)) continue;
      this.#seen.add(identity);
      const sent = message.direction === "Inbound";
      const name = from.nickname ?? from.firstName;
      this.#host.voice.message({
        id: identity,
        direction: sent ? "sent" : "received",
        status: "delivered",
        text,
        at: Date.parse(time) || Date.now(),
        from: { bot: message.originatingEntity === "Bot", ...(name ? { name } : {}) },
        content,
      });
      if (sent) this.#echo(text, identity);
    }
  }

  #echo(text: string, id: string): void {
    const at = this.#echoes.findIndex((echo) => echo.text === text);
    this.#echoes.splice(at, at < 0 ? 0 : 1)[0]?.resolve({ id });
  }
}

/** Document 1's payload, and document 4's where the session has it, beside what the bootstrap itself wants. */
function tokenConfig({ token, messenger }: GuestSession): BootstrapConfig {
  const { deploymentId, region, initConfig, onboarding } = messenger;
  return {
    ...onboarding,
    ...initConfig,
    guestToken: token,
    environment: onboarding?.environment ?? environmentOf(region),
    deploymentId,
  };
}

function within<Result>(work: Promise<Result>, timeoutMs: number, otherwise: string): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new GuestpassError("timeout", otherwise, { retryable: true })), timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
