/**
 * The tab that has the socket and is not alone: the other tabs' frames go out on it, and what comes in goes to whom it is
 * for. Loaded with the first letter of another tab. Knows which frames it can answer itself: the session stands already,
 * and the other tabs' health is this tab's.
 */
import { ECHO_TRACING_ID, record, str } from "@guestpass/protocol";
import type { Socket } from "../ports.js";
import type { Letter, Said, Sender, Sent } from "./tab-letters.js";

/** Questions of other tabs that wait for their answer. */
const ASKED_KEPT = 500;

export interface Hub {
  receive(letter: Sent): void;
  /** Tells the others that this tab goes, once. */
  bye(): void;
}

type Frame = Record<string, unknown>;

/** Passes on what the platform says on the socket from now on. */
export function createHub(socket: Socket, channel: BroadcastChannel, me: Sender, said: Said): Hub {
  let isOver = false;
  const post = (letter: Letter) => isOver || channel.postMessage({ ...letter, ...me });
  /** Who asked, by tracing id. */
  const asked = new Map<string, string>();
  /** Tabs that want the session, with the tracing ids of their question. */
  let waiting: [tab: string, tracingId: unknown][] = [];

  function answer(to: string, tracingId: unknown, name: string, body: Frame): void {
    const text = JSON.stringify({ type: "response", class: name, code: 200, tracingId, body });
    post({ type: "down", to, text });
  }

  /** Tells of the session as the platform last described it, while it stands. */
  function describeSession(): void {
    const frame = read(said.session);
    const session = record(frame["body"]);
    if (frame["class"] !== "SessionResponse" || session["connected"] !== true) return;
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
      const whole = configures
        ? { ...read(said.configured), ...frame }
        : { ...frame, token: read(said.configured)["token"] };
      socket.send(JSON.stringify(whole));
    }
  }

  socket.addEventListener("open", () => post({ type: "open" }));
  socket.addEventListener("message", ({ data }) => {
    const text = String(data);
    const frame = read(text);
    const tracingId = str(frame["tracingId"]) ?? "";
    const asker = asked.get(tracingId);
    // An answer is for whom it answers; that a session is closed is for all.
    const isClosed = frame["class"] === "SessionResponse" && record(frame["body"])["connected"] !== true;
    if (frame["type"] !== "response" || isClosed) post({ type: "down", text });
    else if (asker) post({ type: "down", to: asker, text });
    asked.delete(tracingId);
    describeSession();
  });

  return {
    bye() {
      post({ type: "bye" });
      isOver = true;
      channel.close();
    },
    receive(letter) {
      if ((letter.to ?? me.from) !== me.from) return;
      if (letter.type === "hello") post({ type: "welcome", to: letter.from, open: said.configured !== "" });
      if (letter.type === "up") up(letter.from, letter.frame);
      if (letter.type !== "leave") return;
      waiting = waiting.filter(([tab]) => tab !== letter.from);
      for (const [tracingId, tab] of asked) if (tab === letter.from) asked.delete(tracingId);
    },
  };
}

/** The frame, or an empty one. */
function read(text: string): Readonly<Frame> {
  try {
    return record(JSON.parse(text));
  } catch {
    return {};
  }
}
