import { decodeMessage, type StructuredMessage } from "@guestpass/protocol";
import { describe, expect, it } from "vitest";
import { type Known, layPage } from "./pages.js";
import { addOwn, amend, type Entries, merge, TRANSCRIPT_LIMIT, unsent } from "./transcript.js";

const T0 = Date.parse("2026-01-01T10:00:00.000Z");

/** A message of the platform `seconds` after ten. */
function said(id: string, seconds: number, more: Record<string, unknown> = {}): StructuredMessage {
  const message = decodeMessage({
    id,
    type: "Text",
    text: id,
    direction: "Outbound",
    originatingEntity: "Human",
    channel: { time: new Date(T0 + seconds * 1000).toISOString(), from: { nickname: "Ann" } },
    ...more,
  });
  if (!message) throw new Error("no message");
  return message;
}

const own = (id: string, seconds: number, metadata = {}) =>
  said(`server-${id}`, seconds, { direction: "Inbound", text: id, metadata });

function mergeAll(...messages: StructuredMessage[]): Entries {
  return messages.reduce<Entries>((entries, message) => merge(entries, { message, epoch: 1, now: T0 }).entries, []);
}

const texts = (entries: Entries) => entries.map(({ message }) => message.text);

describe("merge", () => {
  it("sorts by the platform's time, whatever the order of arrival", () => {
    expect(texts(mergeAll(said("c", 3), said("a", 1), said("b", 2)))).toEqual(["a", "b", "c"]);
  });

  it("keeps the order of arrival where the time is the same", () => {
    expect(texts(mergeAll(said("x", 1), said("y", 1), said("z", 1)))).toEqual(["x", "y", "z"]);
  });

  it("knows a second copy, by the channel's message id before the id", () => {
    const first = said("a", 1, { channel: { time: new Date(T0).toISOString(), messageId: "uuid" } });
    const again = { ...first, id: "other" };
    const entries = mergeAll(first);
    expect(merge(entries, { message: again, epoch: 2, now: T0 })).toMatchObject({ outcome: "known" });
    expect(mergeAll(first, again)).toHaveLength(1);
  });

  it("keeps place, id and age of what is known, and takes what a later copy knows more", () => {
    const entries = mergeAll(said("a", 1), said("b", 2));
    const { entries: after } = merge(entries, { message: said("a", 9, { text: "a, edited" }), epoch: 5, now: T0 });
    expect(texts(after)).toEqual(["a, edited", "b"]);
    expect(after[0]).toMatchObject({ epoch: 1, message: { id: "a", at: T0 + 1000 } });
  });

  it.each([
    ["its tracing id", own("t1", 5), "t1"],
    ["the id that it carries", own("t1", 5, { customMessageId: "t1" }), undefined],
  ])("confirms an own message by %s, and moves it to its time", (_name, message, tracingId) => {
    const waiting = addOwn(mergeAll(said("a", 1), said("z", 9)), "t1", "t1", T0);
    expect(texts(waiting)).toEqual(["a", "z", "t1"]);
    const merged = merge(waiting, { message, epoch: 1, now: T0, ...(tracingId ? { tracingId } : {}) });
    expect(merged.outcome).toBe("confirmed");
    expect(texts(merged.entries)).toEqual(["a", "t1", "z"]);
    expect(merged.entry?.message).toMatchObject({ id: "t1", status: "delivered", at: T0 + 5000 });
  });

  it("does not take an agent's message for an own one", () => {
    const waiting = addOwn([], "t1", "t1", T0);
    const merged = merge(waiting, { message: said("t1", 1), epoch: 1, now: T0, tracingId: "t1" });
    expect(merged.outcome).toBe("added");
  });

  it("takes another tab's message as sent", () => {
    const [entry] = mergeAll(own("hello", 1));
    expect(entry?.message).toMatchObject({ direction: "sent", status: "delivered", text: "hello", id: "server-hello" });
  });

  it.each(["Event", "Receipt"])("leaves out what is a %s", (type) => {
    expect(merge([], { message: said("e", 1, { type }), epoch: 1, now: T0 }).outcome).toBe("ignored");
  });

  it("leaves out what says nothing", () => {
    expect(merge([], { message: said("e", 1, { text: "" }), epoch: 1, now: T0 }).outcome).toBe("ignored");
  });

  it("shows what a guest chose, where the platform left the text empty", () => {
    const content = ["Black", "Green"].map((text) => ({
      contentType: "ButtonResponse",
      buttonResponse: { type: "ListPicker", text, payload: text },
    }));
    expect(texts(mergeAll(said("x", 1, { text: "", content })))).toEqual(["Black, Green"]);
  });

  it.each([
    [{ nickname: "Ann", firstName: "Anna" }, "Ann"],
    [{ firstName: "Anna", lastName: "Lee" }, "Anna Lee"],
    [{ lastName: "Lee" }, "Lee"],
    [{}, undefined],
  ])("names the sender of %j", (from, name) => {
    const [entry] = mergeAll(said("a", 1, { channel: { time: new Date(T0).toISOString(), from } }));
    expect(entry?.message.from.name).toBe(name);
  });

  it("gives a message without a time the time of now", () => {
    const { entries } = merge([], { message: said("a", 1, { channel: {} }), epoch: 1, now: T0 + 7 });
    expect(entries[0]?.message.at).toBe(T0 + 7);
  });

  it("keeps no more than its limit: the oldest go", () => {
    const many = Array.from({ length: TRANSCRIPT_LIMIT }, (_, index) => said(`m${index}`, index));
    const full = many.flatMap((message) => merge([], { message, epoch: 1, now: T0 }).entries);
    const { entries } = merge(full, { message: said("new", 1e6), epoch: 1, now: T0 });
    expect(entries).toHaveLength(TRANSCRIPT_LIMIT);
    expect(texts(entries).at(0)).toBe("m1");
    expect(texts(entries).at(-1)).toBe("new");
  });
});

