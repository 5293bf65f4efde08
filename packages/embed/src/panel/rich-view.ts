/** What the rooms of rich content draw with. Shapes alone. */
import type { Answer, TranscriptMessage } from "@guestpass/messaging";
import type { View } from "./host.js";

export interface RichView extends View {
  /** The visitor may answer this message: nothing of theirs has come after it. */
  answerable(message: TranscriptMessage): boolean;
  /** Anything may be written at all. */
  readonly writable: boolean;
  /** Moves the focus to where the visitor writes. */
  focusInput(): void;
  respond(answer: Answer): void;
  /** A fresh URL of an attachment whose link has expired. */
  renew(attachmentId: string): Promise<string>;
}
