/** Attachments of a conversation: what may be attached, and the uploads, loaded when the first file is chosen. */
import { ATTACHMENT_KB, type DeploymentConfig, type OutboundFrame, type SessionResponse } from "@guestpass/protocol";
import type { Connection } from "./connection.js";
import type { AttachmentFile, AttachmentLimits, AttachOptions, UploadedAttachment } from "./contract.js";
import type { UploadHost } from "./io/uploads.js";
import type { ConversationPorts } from "./ports.js";

const ANSWER_TIMEOUT_MS = 15_000;

export interface AttachingHost {
  readonly ports: ConversationPorts;
  readonly connection: Connection;
  /** Resolves when there is a session to ask. */
  connect(): Promise<void>;
  limits(): AttachmentLimits;
}

/** What may be attached: the deployment's switch, and what the session's answer says of types and sizes. */
export function attachmentLimits(
  config: DeploymentConfig | null | undefined,
  session: SessionResponse | null,
): AttachmentLimits {
  const { fileTypes, maxFileSizeKB, blockedExtensions } = session ?? {};
  return {
    enabled: config?.fileUploadEnabled ?? fileTypes?.length !== 0,
    ...(fileTypes === undefined ? {} : { fileTypes }),
    maxFileSizeKB: maxFileSizeKB ?? ATTACHMENT_KB,
    blockedExtensions: blockedExtensions ?? [],
  };
}

export async function attach(
  host: AttachingHost,
  file: AttachmentFile,
  options: AttachOptions,
): Promise<UploadedAttachment> {
  const [{ upload }] = await Promise.all([import("./io/uploads.js"), host.connect()]);
  return upload(uploadHost(host), file, options);
}

export async function detach(host: AttachingHost, attachmentId: string): Promise<void> {
  const { remove } = await import("./io/uploads.js");
  return remove(uploadHost(host), attachmentId);
}

export async function renewAttachment(host: AttachingHost, attachmentId: string): Promise<string> {
  const [{ renew }] = await Promise.all([import("./io/uploads.js"), host.connect()]);
  return renew(uploadHost(host), attachmentId);
}

function uploadHost({ ports, connection, connect, limits }: AttachingHost): UploadHost {
  return {
    ports,
    limits: limits(),
    connect,
    ask(question, fits) {
      const frame: OutboundFrame & { tracingId: string } = { ...question, token: connection.frameToken };
      return connection.ask(frame, ANSWER_TIMEOUT_MS, fits);
    },
    expect: (timeoutMs, fits) => connection.expect(timeoutMs, fits),
  };
}
