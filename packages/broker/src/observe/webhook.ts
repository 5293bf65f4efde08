/**
 * Tells somebody else of each issuance: a CloudEvent, signed as Standard Webhooks are, sent beside the answers. What
 * cannot be delivered is tried again for a while and then dropped, and it is said.
 */
import { createHmac } from "node:crypto";
import { nanoid } from "nanoid";
import { followSecret } from "../followed-secret.js";
import type { WebhookOptions } from "../options.js";
import { createRequest } from "../platform/request.js";
import { createTransport } from "../platform/transport.js";
import type { BrokerPorts } from "../ports.js";
import type { AuditRecord } from "./audit-record.js";
import { Metrics } from "./metrics.js";

export const EVENT_TYPE = "GUEST_TOKEN_PROVISIONED";
const TIMEOUT_MS = 5000;
/** All tries of one event, ms: receivers refuse older signatures. */
const DEADLINE_MS = 120_000;
const TRIES = 6;
const MAX_WAITING = 1000;
const AT_A_TIME = 4;

export interface Webhook {
  publish(record: AuditRecord): void;
  /** Waits for what is under way, for that long at most; then what is left is dropped. */
  close(drainMs: number): Promise<void>;
}

export interface WebhookDependencies {
  ports: BrokerPorts;
  metrics: Metrics;
  warn(message: string): void;
}

/** The key of a `whsec_` secret, with or without its prefix; a text that is no base64 is a key itself. */
export function signingKey(secret: string): Buffer {
  const encoded = secret.replace(/^whsec_/, "");
  const isBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(encoded);
  return isBase64 ? Buffer.from(encoded, "base64") : Buffer.from(secret);
}

/** Pure: the event's structured form. */
export function cloudEvent(record: AuditRecord, id: string): object {
  return {
    specversion: "1.0",
    id,
    source: `/guestpass/${record.guestApi}`,
    type: EVENT_TYPE,
    ...(record.guestId === null ? {} : { subject: record.guestId }),
    time: record.timestamp,
    datacontenttype: "application/json",
    data: record,
  };
}

/** TypeError for a URL that is none. */
export function createWebhook({ url, secret }: WebhookOptions, dependencies: WebhookDependencies): Webhook {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw new TypeError("webhook.url is not a URL");
  const { ports, metrics, warn } = dependencies;
  const followed =
    secret === undefined || secret === ""
      ? undefined
      : followSecret(secret, { clock: ports.clock, warn, what: "webhook.secret" });
  const transport = createTransport(TIMEOUT_MS);
  // Its tries are none of the platform's.
  const send = createRequest({ transport, ports, metrics: new Metrics(), timeoutMs: TIMEOUT_MS, tries: TRIES });
  const counts = metrics.webhook;
  const waiting: AuditRecord[] = [];
  const underWay = new Set<Promise<void>>();
  const closed = new AbortController();

  const deliver = async (record: AuditRecord) => {
    const id = `evt_${nanoid()}`;
    const body = JSON.stringify(cloudEvent(record, id));
    const now = ports.clock.now();
    const timestamp = String(Math.floor(now / 1000));
    const key = followed && signingKey(await followed.current());
    const signature = key && createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
    const headers = {
      "content-type": "application/cloudevents+json",
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      ...(signature === undefined ? {} : { "webhook-signature": `v1,${signature}` }),
    };
    const settled = await send(
      { url, method: "POST", headers, body },
      { repeat: "repeatable", deadlineAt: now + DEADLINE_MS, signal: closed.signal },
    );
    if (settled.kind === "answer" && settled.status >= 200 && settled.status < 300) {
      counts.delivered += 1;
      return;
    }
    counts.failed += 1;
    const why = settled.kind === "answer" ? `was answered with ${settled.status}` : "was not answered";
    warn(`a webhook event could not be delivered and is dropped: it ${why}`);
  };

  const next = () => {
    while (underWay.size < AT_A_TIME) {
      const record = waiting.shift();
      if (record === undefined) break;
      const work: Promise<void> = deliver(record)
        .catch(() => {
          counts.dropped += 1;
          if (!closed.signal.aborted) warn("a webhook event is dropped: its secret cannot be read");
        })
        .finally(() => {
          underWay.delete(work);
          next();
        });
      underWay.add(work);
    }
    counts.queued = waiting.length + underWay.size;
  };

  return {
    publish(record) {
      if (closed.signal.aborted || waiting.length >= MAX_WAITING) {
        counts.dropped += 1;
        // Once for each thousand: a receiver that is down would fill the log.
        if (counts.dropped % 1000 === 1) warn("webhook events are dropped: the receiver is too slow or down");
        return;
      }
      waiting.push(record);
      next();
    },
    async close(drainMs) {
      const end = performance.now() + drainMs;
      while (underWay.size > 0 && performance.now() < end) {
        let timer: NodeJS.Timeout | undefined;
        const over = new Promise<void>((resolve) => {
          timer = setTimeout(resolve, end - performance.now());
        });
        await Promise.race([...underWay, over]);
        clearTimeout(timer);
      }
      const lost = waiting.splice(0).length;
      closed.abort(new Error("closed"));
      counts.dropped += lost;
      await Promise.all(underWay);
      if (lost > 0) warn(`${lost} webhook events are dropped: the service ends`);
      await transport.close();
    },
  };
}
