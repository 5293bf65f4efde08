/** Times that can be chosen, by day. What is chosen is sent as the instant; what is shown is the reader's own time. */
import type { Content } from "@guestpass/protocol";
import { html, nothing, type TemplateResult } from "lit";
import type { RichView } from "./rich-view.js";
import { safeImage } from "./safe-url.js";
import { format, timeOf } from "./times.js";

const WEEKDAY = { weekday: "long", day: "numeric", month: "long" } as const;
/** For what may be weeks away. */
const DAY_AND_TIME = { ...WEEKDAY, hour: "numeric", minute: "2-digit" } as const;

type DatePicker = Extract<Content, { contentType: "DatePicker" }>["datePicker"];

export function datePickerTemplate(
  picker: DatePicker,
  messageId: string,
  view: RichView,
  canAnswer: boolean,
): TemplateResult {
  const { title, subtitle, availableTimes } = picker;
  const { language, strings } = view;
  const image = safeImage(picker.imageUrl);
  const days = new Map<string, { at: number; dateTime: string }[]>();
  const times = availableTimes.map(({ dateTime }) => ({ at: Date.parse(dateTime), dateTime }));
  for (const { at, dateTime } of times.filter(({ at }) => !Number.isNaN(at)).sort((a, b) => a.at - b.at)) {
    const day = format(at, language, WEEKDAY);
    days.set(day, [...(days.get(day) ?? []), { at, dateTime }]);
  }
  return html`<div part="card" class="card picker" role="group" aria-label=${title ?? strings.pickTime}>
    ${image ? html`<img class="cover" src=${image} alt="" referrerpolicy="no-referrer" />` : nothing}
    <div class="words">
      <div class="card-title" dir="auto">${title ?? strings.pickTime}</div>
      ${subtitle ? html`<p dir="auto">${subtitle}</p>` : nothing}
    </div>
    ${[...days].map(
      ([day, slots]) => html`<div class="day-times" role="group" aria-label=${day}>
        <div class="day-name">${day}</div>
        ${slots.map(({ at, dateTime }) => {
          const text = format(at, language, DAY_AND_TIME);
          return html`<button
            class="chip"
            aria-label=${text}
            ?disabled=${!canAnswer}
            @click=${() => view.respond({ kind: "date", messageId, dateTime, text })}
          >
            ${timeOf(at, language)}
          </button>`;
        })}
      </div>`,
    )}
  </div>`;
}
