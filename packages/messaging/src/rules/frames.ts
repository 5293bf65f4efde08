/** The frames that a conversation sends, built from what it knows. Pure. */
import type { OutboundFrame, OutboundMessage } from "@guestpass/protocol";
import { ECHO_TRACING_ID } from "@guestpass/protocol";
import type { Answer, ConversationToken, SendOptions } from "../contract.js";
import { OWN_ID_KEY } from "./transcript.js";

/** Who speaks: the newest token, and which guest API it is of. */
export interface Speaker {
  readonly token: ConversationToken;
  readonly guestApi: string;
  readonly deploymentId: string;
}

/** The `token` of every frame: the session token of web-messaging, else the guest's JWT itself. */
export function frameToken({ token, guestApi }: Pick<Speaker, "token" | "guestApi">): string {
  return guestApi === "web-messaging" ? (token.sessionToken ?? token.token) : token.token;
}

/** A guest that is signed in configures with its Genesys JWT. */
function isSignedIn({ token, guestApi }: Speaker): boolean {
  return guestApi === "web-messaging" && token.tokenType === "jwt";
}

/** Two tokens that the platform cannot tell apart need no second configureSession. */
export function sameToPlatform(one: Speaker, other: Speaker): boolean {
  return frameToken(one) === frameToken(other) && (!isSignedIn(other) || one.token.token === other.token.token);
}

export function configureFrame(speaker: Speaker, startNew: boolean, tracingId: string): OutboundFrame {
  const base = { token: frameToken(speaker), tracingId, deploymentId: speaker.deploymentId, startNew };
  return isSignedIn(speaker)
    ? { action: "configureAuthenticatedSession", ...base, data: { code: speaker.token.token } }
    : { action: "configureSession", ...base };
}

/** A text, with attributes and an uploaded attachment where there are some. */
export function textMessage(text: string, options: SendOptions, id: string): OutboundMessage {
  const { attributes, attachment } = options;
  return {
    type: "Text",
    text,
    metadata: { [OWN_ID_KEY]: id },
    ...(attachment === undefined
      ? {}
      : { content: [{ contentType: "Attachment", attachment: { id: attachment } } as const] }),
    ...(attributes === undefined ? {} : withAttributes(attributes)),
  };
}

/** The message with attributes that are due besides its own, which win. */
export function addAttributes(message: OutboundMessage, due: Readonly<Record<string, string>>): OutboundMessage {
  const all = { ...due, ...message.channel?.metadata.customAttributes };
  return Object.keys(all).length > 0 ? { ...message, ...withAttributes(all) } : message;
}

function withAttributes(customAttributes: Record<string, string>): Pick<Required<OutboundMessage>, "channel"> {
  return { channel: { metadata: { customAttributes } } };
}

/** A guest's choice, in the form that the stock Messenger sends. */
export function answerMessage(answer: Answer, id: string): OutboundMessage {
  const metadata: Record<string, string> = { [OWN_ID_KEY]: id };
  if ("messageId" in answer) metadata["parentMessageId"] = answer.messageId;
  const structured = (text: string, content: OutboundMessage["content"] & object): OutboundMessage => ({
    type: "Structured",
    text,
    metadata,
    content,
  });
  switch (answer.kind) {
    case "quick-reply":
    case "postback": {
      const type = answer.kind === "postback" ? "Button" : "QuickReply";
      const { text, payload } = answer;
      return structured(text, [{ contentType: "ButtonResponse", buttonResponse: { type, text, payload } }]);
    }
    case "date": {
      const text = answer.text ?? answer.dateTime;
      const buttonResponse = {
        type: "DatePicker",
        text,
        payload: answer.dateTime,
        originatingMessageId: answer.messageId,
      } as const;
      return structured(text, [{ contentType: "ButtonResponse", buttonResponse }]);
    }
    case "list":
      return structured(
        answer.items.map((item) => item.text).join(", "),
        answer.items.map(({ text, payload }) => ({
          contentType: "ButtonResponse",
          buttonResponse: { type: "ListPicker", text, payload, originatingMessageId: answer.messageId },
        })),
      );
    case "form":
      return structured(answer.text ?? "", [
        {
          contentType: "Form",
          form: {
            originatingMessageId: answer.messageId,
            ...(answer.cannedResponseId === undefined ? {} : { cannedResponseId: answer.cannedResponseId }),
            response: answer.response,
          },
        },
      ]);
    default:
      throw new TypeError("answer.kind must be quick-reply, postback, date, list or form");
  }
}

export function messageFrame(token: string, message: OutboundMessage, tracingId: string): OutboundFrame {
  return { action: "onMessage", token, tracingId, message };
}

/** The guest is here, or ends the conversation. */
export function presenceFrame(
  token: string,
  type: "Join" | "Clear",
  tracingId: string,
  attributes: Readonly<Record<string, string>>,
): OutboundFrame {
  const channel = Object.keys(attributes).length > 0 ? withAttributes({ ...attributes }) : {};
  const message = { type: "Event", events: [{ eventType: "Presence", presence: { type } }], ...channel } as const;
  return { action: "onMessage", token, tracingId, message: { ...message, events: [...message.events] } };
}

export function typingFrame(token: string, tracingId: string): OutboundFrame {
  return {
    action: "onMessage",
    token,
    tracingId,
    message: { type: "Event", events: [{ eventType: "Typing", typing: { type: "On" } }] },
  };
}

export function echoFrame(token: string): OutboundFrame {
  return { action: "echo", token, tracingId: ECHO_TRACING_ID, message: { type: "Text", text: "ping" } };
}
