/**
 * Whether the credentials have been proved: once at the start, then with backoff while the platform cannot be reached.
 * Refused ones are final.
 */
import type { Broker, Proof } from "@guestpass/broker";

const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 5000;
/** What a caller is told to wait while the platform has not been reached. */
export const NOT_READY_RETRY_SECONDS = MAX_DELAY_MS / 1000;

export interface Readiness {
  readonly ready: boolean;
  /** The first attempt's outcome; goes on trying behind it while the platform cannot be reached. */
  prove(): Promise<Proof>;
  close(): void;
}

export interface ReadinessOptions {
  broker: Broker;
  /** The platform was reached at last, and accepted the credentials or refused them. */
  onSettled(proof: Proof): void;
  onUnreachable?(reason: string, delayMs: number): void;
  random?: () => number;
}

export function createReadiness({
  broker,
  onSettled,
  onUnreachable,
  random = Math.random,
}: ReadinessOptions): Readiness {
  let ready = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const attempt = async (): Promise<Proof> => {
    const proof = await broker
      .prove()
      .catch((): Proof => ({ ok: false, refused: false, reason: "the credentials could not be proved", mend: "" }));
    ready = proof.ok;
    return proof;
  };
  const tryAgain = (failures: number, reason: string): void => {
    if (closed) return;
    const ceiling = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures, 10));
    const delayMs = Math.round(ceiling / 2 + random() * (ceiling / 2));
    onUnreachable?.(reason, delayMs);
    timer = setTimeout(() => {
      void attempt().then((proof) => {
        if (closed) return;
        if (proof.ok || proof.refused) onSettled(proof);
        else tryAgain(failures + 1, proof.reason);
      });
    }, delayMs);
  };

  return {
    get ready() {
      return ready;
    },
    async prove() {
      const proof = await attempt();
      if (!proof.ok && !proof.refused) tryAgain(0, proof.reason);
      return proof;
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
