/**
 * What a client says on the Guest API socket. Each frame is one JSON object:
 * `action`, `token`, `tracingId?` and the fields of the action.
 * Source: messenger-transport-mobile-sdk 2.14.0 `shyrka/send/*`, web-messaging-sdk-java 18.1.0.
 */

interface Envelope<Action extends string> {
  action: Action;
  token: string;
  tracingId?: string;
}

export interface JourneyContext {
  customer: { id: string; idType: string };
  customerSession: { id: string; type: string };
  triggeringAction?: { id: string; actionMap: { id: string; version: number } };
}

export interface ConfigureSession extends Envelope<"configureSession"> {
  deploymentId: string;
  startNew: boolean;
  journeyContext?: JourneyContext;
}

export interface ConfigureAuthenticatedSession extends Envelope<"configureAuthenticatedSession"> {
  deploymentId: string;
  startNew: boolean;
  journeyContext?: JourneyContext;
  /** `code` holds the Genesys JWT, not the sign-in code. */
  data: { code: string };
}

export interface ButtonResponse {
  type: "Button" | "QuickReply" | "DatePicker" | "ListPicker" | "Form";
  text?: string;
  payload: string;
  originatingMessageId?: string;
}

export interface FormAnswer {
  originatingMessageId: string;
  cannedResponseId?: string;
  response: unknown[];
}

export type OutboundContent =
  | { contentType: "Attachment"; attachment: { id: string } }
  | { contentType: "ButtonResponse"; buttonResponse: ButtonResponse }
  | { contentType: "Form"; form: FormAnswer };

export interface OutboundChannel {
  metadata: { customAttributes: Record<string, string> };
}

export interface OutboundMessage {
  type: "Text" | "Structured";
  text?: string;
  content?: OutboundContent[];
  metadata?: Record<string, string>;
  channel?: OutboundChannel;
}

export type OutboundEventBody =
  | { eventType: "Presence"; presence: { type: "Join" | "Clear" } }
  | { eventType: "Typing"; typing: { type: "On" } };

export interface OutboundEvent {
  type: "Event";
  events: OutboundEventBody[];
  channel?: OutboundChannel;
}

export interface OnMessage extends Envelope<"onMessage"> {
  message: OutboundMessage | OutboundEvent;
  time?: string;
}

export interface Echo extends Envelope<"echo"> {
  message: { type: "Text"; text: string };
}

export interface OnAttachment extends Envelope<"onAttachment"> {
  attachmentId: string;
  fileName: string;
  fileType: string;
  /** Bytes. */
  fileSize: number;
  fileMd5?: string;
  errorsAsJson: true;
}

export type OutboundFrame =
  | ConfigureSession
  | ConfigureAuthenticatedSession
  | OnMessage
  | Echo
  | OnAttachment
  | (Envelope<"getAttachment"> & { attachmentId: string })
  | (Envelope<"deleteAttachment"> & { attachmentId: string })
  | Envelope<"getJwt">
  | (Envelope<"closeSession"> & { closeAllConnections: boolean })
  | (Envelope<"getConfiguration"> & { deploymentId: string });

export type OutboundAction = OutboundFrame["action"];
