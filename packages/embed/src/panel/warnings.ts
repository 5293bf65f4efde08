/**
 * What the visitor should know now: that the conversation ends soon unless something is said, that they are signed in.
 * Loaded with the first such news; the time that is left is told again as it passes.
 */
import { html, nothing } from "lit";
import { fill } from "../strings/strings.js";
import type { View } from "./host.js";

const MINUTE_MS = 60_000;

class Warnings {
  readonly #view: View;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(view: View) {
    this.#view = view;
  }

  render(): unknown {
    clearTimeout(this.#timer);
    const { host, strings, language } = this.#view;
    const warning = host.conversation?.warning;
    if (!warning) return nothing;
    if (warning.kind === "signedIn") return noticeTemplate("quiet", strings.signedIn);
    const left = warning.at - Date.now();
    if (left <= 0) return nothing;
    const minutes = Math.max(1, Math.round(left / MINUTE_MS));
    this.#timer = setTimeout(() => host.requestUpdate(), Math.min(left, MINUTE_MS / 2));
    return noticeTemplate("bad", fill(strings.expiring, { time: minutesOf(minutes, language) }));
  }
}

function noticeTemplate(tone: string, text: string): unknown {
  return html`<div part="notice" class="notice ${tone}"><span>${text}</span></div>`;
}

/** Such as "5 minutes", by the language's plural rules. */
function minutesOf(minutes: number, language: string): string {
  return new Intl.NumberFormat(language, { style: "unit", unit: "minute", unitDisplay: "long" }).format(minutes);
}

export function room(view: View): Warnings {
  return new Warnings(view);
}
