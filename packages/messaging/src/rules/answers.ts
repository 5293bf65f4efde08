/** A guest's choice as a message, in the form that the stock Messenger sends. Loaded when the first is made. Pure. */
import type { OutboundContent, OutboundMessage } from "@guestpass/protocol";
import type { Answer } from "../contract.js";
import { OWN_ID_KEY } from "./transcript.js";

/** Throws a TypeError for a kind of answer that there is not. */
export function answerMessage(answer: Answer, id: string): OutboundMessage {
  const metadata: Record<string, string> = { [OWN_ID_KEY]: id };
  if ("messageId" in answer) metadata["parentMessageId"] = answer.messageId;
  const structured = (text: string, ...content: OutboundContent[]): OutboundMessage => ({
    type: "Structured",
    text,
    metadata,
    content,
  });
  switch (answer.kind) {
    case "quick-reply":
    case "postback": {
      const { text, payload } = answer;
      const type = answer.kind === "postback" ? "Button" : "QuickReply";
      return structured(text, { contentType: "ButtonResponse", buttonResponse: { type, text, payload } });
    }
    case "date": {
      const { dateTime, text = dateTime, messageId } = answer;
      const choice = { type: "DatePicker", text, payload: dateTime, originatingMessageId: messageId } as const;
      return structured(text, { contentType: "ButtonResponse", buttonResponse: choice });
    }
    case "list": {
      const type = "ListPicker" as const;
      const choices = answer.items.map(({ text, payload }): OutboundContent => {
        const buttonResponse = { type, text, payload, originatingMessageId: answer.messageId };
        return { contentType: "ButtonResponse", buttonResponse };
      });
      return structured(answer.items.map(({ text }) => text).join(", "), ...choices);
    }
    case "form": {
      const { messageId, cannedResponseId, response, text = "" } = answer;
      const canned = cannedResponseId === undefined ? {} : { cannedResponseId };
      return structured(text, {
        contentType: "Form",
        form: { originatingMessageId: messageId, ...canned, response },
      });
    }
    default:
      throw new TypeError("answer.kind must be quick-reply, postback, date, list or form");
  }
}
