/** Plugin MessagingService: the conversation. Knows no window. */
import { startFiles } from "./files.js";
import { createSocket } from "./socket.js";

const TYPING_MS = 5000;
const PAGE = 25;

/** @param page `{config, deploymentId, storage, auth, database, guestToken: () => string | undefined}` */
export function startMessaging(bus, page) {
  const { config, deploymentId, storage, auth, database } = page;
  const talk = config.messenger.apps.conversations;
  const plugin = bus.register("MessagingService");
  let messages = [];
  let session;
  let starting;
  let nextPage = 1;
  let typingTimer;
  let lastTyped = 0;
  let presentToken;

  const query = new URLSearchParams({ deploymentId, application: "messenger" });
  const socket = createSocket(`${talk.messagingEndpoint}/v1?${query}`, token, {
    open: async (again) => {
      await configure(false);
      if (!again) return;
      await restore();
      plugin.publish("reconnected");
    },
    frame: receive,
    lost() {
      plugin.publish(navigator.onLine === false ? "offline" : "reconnecting");
    },
    failed(error) {
      starting?.reject(error);
      plugin.publish("error", { error: error.message, code: error.code });
    },
  });

  /** The page's own guest token, else the one of this browser. */
  function token() {
    const own = page.guestToken();
    if (own) return own;
    if (!storage.get("actmu")) storage.set("actmu", crypto.randomUUID());
    return storage.get("actmu");
  }

  async function configure(startNew) {
    presentToken = token();
    const frame = { deploymentId, startNew };
    const { body } = auth.wanted()
      ? await configureSignedIn(frame)
      : await socket.ask({ action: "configureSession", ...frame });
    session = body;
    storage.set("gcmcsessionActive", true);
    plugin.publish("sessionDurationConfigured", {
      durationSeconds: body.durationSeconds,
      expirationDate: body.expirationDate,
    });
    if (body.readOnly) plugin.publish("readOnlyConversation");
    plugin.publish("started", { newSession: body.newSession, readOnly: body.readOnly });
    if (body.newSession && talk.autoStart?.enabled) await send({ type: "Event", events: [presence("Join")] });
    starting?.resolve(body);
  }

  /** A JWT that has died is renewed, three times at the most. */
  async function configureSignedIn(frame) {
    let jwt = await auth.jwt();
    for (let tries = 0; ; tries += 1) {
      try {
        return await socket.ask({ action: "configureAuthenticatedSession", ...frame, data: { code: jwt } });
      } catch (error) {
        if (error.code !== 401 || tries === 3) throw error;
        jwt = await auth.renew();
      }
    }
  }

  function receive({ class: name, body }) {
    if (name === "StructuredMessage") heard(body);
    else if (name === "SessionExpiredEvent") over("sessionExpired", true);
    else if (name === "SessionClearedEvent") over("conversationCleared", true);
    else if (name === "LogoutEvent") {
      over("sessionCleared", true);
      auth.loggedOut();
    } else if (name === "ConnectionClosedEvent") {
      if (session) over("sessionCleared", body.reason === "signedIn");
      socket.close();
    } else if (name.startsWith("Upload")) files.heard({ class: name, body });
  }

  function heard(message) {
    const { events = [], direction } = message;
    for (const { eventType, typing, presence: change } of events) {
      if (eventType === "Typing" && direction === "Outbound") agentTypes(typing?.duration ?? TYPING_MS);
      if (change?.type === "Disconnect") {
        plugin.publish("conversationDisconnected", message);
        if (message.metadata?.readOnly === "true") {
          session = { ...session, readOnly: true };
          plugin.publish("readOnlyConversation");
        }
      }
    }
    if (message.type === "Event" || has(message)) return;
    messages = [...messages, message].sort((a, b) => a.channel.time.localeCompare(b.channel.time));
    if (direction === "Outbound") {
      clearTimeout(typingTimer);
      plugin.publish("messagesReceived", { messages: [message] });
    }
    plugin.publish("messagesUpdated", { messages });
  }

  function agentTypes(duration) {
    clearTimeout(typingTimer);
    plugin.publish("typingReceived", { typing: { type: "On", duration } });
    typingTimer = setTimeout(() => plugin.publish("typingTimeout"), duration);
  }

  const identity = (message) => message.channel?.messageId ?? message.id;
  const has = (message) => messages.some((one) => identity(one) === identity(message));
  const presence = (type) => ({ eventType: "Presence", presence: { type } });

  /** The session is over; its token may not be used again. */
  function over(event, dropToken) {
    session = undefined;
    messages = [];
    if (dropToken) storage.remove("actmu", "gcmcsessionActive");
    plugin.publish(event);
    plugin.publish("messagesUpdated", { messages });
  }

  function send(message) {
    const customAttributes = database.customAttributes();
    const channel = Object.keys(customAttributes).length > 0 ? { channel: { metadata: { customAttributes } } } : {};
    return socket.ask({ action: "onMessage", message: { ...message, ...channel } });
  }

  /** Connected and configured; whoever asks meanwhile waits for the same. */
  function start() {
    if (socket.isOpen() && session) return Promise.resolve(session);
    if (!starting) {
      starting = deferred();
      starting.promise = starting.promise.finally(() => {
        starting = undefined;
      });
      socket.connect();
    }
    return starting.promise;
  }

  async function history(pageNumber) {
    const { body } = await socket.ask({ action: "getJwt" });
    const url = `${config.apiEndpoint}/api/v2/webmessaging/messages?pageNumber=${pageNumber}&pageSize=${PAGE}`;
    const answer = await fetch(url, { headers: { authorization: `bearer ${body.jwt}` } });
    if (!answer.ok) throw new Error(`The history answered ${answer.status}`);
    return answer.json();
  }

  async function restore() {
    plugin.publish("restoring");
    const { entities } = await history(1);
    for (const message of entities.toReversed()) if (message.type !== "Event" && !has(message)) messages.push(message);
    messages.sort((a, b) => a.channel.time.localeCompare(b.channel.time));
    nextPage = 2;
    plugin.publish("restored", { messages });
    plugin.publish("messagesUpdated", { messages });
  }

  async function sendMessage({ message, type, postback }) {
    await start();
    plugin.publish("sendingMessage", { message });
    const content = files.take();
    const { body } = await send(
      type === undefined
        ? { type: "Text", text: message ?? "", ...(content.length > 0 ? { content } : {}) }
        : chosen(type, postback ?? {}),
    );
    return body;
  }

  async function renewed() {
    if (socket.isOpen() && session && token() !== presentToken) await configure(false);
  }

  plugin.handle("startConversation", start);
  plugin.handle("configureConversation", start);
  plugin.handle("joinConversation", async () => send({ type: "Event", events: [presence("Join")] }));
  plugin.handle("sendMessage", sendMessage);
  plugin.handle("sendTyping", () => {
    if (Date.now() - lastTyped < TYPING_MS) return;
    lastTyped = Date.now();
    socket.tell({
      action: "onMessage",
      message: { type: "Event", events: [{ eventType: "Typing", typing: { type: "On" } }] },
    });
    plugin.publish("clientTypingStarted");
  });
  plugin.handle("clearTypingTimeout", () => {
    lastTyped = 0;
  });
  plugin.handle("fetchHistory", async () => {
    const { entities, pageCount } = await history(nextPage);
    nextPage += 1;
    const older = entities.filter((one) => one.type !== "Event" && !has(one)).reverse();
    messages = [...older, ...messages];
    plugin.publish("oldMessages", { messages: older });
    if (nextPage > pageCount) plugin.publish("historyComplete");
    return { messages: older };
  });
  plugin.handle("clearConversation", async () => send({ type: "Event", events: [presence("Clear")] }));
  plugin.handle("clearSession", () => {
    socket.close();
    over("sessionCleared", true);
  });
  plugin.handle("resetConversation", async () => {
    await socket.ask({ action: "closeSession", closeAllConnections: true });
    messages = [];
    await configure(true);
    plugin.publish("conversationReset");
  });
  plugin.handle("stepUpConversation", async () => {
    await configure(false);
    plugin.publish("steppedUpConversation");
  });
  const files = startFiles(bus, { socket, start });
  plugin.ready();

  return { start, restore, sendMessage, renewed, messages: () => messages, session: () => session };
}

/** What a guest chose or filled in, as the official client puts it on the wire. */
function chosen(type, { id, text, payload, selectedOptions, cannedResponseId, formData }) {
  const metadata = id && type !== "form" ? { metadata: { parentMessageId: id } } : {};
  const say = (content, words = text ?? "") => ({ type: "Structured", text: words, content, ...metadata });
  if (type === "datePicker") {
    const { dateTime } = payload ?? {};
    return say([button({ type: "DatePicker", text: text || new Date(dateTime).toLocaleString(), payload: dateTime })]);
  }
  if (type === "listPicker") {
    const options = selectedOptions ?? [];
    return say(options.map((option) => button({ type: "ListPicker", originatingMessageId: id, ...option })));
  }
  if (type === "form") {
    const response = (formData ?? []).map(({ id: name, ...entered }) => ({
      id: name,
      component: button({ type: "Form", ...entered }),
    }));
    const form = { originatingMessageId: id, cannedResponseId: cannedResponseId ?? "", response };
    return say([{ contentType: "Form", form }]);
  }
  return say([button({ type: type === "quickReply" ? "QuickReply" : "Button", text, payload })]);
}

function button(buttonResponse) {
  return { contentType: "ButtonResponse", buttonResponse };
}

function deferred() {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
}
