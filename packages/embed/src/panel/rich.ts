/**
 * Rich content of a message: which room draws which piece, and whether it can still be answered. Loaded with the first
 * message that has any. Knows contents by their type; one of a later version is said, not hidden.
 */
import type { TranscriptMessage } from "@guestpass/messaging";
import type { Content } from "@guestpass/protocol";
import { html, nothing } from "lit";
import { attachmentTemplate } from "./attachment.js";
import { cardTemplate } from "./card.js";
import { carouselTemplate } from "./carousel.js";
import { datePickerTemplate } from "./date-picker.js";
import type * as FormRooms from "./form.js";
import type { View } from "./host.js";
import { ListChoice } from "./list-picker.js";
import { pickerStyles } from "./picker.styles.js";
import { type QuickReply, quickRepliesTemplate } from "./quick-replies.js";
import { richStyles } from "./rich.styles.js";
import { RichView } from "./rich-view.js";
import { adopt } from "./styles.js";

/** What this room needs to look as it should. */
export const styles = [richStyles, pickerStyles];

class Rich {
  readonly #view: RichView;
  /** What draws forms, once there is one. */
  #forms: typeof FormRooms | undefined;
  readonly #fills = new Map<string, FormRooms.FormFill>();
  readonly #choices = new Map<string, ListChoice>();

  constructor(view: View) {
    this.#view = new RichView(view);
  }

  render(message: TranscriptMessage): unknown {
    const view = this.#view;
    const replies = message.content.flatMap((item) => offerOf(item, message));
    const canAnswer = view.answerable(message);
    return html`${message.content.map((item) => this.#piece(item, message, canAnswer))}${
      replies.length > 0 && canAnswer ? quickRepliesTemplate(replies, view) : nothing
    }`;
  }

  #piece(item: Content, message: TranscriptMessage, canAnswer: boolean): unknown {
    const view = this.#view;
    switch (item.contentType) {
      case "QuickReply":
      case "ButtonResponse":
        // Quick replies stand together below; an answer's words are the message's own.
        return nothing;
      case "Card":
        return cardTemplate(item.card, view, canAnswer);
      case "Carousel":
        return carouselTemplate(item.cards, view, canAnswer);
      case "DatePicker":
        return datePickerTemplate(item.datePicker, message.id, view, canAnswer);
      case "ListPicker":
        return this.#choice(message.id).render(item.listPicker, canAnswer);
      case "Attachment":
        return attachmentTemplate(item.attachment, message.at, view);
      case "Form":
        return this.#forms ? this.#form(item.form, message) : this.#loadForms();
      case "Unknown":
        return message.text ? nothing : html`<div class="bubble unknown">${view.strings.notShown}</div>`;
    }
  }

  /** A form to fill in, or the guest's answer to one. */
  #form(form: Readonly<Record<string, unknown>>, message: TranscriptMessage): unknown {
    const rooms = this.#forms;
    if (message.direction === "sent") return rooms?.formAnswerTemplate(form, this.#view);
    let fill = this.#fills.get(message.id);
    if (!fill && rooms) {
      fill = new rooms.FormFill(message, form, this.#view);
      this.#fills.set(message.id, fill);
    }
    return fill?.render();
  }

  #loadForms(): void {
    const { host } = this.#view;
    const enter = (rooms: typeof FormRooms): void => {
      if (this.#forms) return;
      adopt(host.renderRoot, rooms.styles);
      this.#forms = rooms;
      host.requestUpdate();
    };
    import("./form.js").then(enter).catch(() => {});
  }

  /** What is ticked in a list stays ticked while the transcript is drawn anew. */
  #choice(messageId: string): ListChoice {
    let choice = this.#choices.get(messageId);
    if (!choice) {
      choice = new ListChoice(messageId, this.#view);
      this.#choices.set(messageId, choice);
    }
    return choice;
  }
}

/** A quick reply. Some bots offer them in the form in which a guest answers. */
function offerOf(item: Content, { direction }: TranscriptMessage): QuickReply[] {
  if (item.contentType === "QuickReply") return [item.quickReply];
  if (item.contentType !== "ButtonResponse" || direction === "sent") return [];
  const { type, text = "", payload = text } = item.buttonResponse;
  return type === "QuickReply" && text ? [{ text, payload }] : [];
}

export function room(view: View): Rich {
  return new Rich(view);
}
