/**
 * Tells of messages that come while nobody looks: a short sound, and the page's title in turns with the news. Loaded
 * when the page or the visitor wants it. The sound is made here, of two tones; no file is fetched. A browser that does
 * not let a page sound before the visitor has touched it stays silent.
 */
import type { AlertsName } from "../attributes.js";
import { type Keeping, keep, recall } from "../kept.js";
import { type CoreStrings, fill } from "../strings/strings.js";

export interface AlertsHost extends EventTarget, Keeping {
  readonly alerts: AlertsName;
  readonly unread: number;
  readonly language: string;
  /** The language's table, once it is loaded. */
  readonly words: CoreStrings | undefined;
  readonly strings: Partial<CoreStrings> | undefined;
}

/** Between the title and the news. */
const TURN_MS = 1000;
/** Hertz and seconds from the start: a fifth, going up. */
const TONES = [
  [659, 0],
  [988, 0.12],
] as const;
const TONE_SECONDS = 0.35;

const told = new WeakMap<AlertsHost, Alerts>();

/** The one that tells for this element. */
export function alertOf(host: AlertsHost): Alerts {
  const alerts = told.get(host) ?? new Alerts(host);
  told.set(host, alerts);
  return alerts;
}

/** What is wanted: the visitor's word, else the page's. */
export function alertMode(host: AlertsHost): AlertsName {
  const { alerts } = host;
  const choice = recall(host, "alerts");
  if (choice === "off") return "off";
  return choice === "on" && alerts === "off" ? "all" : alerts;
}

export class Alerts {
  readonly #host: AlertsHost;
  #context: AudioContext | undefined;
  #turning: ReturnType<typeof setInterval> | undefined;
  /** The page's own title, and the news that stand in its place by turns. */
  #title = "";
  #shown: string | undefined;
  #count = 0;

  constructor(host: AlertsHost) {
    this.#host = host;
    host.addEventListener("guestpass-unread", () => this.#changed());
    this.#changed();
  }

  /** The visitor turns it on or off. On: heard at once, so that they know it, and while the browser allows it. */
  toggle(): void {
    const on = alertMode(this.#host) === "off";
    keep(this.#host, "alerts", on ? "on" : "off");
    if (on && alertMode(this.#host) !== "title") this.#sound();
    if (!on) this.#restore();
  }

  #changed(): void {
    const { unread } = this.#host;
    const more = unread > this.#count;
    this.#count = unread;
    const mode = alertMode(this.#host);
    if (unread === 0) this.#restore();
    if (!more || mode === "off") return;
    if (mode !== "title") this.#sound();
    if (mode !== "sound") this.#flash();
  }

  #flash(): void {
    this.#restore();
    this.#turn();
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (!calm) this.#turning = setInterval(() => this.#turn(), TURN_MS);
  }

  /** A title that is not the news is the page's own: it may have changed meanwhile. */
  #turn(): void {
    if (this.#host.unread === 0) this.#restore();
    else if (document.title === this.#shown) document.title = this.#title;
    else {
      this.#title = document.title;
      this.#shown = this.#news();
      document.title = this.#shown;
    }
  }

  #news(): string {
    const { words, strings, unread, language } = this.#host;
    const text = strings?.unread ?? words?.unread;
    return text ? fill(text, { count: unread }, language) : `(${unread})`;
  }

  #restore(): void {
    clearInterval(this.#turning);
    this.#turning = undefined;
    if (document.title === this.#shown) document.title = this.#title;
    this.#shown = undefined;
  }

  #sound(): void {
    // Asking a browser that will not let it sound only fills the console with warnings.
    if (navigator.userActivation?.hasBeenActive === false || !("AudioContext" in globalThis)) return;
    const context = this.#context ?? new AudioContext();
    this.#context = context;
    context.resume().then(
      () => {
        for (const [hertz, at] of TONES) tone(context, hertz, context.currentTime + at);
      },
      () => {},
    );
  }
}

/** A tone that swells at once and fades. */
function tone(context: AudioContext, hertz: number, at: number): void {
  const oscillator = new OscillatorNode(context, { frequency: hertz });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.linearRampToValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.12, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + TONE_SECONDS);
  oscillator.connect(volume).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + TONE_SECONDS);
}
