/**
 * Attachments: a file is announced on the socket, brought to the address that the platform signs for it, and confirmed
 * on the socket. Loaded when the first file is chosen. Knows no message; `send` takes the id.
 */
import type { InboundFrame, OnAttachment } from "@guestpass/protocol";
import type { AttachmentFile, AttachmentLimits, AttachOptions, UploadedAttachment } from "../contract.js";
import { MessagingError } from "../errors.js";
import type { Clock, ConversationPorts } from "../ports.js";
import { fileRefusal, mimeType } from "../rules/files.js";
import { refusal } from "../rules/refusal.js";
import type { Reply } from "./asks.js";
import { cancelled, transfer } from "./transfer.js";

/** Announced and not confirmed for this long has failed. */
const LONGEST_MS = 900_000;
/** From the last byte to the platform's word that it has the file. */
const CONFIRM_TIMEOUT_MS = 30_000;

/** A frame about an attachment, but for the token, which is none of this room's business. */
type Question = { tracingId: string } & (
  | Omit<OnAttachment, "token" | "tracingId">
  | { action: "getAttachment" | "deleteAttachment"; attachmentId: string }
);

export interface UploadHost {
  readonly ports: Pick<ConversationPorts, "clock" | "fetch" | "uuid">;
  readonly limits: AttachmentLimits;
  ask(question: Question, fits: (frame: InboundFrame) => boolean): Promise<Reply>;
  /** Resolves when there is a session to ask. */
  connect(): Promise<void>;
  /** Waits for a frame that comes unasked. */
  expect(timeoutMs: number, fits: (frame: InboundFrame) => boolean): Promise<Reply>;
}

export async function upload(
  host: UploadHost,
  file: AttachmentFile,
  { signal, onProgress }: AttachOptions,
): Promise<UploadedAttachment> {
  const { ports } = host;
  const refused = fileRefusal(file, host.limits);
  if (refused) throw refused;
  stopIfAborted(signal);
  const id = ports.uuid();
  const type = mimeType(file);
  const announced = await host.ask(
    {
      action: "onAttachment",
      tracingId: ports.uuid(),
      attachmentId: id,
      fileName: file.name,
      fileType: type,
      fileSize: file.size,
      errorsAsJson: true,
    },
    (frame) => isAbout(frame, id),
  );
  const place = presigned(announced);
  try {
    stopIfAborted(signal);
    // The platform may confirm before the transfer's own answer is read.
    const confirmed = host.expect(LONGEST_MS, (frame) => isAbout(frame, id));
    await transfer(ports, file, type, place, { ...(signal && { signal }), ...(onProgress && { onProgress }) });
    const word = await Promise.race([confirmed, later(ports.clock, CONFIRM_TIMEOUT_MS)]);
    stopIfAborted(signal);
    if (word && word.kind !== "upload-success") throw failure(word);
    // The word may have been lost with a connection: an attachment that has an address is there.
    const url = word ? word.downloadUrl : await host.connect().then(() => renew(host, id));
    return { id, name: file.name, type, size: file.size, url };
  } catch (error) {
    // What the platform may have by now nobody will send.
    remove(host, id).catch(() => {});
    throw error;
  }
}

/** Deletes an attachment that has not been sent. */
export async function remove(host: UploadHost, attachmentId: string): Promise<void> {
  const frame = { action: "deleteAttachment", tracingId: host.ports.uuid(), attachmentId } as const;
  const reply = await host.ask(frame, (answer) => isAbout(answer, attachmentId));
  if (reply?.kind !== "attachment-deleted") throw failure(reply);
}

/** A fresh address of an attachment. */
export async function renew(host: UploadHost, attachmentId: string): Promise<string> {
  const frame = { action: "getAttachment", tracingId: host.ports.uuid(), attachmentId } as const;
  return presigned(await host.ask(frame, (answer) => isAbout(answer, attachmentId))).url;
}

type Place = Extract<InboundFrame, { kind: "presigned-url" }>;

function presigned(reply: Reply): Place {
  if (reply?.kind === "presigned-url" && /^https?:/.test(reply.url)) return reply;
  throw failure(reply);
}

function failure(reply: Reply): MessagingError {
  if (reply?.kind === "upload-failure") return refusal(reply.errorCode, reply.errorMessage, "upload_failed");
  if (reply?.kind === "error") return refusal(reply.code, reply.text, "upload_failed");
  if (reply?.kind === "too-many-requests") return refusal(429, reply.errorMessage);
  return new MessagingError("upload_failed", "The messenger did not answer about the attachment.");
}

function isAbout(frame: InboundFrame, attachmentId: string): boolean {
  return "attachmentId" in frame && frame.attachmentId === attachmentId;
}

function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled();
}

function later(clock: Clock, delayMs: number): Promise<null> {
  return new Promise((resolve) => void clock.after(delayMs, () => resolve(null)));
}
