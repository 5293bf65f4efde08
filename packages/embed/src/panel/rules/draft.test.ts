import { MESSAGE_TEXT_BYTES } from "@guestpass/protocol";
import { expect, test } from "vitest";
import { judgeDraft } from "./draft.js";

test.each([
  ["", false, 0],
  [" \n\t ", false, 0],
  ["hi", true, 0],
  ["x".repeat(MESSAGE_TEXT_BYTES), true, 0],
  ["x".repeat(MESSAGE_TEXT_BYTES + 1), false, 1],
  ["ä".repeat(MESSAGE_TEXT_BYTES / 2 + 3), false, 3],
  ["🙏".repeat(MESSAGE_TEXT_BYTES / 4), true, 0],
  ["🙏".repeat(MESSAGE_TEXT_BYTES / 4 + 2), false, 2],
  [`${"x".repeat(MESSAGE_TEXT_BYTES)}\n\n  `, true, 0],
])("case %#", (text, sendable, over) => {
  expect(judgeDraft(text)).toEqual({ sendable, over });
});
