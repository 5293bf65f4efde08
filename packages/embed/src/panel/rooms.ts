/**
 * What the panel loads with the first need of it: each room with its styles, and the words that only rooms use. Knows
 * how they are had; does not know what they draw.
 */
import type { CSSResult } from "lit";
import { findLanguage, type Language } from "../strings/language.js";
import type { MoreStrings } from "../strings/strings.js";
import type { View } from "./host.js";
import { adopt } from "./styles.js";

/** Each module's `room` makes what the panel draws with. */
const ROOMS = {
  files: () => import("./files.js"),
  link: () => import("./link.js"),
  markdown: () => import("./markdown.js"),
  questions: () => import("./questions.js"),
  rich: () => import("./rich.js"),
  scrollback: () => import("./scrollback.js"),
  typing: () => import("./typing.js"),
  warnings: () => import("./warnings.js"),
};

/** What the panel's own parts draw with. */
export interface PanelView extends View {
  readonly rooms: Rooms;
}

type Name = keyof typeof ROOMS;
type Room = { [Each in Name]: ReturnType<Awaited<ReturnType<(typeof ROOMS)[Each]>>["room"]> };

export class Rooms {
  /** The rooms that are loaded. */
  readonly here: Partial<Room> = {};
  /** The words of the rooms, once they are loaded. */
  more: MoreStrings | undefined;
  readonly #view: View;
  readonly #loading = new Map<Name, Promise<void>>();
  #language: Language | undefined;
  #speaking = Promise.resolve();

  constructor(view: View) {
    this.#view = view;
  }

  /** A room, if it is there. If not it is loaded, and everything is drawn anew when it is; once, whoever asks. */
  enter<Asked extends Name>(name: Asked): Room[Asked] | undefined {
    // Asked for with each drawing of each message: one that is there costs nothing.
    if (!this.here[name]) this.use(name, () => {});
    return this.here[name];
  }

  /** Does something with a room once it is there. What fails to load is asked for again the next time. */
  use<Asked extends Name>(name: Asked, act: (room: Room[Asked]) => void): void {
    const loading = this.#loading.get(name) ?? this.#load(name);
    this.#loading.set(name, loading);
    loading.then(
      () => act(this.here[name] as Room[Asked]),
      () => this.#loading.delete(name),
    );
  }

  /** Loads the words of the rooms in the page's language. */
  speak(): Promise<void> {
    const language = findLanguage(this.#view.language);
    if (this.#language !== language) {
      this.#language = language;
      this.#speaking = this.#learn(language);
      // Each that waits for it hears of a failure.
      this.#speaking.catch(() => {});
    }
    return this.#speaking;
  }

  async #load(name: Name): Promise<void> {
    // That somebody types is said in one of the words that are there.
    const words = name === "typing" ? undefined : this.speak();
    const module: { styles?: readonly CSSResult[]; room(view: View): unknown } = await ROOMS[name]();
    await words;
    const { host } = this.#view;
    adopt(host.renderRoot, module.styles ?? []);
    Object.assign(this.here, { [name]: module.room(this.#view) });
    host.requestUpdate();
  }

  async #learn(language: Language): Promise<void> {
    try {
      const { loadMore } = await import("../strings/more.js");
      this.more = await loadMore(language);
      this.#view.host.requestUpdate();
    } catch (error) {
      this.#language = undefined;
      throw error;
    }
  }
}
