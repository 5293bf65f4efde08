/** One connection to the platform: frames in and out. Knows no session and never reconnects. */
import { encodeFrame, type InboundFrame, type OutboundFrame, type Rest, readFrame } from "@guestpass/protocol";
import type { Socket } from "../ports.js";

/** A frame of the platform is far smaller; a longer one is not parsed. */
const LONGEST_FRAME = 1_000_000;
const NORMAL_CLOSE = 1000;
const GOODBYE = "The user has closed the connection.";

/** Rich content, or a frame, whose reader is not there. */
const UNREAD = { contentType: "Unknown", kind: "unknown", name: "" } as const;

export interface Line {
  send(frame: OutboundFrame): void;
  /** Closes; no callback comes after it. */
  close(): void;
}

export interface LineEvents<Reader extends Rest> {
  /** Loads what reads everything but sessions and plain messages. */
  load(): Promise<Reader>;
  opened(): void;
  /** With the reader, once it is there: only with it a frame is more than that. */
  frame(frame: InboundFrame, reader: Reader | undefined): void;
  /** Once: closed by anybody but us, or failed. */
  lost(): void;
}

export function openLine<Reader extends Rest>(opening: Socket | Promise<Socket>, on: LineEvents<Reader>): Line {
  let over = false;
  let socket: Socket | null = null;
  let reader: Reader | undefined;
  /** What came since the first frame that needs the reader, while it is being loaded: the order stays. */
  let waiting: (() => void)[] | null = null;
  let isUnreadable = false;
  function close(): void {
    over = true;
    socket?.close(NORMAL_CLOSE, GOODBYE);
  }

  function lose(): void {
    if (over) return;
    close();
    on.lost();
  }

  function inOrder(run: () => void): void {
    if (waiting) waiting.push(run);
    else run();
  }

  function hear(text: string): void {
    if (over) return;
    let isPlain = true;
    const beyond = () => {
      isPlain = false;
      return UNREAD;
    };
    const frame = readFrame(text, reader ?? { readContent: beyond, readRest: beyond });
    if (isPlain || (isUnreadable && frame.kind === "message")) on.frame(frame, reader);
    // A frame that nobody understands may have said anything: the next connection tries to learn it anew.
    else if (isUnreadable) lose();
    else {
      waiting = [() => hear(text)];
      void on.load().then(read, () => read());
    }
  }

  function read(loaded?: Reader): void {
    reader = loaded;
    isUnreadable = !loaded;
    const late = waiting ?? [];
    waiting = null;
    for (const run of late) inOrder(run);
  }

  function listen(opened: Socket): void {
    socket = opened;
    if (over) close();
    socket.addEventListener("open", () => over || on.opened());
    socket.addEventListener("message", ({ data }) => {
      if (typeof data === "string" && data.length <= LONGEST_FRAME) inOrder(() => hear(data));
    });
    const lost = () => inOrder(lose);
    socket.addEventListener("close", lost);
    socket.addEventListener("error", lost);
  }

  Promise.resolve(opening).then(listen, lose);

  return {
    send: (frame) => socket?.send(encodeFrame(frame)),
    close,
  };
}
