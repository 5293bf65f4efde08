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
import type { Exchange, ExchangeHost } from "./rooms.js";
import { addAttributes } from "./rules/frames.js";
import type { Outgoing } from "./rules/outgoing.js";
import { addOwn, amend, type Entries, type Merged, merge, unsent } from "./rules/transcript.js";

/** More than this without the platform's confirmation is refused. */
const OUTBOX_LIMIT = 500;
/** Failed messages that `retry` can still send. */
const FAILED_KEPT = 100;
/** No echo after this long: the connection counts as dead. */
const ECHO_TIMEOUT_MS = 10_000;
export function createExchange(host: ExchangeHost): Exchange {
  const { settings, timers, emit } = host;
  const { clock } = settings.ports;
  let entries: Entries = [];
  let transcript: readonly TranscriptMessage[] = [];
  /** What the platform has not confirmed, by id, in the order in which it goes. */
  const outbox = new Map<string, Outgoing>();
  /** Counts connections; each message remembers on which one it was learnt. */
  let epoch = 0;
  /** The last connection up to which nothing is missing: a catching up that was cut off leaves a gap behind it. */
  let solid = 0;
  let held = true;
  /** Attributes that go with the next message. */
  let due = settings.customAttributes;
  /** Platform's clock minus ours, as the last live message showed it. */
  let offset = 0;

  const platformTime = () => clock.wall() + offset;
  const all = (...states: Outgoing["state"][]) => [...outbox.values()].filter(({ state }) => states.includes(state));

  function set(next: Entries): void {
    if (next === entries) return;
    entries = next;
    transcript = Object.freeze(entries.map(({ message }) => message));
    emit("change", { transcript });
  }

  function mark(id: string, change: Partial<TranscriptMessage>): void {
    set(amend(entries, id, change));
  }

  function send(id: string, message: OutboundMessage): Promise<{ id: string }> {
    return new Promise((resolve, reject) => {
      outbox.set(id, { id, message, resolve, reject, state: "queued", writtenAt: 0 });
      pump();
    });
  }

  /** Writes what may go now, in order, and comes back when more may. */
  function pump(): void {
    timers.disarm("pump", "echo");
    // Looked up anew each time: whoever hears of the change may say more.
    for (let [item] = all("queued"); item && !held; [item] = all("queued")) {
      const message = addAttributes(item.message, due);
      const wait = host.connection.write("message", { action: "onMessage", tracingId: item.id, message });
      if (wait > 0) {
        if (Number.isFinite(wait)) timers.arm("pump", wait, pump);
        break;
      }
      item.state = "written";
      item.writtenAt = clock.now();
      item.blind = solid === 0;
      mark(item.id, { status: "sent" });
    }
    const [first] = all("written");
    if (first) timers.arm("echo", first.writtenAt + ECHO_TIMEOUT_MS - clock.now(), () => overdue(first));
  }

  /** The first that is on its way has had no echo in time. */
  function overdue(item: Outgoing): void {
    // One try and one more, on connections that stood.
    if (item.late) refuse(item, new MessagingError("timeout", "The messenger did not answer"));
    else {
      item.late = true;
      host.connection.lose();
    }
  }

  function fail(item: Outgoing, error: MessagingError): void {
    const { code, message } = error;
    item.state = "failed";
    const [oldest, ...others] = all("failed");
    if (oldest && others.length >= FAILED_KEPT) outbox.delete(oldest.id);
    mark(item.id, { status: "failed", error: { code, message } });
    item.reject(error);
  }

  function refuse(item: Outgoing, error: MessagingError): void {
    fail(item, error);
    pump();
  }

  /** Tells everybody who waits for it what the platform has said. */
  function learn({ outcome, entry }: Merged, announce: boolean): void {
    if (!entry) return;
    const { message } = entry;
    const { id } = message;
    const confirmed = outcome === "confirmed";
    if (confirmed || (outcome === "added" && announce)) emit("message", { message });
    if (!confirmed) return;
    const item = outbox.get(id);
    if (item?.state === "written") due = {};
    outbox.delete(id);
    item?.resolve({ id });
    pump();
  }

  function release(told: boolean, whole = false): void {
    held = false;
    if (whole) solid = epoch;
    for (const item of all("doubtful")) {
      if (told) item.state = "queued";
      else fail(item, new MessagingError("socket_closed", "The connection was lost"));
    }
    pump();
  }

  function doubt(): boolean {
    for (const item of all("written")) item.state = "doubtful";
    const isThere = all("doubtful").length > 0;
    held ||= isThere;
    return isThere;
  }

  return {
    get transcript() {
      return transcript;
    },
    get knows() {
      return solid > 0;
    },
    platformTime,
    async say(id, message) {
      if (outbox.size >= OUTBOX_LIMIT) throw new MessagingError("message_rate_limited", "Too many messages wait");
      set(addOwn(entries, id, message.text ?? "", platformTime()));
      return send(id, message);
    },
    async retry(id) {
      const item = outbox.get(id);
      if (item?.state !== "failed") throw new TypeError("retry: no failed message has this id");
      outbox.delete(id);
      mark(id, { status: "sending" });
      return send(id, item.message);
    },
    receive(message, tracingId) {
      const time = Date.parse(message.time);
      if (time) offset = time - clock.wall();
      const merged = merge(entries, { message, epoch, now: platformTime(), ...(tracingId && { tracingId }) });
      set(merged.entries);
      learn(merged, true);
    },
    merge(lay, announce) {
      const laid = lay({ entries, doubts: all("doubtful"), epoch, solid, now: platformTime() });
      set(laid.entries);
      for (const merged of laid.merged) learn(merged, announce);
      return laid;
    },
    begin(isNew) {
      epoch += 1;
      held = true;
      if (isNew) due = settings.customAttributes;
      if (isNew || all("doubtful").length === 0) release(isNew, isNew);
    },
    release,
    all,
    mark,
    pump,
    refuse,
    doubt,
    lost() {
      timers.disarm("pump", "echo", "doubt");
      doubt();
      held = true;
    },
    giveUp(error) {
      for (const item of all("queued", "written", "doubtful")) fail(item, error);
    },
    wipe() {
      set(unsent(entries));
    },
  };
}
