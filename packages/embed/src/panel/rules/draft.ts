/**
 * What may be sent of what is typed. Pure: text in, a verdict out; nothing is ever cut.
 */
import { MESSAGE_TEXT_BYTES, utf8Bytes } from "@guestpass/protocol";

export interface Draft {
  /** Something other than white space is there, and it is not too long. */
  readonly sendable: boolean;
  /** Characters that must go before the text fits; 0 when it does. */
  readonly over: number;
}

export function judgeDraft(text: string): Draft {
  const trimmed = text.trim();
  const over = charactersOver(trimmed);
  return { sendable: trimmed !== "" && over === 0, over };
}

function charactersOver(text: string): number {
  if (text.length * 3 <= MESSAGE_TEXT_BYTES || utf8Bytes(text) <= MESSAGE_TEXT_BYTES) return 0;
  let bytes = 0;
  let over = 0;
  for (const character of text) {
    bytes += utf8Bytes(character);
    if (bytes > MESSAGE_TEXT_BYTES) over += 1;
  }
  return over;
}
