/** What may be attached to a message: the deployment's switch, and what the session's answer says of types and sizes. */
import { ATTACHMENT_KB, type ConversationConfig, type SessionResponse } from "@guestpass/protocol";
import type { AttachmentLimits } from "../contract.js";

export function attachmentLimits(
  config: ConversationConfig | null | undefined,
  session: SessionResponse | null,
): AttachmentLimits {
  const { fileTypes, maxFileSizeKB = ATTACHMENT_KB, blockedExtensions = [] } = session ?? {};
  const enabled = config?.fileUploadEnabled ?? fileTypes?.length !== 0;
  return { enabled, maxFileSizeKB, blockedExtensions, ...(fileTypes && { fileTypes }) };
}
