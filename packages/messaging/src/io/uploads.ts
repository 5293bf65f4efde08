/**
 * Attachments: a file is announced on the socket, brought to the address that the platform signs for it, and confirmed
 * on the socket. Loaded when the first file is chosen. Knows no message; `send` takes the id.
 */
import { decodeSession, type InboundFrame } from "@guestpass/protocol";
import type { AttachmentFile, AttachmentLimits, AttachOptions, UploadedAttachment } from "../contract.js";
import { MessagingError } from "../errors.js";
import type { Settings } from "../options.js";
import type { Clock } from "../ports.js";
import type { Connection } from "../rooms.js";
import { fileRefusal, mimeType } from "../rules/files.js";
import type { Untold } from "../rules/frames.js";
import { refusal } from "../rules/refusal.js";
import type { Reply } from "./asks.js";
import { cancelled, transfer } from "./transfer.js";

const ANSWER_TIMEOUT_MS = 15_000;
/** Announced and not confirmed for this long has failed. */
const LONGEST_MS = 900_000;
/** From the last byte to the platform's word that it has the file. */
const CONFIRM_TIMEOUT_MS = 30_000;

export interface UploadHost {
  readonly settings: Settings;
  readonly connection: Pick<Connection, "ask" | "expect">;
  /** What may be attached. */
  limits(): AttachmentLimits;
  /** Resolves when there is a session to ask. */
  connect(): Promise<void>;
}

export async function upload(
  host: UploadHost,
  file: AttachmentFile,
  { signal, onProgress }: AttachOptions,
): Promise<UploadedAttachment> {
  await host.connect();
  const { ports } = host.settings;
  const refused = fileRefusal(file, await allowed(host));
  if (refused) throw refused;
  stopIfAborted(signal);
  const id = ports.uuid();
  const type = mimeType(file);
  const announced = await ask(
    host,
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
    const confirmed = new Promise<Reply>((resolve) =>
      host.connection.expect(ports.uuid(), LONGEST_MS, (frame) => isAbout(frame, id), resolve),
    );
    await transfer(ports, file, type, place, { ...(signal && { signal }), ...(onProgress && { onProgress }) });
    const word = await Promise.race([confirmed, later(ports.clock, CONFIRM_TIMEOUT_MS)]);
    stopIfAborted(signal);
    if (word && word.kind !== "upload-success") throw failure(word);
    // The word may have been lost with a connection: an attachment that has an address is there.
    const url = word ? word.downloadUrl : await renew(host, id);
    return { id, name: file.name, type, size: file.size, url };
  } catch (error) {
    // What the platform may have by now nobody will send.
    remove(host, id).catch(() => {});
    throw error;
  }
}

/** What may be attached, as the session's answer has said; where it has not, the deployment's configuration is asked for. */
async function allowed({ settings, connection, limits }: UploadHost): Promise<AttachmentLimits> {
  const known = limits();
  if (known.fileTypes || !known.enabled) return known;
  const { deploymentId, ports } = settings;
  const frame = { action: "getConfiguration", tracingId: ports.uuid(), deploymentId } as const;
  const reply = await ask({ connection }, frame, ({ kind }) => kind === "configuration");
  if (reply?.kind !== "configuration") return known;
  const { fileTypes, maxFileSizeKB, blockedExtensions } = decodeSession(reply.configuration);
  return {
    ...known,
    ...(fileTypes && { fileTypes }),
    ...(maxFileSizeKB && { maxFileSizeKB }),
    ...(blockedExtensions && { blockedExtensions }),
  };
}

/** Deletes an attachment that has not been sent. */
export async function remove(host: UploadHost, attachmentId: string): Promise<void> {
  const frame = { action: "deleteAttachment", tracingId: host.settings.ports.uuid(), attachmentId } as const;
  const reply = await ask(host, frame, (answer) => isAbout(answer, attachmentId));
  if (reply?.kind !== "attachment-deleted") throw failure(reply);
}

/** A fresh address of an attachment. */
export async function renew(host: UploadHost, attachmentId: string): Promise<string> {
  await host.connect();
  const frame = { action: "getAttachment", tracingId: host.settings.ports.uuid(), attachmentId } as const;
  const reply = await ask(host, frame, (answer) => isAbout(answer, attachmentId));
  // After a lost connection the word of success may come late, and before the answer: it has the address, too.
  return reply?.kind === "upload-success" ? reply.downloadUrl : presigned(reply).url;
}

function ask(
  { connection }: Pick<UploadHost, "connection">,
  question: Untold,
  fits: (frame: InboundFrame) => boolean,
): Promise<Reply> {
  return new Promise((resolve) => connection.ask(question, ANSWER_TIMEOUT_MS, fits, resolve));
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
