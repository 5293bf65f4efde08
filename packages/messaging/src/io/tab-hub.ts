/**
 * The tab that has the socket: its own frames and those of the other tabs go out on it; what comes in goes to whom it is
 * for. Knows which frames it can answer itself: the session stands already, and the other tabs' health is this tab's.
 */
import { ECHO_TRACING_ID, record, str } from "@guestpass/protocol";
import type { Socket } from "../ports.js";
import type { Letter } from "./tab-letters.js";

/** Questions of other tabs that wait for their answer. */
const ASKED_KEPT = 500;

export interface HubHost {
  post(letter: Letter): void;
  /** For this tab's own conversation. */
  emit(type: string, fields?: object): void;
  /** The socket is gone. */
  finish(): void;
}

export interface Hub {
  /** A frame of this tab. */
  send(text: string): void;
  receive(letter: Letter & { from: string }): void;
  close(): void;
}

type Frame = Record<string, unknown>;

export function createHub(socket: Socket, { post, emit, finish }: HubHost): Hub {
  /** Who asked, by tracing id. */
  const asked = new Map<string, string>();
  /** This tab's last configure frame: its token and JWT go into the others' frames. */
  let own: Frame = {};
  let token: unknown;
  /** The session as the platform last described it, while it stands. */
  let session: Frame | null = null;
  /** Tabs that want it, with the tracing ids of their question. */
  let waiting: [tab: string, tracingId: unknown][] = [];
  let isOpen = false;

  function answer(to: string, tracingId: unknown, name: string, body: Frame): void {
    const text = JSON.stringify({ type: "response", class: name, code: 200, tracingId, body });
    post({ type: "down", to, text });
  }

  function describeSession(): void {
    if (!session) return;
    for (const [tab, tracingId] of waiting.splice(0)) {
      answer(tab, tracingId, "SessionResponse", { ...session, newSession: false });
    }
  }

  function up(from: string, frame: Frame): void {
    const tracingId = str(frame["tracingId"]) ?? "";
    const configures = str(frame["action"])?.startsWith("configure");
    if (tracingId === ECHO_TRACING_ID) {
      answer(from, tracingId, "StructuredMessage", { id: tracingId, type: "Text", text: "ping", direction: "Inbound" });
    } else if (configures && frame["startNew"] !== true) {
      waiting = [...waiting, [from, tracingId]].slice(-ASKED_KEPT) as typeof waiting;
      describeSession();
    } else {
      asked.set(tracingId, from);
      for (const [oldest] of asked) if (asked.size > ASKED_KEPT) asked.delete(oldest);
      const whole = configures ? { ...own, ...frame } : { ...frame, token };
      socket.send(JSON.stringify(whole));
    }
  }

  socket.addEventListener("open", () => {
    isOpen = true;
    post({ type: "open" });
    emit("open");
  });
  socket.addEventListener("message", ({ data }) => {
    const text = String(data);
    const frame = record(parse(text));
    const tracingId = str(frame["tracingId"]) ?? "";
    const asker = asked.get(tracingId);
    const { connected } = record(frame["body"]);
    const about = str(frame["class"]);
    if (about === "SessionResponse") session = connected === true ? { ...record(frame["body"]) } : null;
    if (/^(SessionExpired|SessionCleared|Logout)/.test(about ?? "")) session = null;
    // An answer is for whom it answers; that a session is closed is for all.
    const isPrivate = frame["type"] === "response" && !(about === "SessionResponse" && connected !== true);
    if (isPrivate && asker !== undefined) {
      asked.delete(tracingId);
      post({ type: "down", to: asker, text });
    } else {
      if (!isPrivate) post({ type: "down", text });
      emit("message", { data });
    }
    describeSession();
  });
  socket.addEventListener("close", finish);
  socket.addEventListener("error", finish);

  return {
    send(text) {
      const frame = record(parse(text));
      token = frame["token"];
      if (str(frame["action"])?.startsWith("configure")) own = { ...frame };
      socket.send(text);
    },
    receive(letter) {
      if (letter.type === "hello") post({ type: "welcome", to: letter.from, open: isOpen });
      if (letter.type === "up") up(letter.from, letter.frame);
      if (letter.type !== "leave") return;
      waiting = waiting.filter(([tab]) => tab !== letter.from);
      for (const [tracingId, tab] of asked) if (tab === letter.from) asked.delete(tracingId);
    },
    close() {
      post({ type: "bye" });
      socket.close(1000, "The user has closed the connection.");
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
