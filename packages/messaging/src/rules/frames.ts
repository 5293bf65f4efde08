/** The frames that a conversation sends, built from what it knows. Pure. */
import {
  type ConfigureAuthenticatedSession,
  type ConfigureSession,
  ECHO_TRACING_ID,
  type OutboundEvent,
  type OutboundEventBody,
  type OutboundFrame,
  type OutboundMessage,
} from "@guestpass/protocol";
import type { ConversationToken, SendOptions } from "../contract.js";
import { OWN_ID_KEY } from "./transcript.js";

type Without<Frame> = Frame extends OutboundFrame ? Omit<Frame, "token"> & { tracingId: string } : never;

/** A frame but for its token, which is the connection's business alone. */
export type Untold = Without<OutboundFrame>;

/** Who speaks: the newest token, and which guest API it is of. */
export interface Speaker {
  readonly token: ConversationToken;
  readonly guestApi: string;
  readonly deploymentId: string;
}

/** The `token` of every frame: the session token of web-messaging, else the guest's JWT itself. */
export function frameToken({ token, guestApi }: Speaker): string {
  return (guestApi === "web-messaging" && token.sessionToken) || token.token;
}

/** The first frame of a connection. A guest who is signed in to web-messaging shows the Genesys JWT besides. */
export function configureFrame(
  speaker: Speaker,
  startNew: boolean,
  tracingId: string,
): (ConfigureSession | ConfigureAuthenticatedSession) & { tracingId: string } {
  const { token, guestApi, deploymentId } = speaker;
  const base = { token: frameToken(speaker), tracingId, deploymentId, startNew };
  return guestApi === "web-messaging" && token.tokenType === "jwt"
    ? { action: "configureAuthenticatedSession", ...base, data: { code: token.token } }
    : { action: "configureSession", ...base };
}

/** A text, with attributes and an uploaded attachment where there are some. */
export function textMessage(text: string, { attributes, attachment }: SendOptions, id: string): OutboundMessage {
  const message: OutboundMessage = { type: "Text", text, metadata: { [OWN_ID_KEY]: id } };
  if (attachment) message.content = [{ contentType: "Attachment", attachment: { id: attachment } }];
  return addAttributes(message, attributes ?? {});
}

/** The message with attributes that are due besides its own, which win. */
export function addAttributes<Said extends Pick<OutboundMessage, "channel">>(
  message: Said,
  due: Readonly<Record<string, string>>,
): Said {
  const customAttributes = { ...due, ...message.channel?.metadata.customAttributes };
  return Object.keys(customAttributes).length > 0
    ? { ...message, channel: { metadata: { customAttributes } } }
    : message;
}

/** An event, with custom attributes where there are some. */
export function eventFrame(
  tracingId: string,
  event: OutboundEventBody,
  attributes: Readonly<Record<string, string>> = {},
): Untold {
  const message: OutboundEvent = { type: "Event", events: [event] };
  return { action: "onMessage", tracingId, message: addAttributes(message, attributes) };
}

export const ECHO: Untold = { action: "echo", tracingId: ECHO_TRACING_ID, message: { type: "Text", text: "ping" } };
