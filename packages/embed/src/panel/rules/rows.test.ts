import type { TranscriptMessage } from "@guestpass/messaging";
import { expect, test } from "vitest";
import { GROUP_GAP_MS, type Row, rowsOf } from "./rows.js";

const MINUTE = 60_000;
const dayOf = (at: number): string => String(Math.floor(at / (24 * 60 * MINUTE)));

function message(id: string, at: number, more: Partial<TranscriptMessage> = {}): TranscriptMessage {
  return { id, at, direction: "sent", status: "delivered", text: id, from: { bot: false }, content: [], ...more };
}

const received = (id: string, at: number, name = "Ann"): TranscriptMessage =>
  message(id, at, { direction: "received", from: { name, bot: false } });

const shape = (rows: Row[]): string[] =>
  rows.map((row) => {
    if (row.kind === "group") return `${row.direction}:${row.messages.map(({ id }) => id).join("+")}`;
    return row.kind === "ended" ? `ended:${row.reason}` : row.kind;
  });

const rows = (messages: TranscriptMessage[], breaks = new Map(), unread?: string): string[] =>
  shape(rowsOf(messages, breaks, unread, dayOf));

test("one sender's messages in a row are a group; another sender, or a pause, begins another", () => {
  expect(rows([message("a", 0), message("b", 1), received("c", 2), received("d", 3), message("e", 4)])).toEqual([
    "day",
    "sent:a+b",
    "received:c+d",
    "sent:e",
  ]);
  expect(rows([received("a", 0), received("b", 1, "Ben")])).toEqual(["day", "received:a", "received:b"]);
  expect(rows([message("a", 0), message("b", GROUP_GAP_MS - 1), message("c", 2 * GROUP_GAP_MS)])).toEqual([
    "day",
    "sent:a+b",
    "sent:c",
  ]);
});

test("a new day has its own line", () => {
  const day = 24 * 60 * MINUTE;
  expect(rows([message("a", day - 1), message("b", day)])).toEqual(["day", "sent:a", "day", "sent:b"]);
});

test("what is unread stands below a line, even within a group", () => {
  expect(rows([received("a", 0), received("b", 1), received("c", 2)], new Map(), "b")).toEqual([
    "day",
    "received:a",
    "unread",
    "received:b+c",
  ]);
  expect(rows([received("a", 0)], new Map(), "gone")).toEqual(["day", "received:a"]);
});

test("the end of a conversation stands after its last message, and what follows is another group", () => {
  expect(rows([message("a", 0), message("b", 1)], new Map([["a", "agent"]]))).toEqual([
    "day",
    "sent:a",
    "ended:agent",
    "sent:b",
  ]);
});

test("keys are different, so that no row is mistaken for another", () => {
  const keys = rowsOf(
    [message("a", 0), received("b", 1), message("c", 2)],
    new Map([["a", "agent" as const]]),
    "b",
    dayOf,
  ).map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
});

test("nothing said, nothing shown", () => {
  expect(rows([])).toEqual([]);
});
