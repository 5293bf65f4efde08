/**
 * A tab that found another one with the socket: asks for it, and speaks through it. Loaded where the first place is
 * taken. Knows letters, and of frames only what must not travel.
 */
import type { Socket } from "../ports.js";
import type { Letter, Sent, TabPorts } from "./tab-letters.js";

/** So long the tab with the socket may take to answer a newcomer. */
const WELCOME_MS = 1_000;
const GONE = 1006;

/** A socket through a tab that has one; null when none answers. */
export function greet(
  name: string,
  key: string,
  { clock, uuid, createChannel, onLeave }: TabPorts,
): Promise<Socket | null> {
  const me = uuid();
  const channel = createChannel(name);
  const target = new EventTarget();
  const emit = (type: string, fields?: object) => target.dispatchEvent(Object.assign(new Event(type), fields));
  /** The tab that we speak through. */
  let leader = "";
  let isOver = false;

  const post = (letter: Letter) => isOver || channel.postMessage({ ...letter, key, from: me });
  const leave = () => {
    if (isOver) return;
    stopLeave();
    post({ type: "leave", to: leader });
    isOver = true;
    channel.close();
    emit("close", { code: GONE });
  };
  const stopLeave = onLeave(leave);

  const socket: Socket = {
    send(text) {
      // The tab with the socket has its own token; this one's stays here.
      const { token: _token, data: _data, ...frame } = JSON.parse(text) as Record<string, unknown>;
      post({ type: "up", to: leader, frame });
    },
    close: leave,
    addEventListener: target.addEventListener.bind(target) as Socket["addEventListener"],
  };

  return new Promise((resolve) => {
    const stop = clock.after(WELCOME_MS, () => {
      leave();
      resolve(null);
    });
    channel.addEventListener("message", ({ data: letter }: MessageEvent<Sent>) => {
      if (letter.key !== key || (letter.to ?? me) !== me) return;
      if (letter.type === "welcome" && !leader) {
        leader = letter.from;
        stop();
        resolve(socket);
        // Not before somebody listens.
        if (letter.open) clock.after(0, () => emit("open"));
      }
      if (letter.from !== leader) return;
      if (letter.type === "open") emit("open");
      if (letter.type === "down") emit("message", { data: letter.text });
      if (letter.type === "bye") leave();
    });
    post({ type: "hello" });
  });
}
