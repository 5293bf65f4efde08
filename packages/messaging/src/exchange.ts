/**
 * What has been said and what is still to be said: the one writer of transcript and outbox. Knows messages and their
 * fate; of the connection only whether it may write now.
 *
 * A message goes a second time only when the platform certainly does not have it: it said so, or the history after a
 * reconnect does not show it.
 */
import type { OutboundMessage } from "@guestpass/protocol";
import type { TranscriptMessage } from "./contract.js";
import { MessagingError } from "./errors.js";
import type { Exchange, ExchangeHost, Outgoing } from "./rooms.js";
import { addAttributes } from "./rules/frames.js";
import { addOwn, amend, type Entries, type Merged, merge, TRANSCRIPT_LIMIT, unsent } from "./rules/transcript.js";

/** More than this waiting is refused. */
const OUTBOX_LIMIT = 500;
/** Failed messages that `retry` can still send. */
const FAILED_KEPT = 100;
/** No echo after this long: the connection counts as dead. */
const ECHO_TIMEOUT_MS = 10_000;
/** One try and one more, on connections that stood. */
const TIMEOUTS_MAX = 2;
export function createExchange(host: ExchangeHost): Exchange {
  const { settings, timers, emit } = host;
  const { clock } = settings.ports;
  let entries: Entries = [];
  let snapshot: readonly TranscriptMessage[] = [];
  let outbox: Outgoing[] = [];
  const failed = new Map<string, OutboundMessage>();
  /** Counts connections; each message remembers on which one it was learnt. */
  let epoch = 0;
  /** The last connection up to which nothing is missing: a catching up that was cut off leaves a gap behind it. */
  let solid = 0;
  let held = true;
  let due: Readonly<Record<string, string>> = {};
  /** Platform's clock minus ours, as the last live message showed it. */
  let offset = 0;

  const platformTime = () => clock.wall() + offset;
  const inState = (state: Outgoing["state"]) => outbox.find((item) => item.state === state);
  const hasDoubt = () => inState("doubtful") !== undefined;
  const find = (id: string) => outbox.find((item) => item.id === id);

  function set(next: Entries): void {
    if (next === entries) return;
    entries = next;
    snapshot = Object.freeze(entries.map(({ message }) => message));
    emit("change", { transcript: snapshot });
  }

  function mark(id: string, change: Partial<TranscriptMessage>): void {
    set(amend(entries, id, change));
  }

  function send(id: string, message: OutboundMessage): Promise<{ id: string }> {
    return new Promise((resolve, reject) => {
      const fresh = { state: "queued", writtenAt: 0, blind: false, timeouts: 0, returned: 0 } as const;
      outbox.push({ id, message, resolve, reject, said: platformTime(), ...fresh });
      pump();
    });
  }

  /** Writes what may go now, in order, and comes back when more may. */
  function pump(): void {
    timers.disarm("pump");
    for (;;) {
      const item = outbox.find(({ state }) => state !== "written");
      if (held || item?.state !== "queued") break;
      const { connection } = host;
      const { id } = item;
      const message = addAttributes(item.message, due);
      const wait = connection.write("message", {
        action: "onMessage",
        token: connection.frameToken,
        tracingId: id,
        message,
      });
      if (wait > 0) {
        if (Number.isFinite(wait)) timers.arm("pump", wait, pump);
        break;
      }
      item.state = "written";
      item.writtenAt = clock.now();
      item.blind = solid === 0;
      mark(id, { status: "sent" });
    }
    const first = inState("written");
    if (first) timers.arm("echo", first.writtenAt + ECHO_TIMEOUT_MS - clock.now(), overdue);
    else timers.disarm("echo");
  }

  /** The first that is on its way has had no echo in time. */
  function overdue(): void {
    const item = inState("written");
    if (!item) return;
    item.timeouts += 1;
    if (item.timeouts < TIMEOUTS_MAX) {
      host.connection.lose();
      return;
    }
    fail(item, new MessagingError("timeout", "The messenger did not answer"));
    pump();
  }

  function fail({ id, message, reject }: Outgoing, error: MessagingError): void {
    remove(id);
    failed.set(id, message);
    for (const [oldest] of failed) if (failed.size > FAILED_KEPT) failed.delete(oldest);
    mark(id, { status: "failed", error: { code: error.code, message: error.message } });
    reject(error);
  }

  function remove(id: string): void {
    outbox = outbox.filter((item) => item.id !== id);
  }

  /** Tells everybody who waits for it what the platform has said. */
  function learn({ outcome, entry }: Merged, announce: boolean): void {
    if (!entry) return;
    const { message } = entry;
    const { id } = message;
    const confirmed = outcome === "confirmed";
    if (confirmed || (outcome === "added" && announce)) emit("message", { message });
    if (!confirmed) return;
    const item = find(id);
    if (item?.state === "written") due = {};
    failed.delete(id);
    remove(id);
    item?.resolve({ id });
    pump();
  }

  return {
    get transcript() {
      return snapshot;
    },
    get isFull() {
      return entries.length >= TRANSCRIPT_LIMIT;
    },
    get hasDoubt() {
      return hasDoubt();
    },
    get knows() {
      return solid > 0;
    },
    get oldestWritten() {
      return inState("written")?.id;
    },
    platformTime,
    async say(id, message) {
      if (outbox.length >= OUTBOX_LIMIT) throw new MessagingError("message_rate_limited", "Too many messages wait");
      set(addOwn(entries, id, message.text ?? "", platformTime()));
      return send(id, message);
    },
    async retry(id) {
      const message = failed.get(id);
      if (!message) throw new TypeError("retry: no failed message has this id");
      failed.delete(id);
      mark(id, { status: "sending" });
      return send(id, message);
    },
    receive(message, tracingId) {
      const time = Date.parse(message.time);
      if (time) offset = time - clock.wall();
      const merged = merge(entries, { message, epoch, now: platformTime(), ...(tracingId && { tracingId }) });
      set(merged.entries);
      learn(merged, true);
    },
    merge(lay, announce) {
      const doubts = outbox
        .filter(({ state }) => state === "doubtful")
        .map(({ id, message, blind, said }) => ({ id, blind, text: message.text ?? "", at: said }));
      const laid = lay({ entries, doubts, epoch, solid, now: platformTime() });
      set(laid.entries);
      for (const merged of laid.merged) learn(merged, announce);
      return laid;
    },
    begin(attributes) {
      epoch += 1;
      held = true;
      due = attributes ?? due;
    },
    complete() {
      solid = epoch;
    },
    release(told) {
      held = false;
      for (const item of outbox.filter(({ state }) => state === "doubtful")) {
        if (told) item.state = "queued";
        else fail(item, new MessagingError("socket_closed", "The connection was lost"));
      }
      pump();
    },
    find,
    refuse(item, error) {
      fail(item, error);
      pump();
    },
    again(item) {
      item.state = "queued";
      mark(item.id, { status: "sending" });
      pump();
    },
    doubt,
    lost() {
      timers.disarm("pump", "echo", "doubt");
      doubt();
      held = true;
    },
    giveUp(error) {
      for (const item of outbox) fail(item, error);
    },
    wipe() {
      set(unsent(entries));
    },
  };

  function doubt(): boolean {
    for (const item of outbox) {
      if (item.state !== "written") continue;
      item.state = "doubtful";
      held = true;
    }
    return hasDoubt();
  }
}
