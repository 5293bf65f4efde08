/**
 * A tab that found another one with the socket: asks for it, and speaks through it. Loaded where the first place is
 * taken. Knows letters, and of frames only what must not travel.
 */
import type { Tab } from "./tab-letters.js";

/** So long the tab with the socket may take to answer a newcomer. */
const WELCOME_MS = 1_000;

/** True when a tab with a socket has answered. */
export function greet(tab: Tab): Promise<boolean> {
  return new Promise((resolve) => {
    /** The tab that we speak through. */
    let leader: string | null = null;
    const stop = tab.clock.after(WELCOME_MS, () => {
      tab.take(null);
      resolve(false);
    });
    tab.take({
      send(text) {
        if (!leader) return;
        // The tab with the socket has its own token; this one's stays here.
        const { token: _token, data: _data, ...frame } = JSON.parse(text) as Record<string, unknown>;
        tab.post({ type: "up", to: leader, frame });
      },
      receive(letter) {
        if (letter.type === "welcome" && !leader) {
          leader = letter.from;
          stop();
          resolve(true);
          if (letter.open) tab.emit("open");
        }
        if (letter.from !== leader) return;
        if (letter.type === "open") tab.emit("open");
        if (letter.type === "down") tab.emit("message", { data: letter.text });
        if (letter.type === "bye") tab.gone();
      },
      leave() {
        stop();
        resolve(false);
        if (leader) tab.post({ type: "leave", to: leader });
      },
    });
    tab.post({ type: "hello" });
  });
}