describe("own messages", () => {
  it("that fail take the place of their time; sent again they go to the end", () => {
    const entries = merge(addOwn(mergeAll(said("a", 1)), "t1", "mine", T0 + 2000), {
      message: said("b", 3),
      epoch: 1,
      now: T0,
    }).entries;
    expect(texts(entries)).toEqual(["a", "b", "mine"]);
    const error = { code: "timeout", message: "late" };
    const failed = amend(entries, "t1", { status: "failed", error });
    expect(texts(failed)).toEqual(["a", "mine", "b"]);
    expect(failed[1]?.message).toMatchObject({ status: "failed", error });
    const again = amend(failed, "t1", { status: "sending" });
    expect(texts(again)).toEqual(["a", "b", "mine"]);
    expect(again[2]?.message).not.toHaveProperty("error");
  });

  it("are all that stays of a wiped conversation, while the platform has not had them", () => {
    expect(texts(unsent(addOwn(mergeAll(said("a", 1), own("b", 2)), "t1", "mine", T0)))).toEqual(["mine"]);
  });

  it("that are not there change nothing", () => {
    const entries = mergeAll(said("a", 1));
    expect(amend(entries, "a", { status: "failed" })).toBe(entries);
    expect(amend(entries, "x", { status: "failed" })).toBe(entries);
  });
});

describe("a page of history", () => {
  const page = (...messages: StructuredMessage[]) => ({
    messages,
    pageNumber: 1,
    pageSize: 25,
    total: 99,
    pageCount: 4,
  });
  const known = (entries: Entries, more: Partial<Known> = {}): Known => ({
    entries,
    doubts: [],
    epoch: 2,
    solid: 1,
    now: T0,
    ...more,
  });

  it("is laid in its order, also where all times are the same", () => {
    const laid = layPage(page(said("c", 1), said("b", 1), said("a", 1)), known([]));
    expect(texts(laid.entries)).toEqual(["a", "b", "c"]);
    expect(laid.added).toBe(3);
    expect(laid.merged.map(({ entry }) => entry?.message.text)).toEqual(["a", "b", "c"]);
    const older = layPage(page(said("z", 1), said("y", 1)), known(laid.entries), laid.oldest);
    expect(texts(older.entries)).toEqual(["y", "z", "a", "b", "c"]);
  });

  it("overlaps when its oldest was known without a gap", () => {
    const entries = mergeAll(said("a", 1));
    expect(layPage(page(said("b", 2), said("a", 1)), known(entries)).overlap).toBe(true);
    expect(layPage(page(said("b", 2), said("a", 1)), known(entries, { solid: 0 })).overlap).toBe(false);
    expect(layPage(page(said("a", 1), said("b", 0.5)), known(entries)).overlap).toBe(false);
    expect(layPage(page(), known(entries)).overlap).toBe(false);
  });

  const doubt = (id: string, text: string, blind = false) => ({
    id,
    message: { type: "Text" as const, text },
    blind,
  });

  it("confirms doubtful messages by their text, each copy one", () => {
    const entries = addOwn(addOwn([], "t1", "ok", T0), "t2", "ok", T0);
    const doubts = [doubt("t1", "ok"), doubt("t2", "ok")];
    const history = page(own("ok", 6), said("server-ok1", 5, { direction: "Inbound", text: "ok" }));
    const laid = layPage(history, known(entries, { doubts }));
    expect(laid.merged.map(({ outcome, entry }) => [outcome, entry?.message.id])).toEqual([
      ["confirmed", "t1"],
      ["confirmed", "t2"],
    ]);
  });

  it.each([
    ["carries another id", own("ok", 5, { customMessageId: "other" }), doubt("t1", "ok")],
    ["is the agent's", said("ok", 5), doubt("t1", "ok")],
    ["may be of long ago", own("ok", 5), doubt("t1", "ok", true)],
    ["says something else", own("no", 5), doubt("t1", "ok")],
  ])("does not take a message for a doubtful one that %s", (_name, message, one) => {
    const laid = layPage(page(message), known(addOwn([], "t1", "ok", T0), { doubts: [one] }));
    expect(laid.merged[0]?.outcome).toBe("added");
  });

  it("settles doubts when it reaches well behind them", () => {
    const doubts = [doubt("t1", "ok")];
    const entries = addOwn([], "t1", "ok", T0 + 200_000);
    expect(layPage(page(said("b", 300), said("a", 190)), known(entries, { doubts })).settles).toBe(false);
    expect(layPage(page(said("b", 300), said("a", 100)), known(entries, { doubts })).settles).toBe(true);
    expect(layPage(page(said("b", 300)), known(entries)).settles).toBe(true);
  });
});
