/** What the broker must know of a request besides its body. Whoever speaks HTTP fills it in. */

export interface DpopProof {
  /** The `DPoP` header as it came. */
  proof: string;
  /** HTTP method of the request. */
  method: string;
  /** URL as the browser called it; query and fragment are not compared. */
  url: string;
}

/**
 * Says when a caller has gone. An `AbortSignal` is one; whoever knows it more cheaply, from a socket for example, need
 * not make one for each request.
 */
export interface GoneSignal {
  readonly aborted: boolean;
  /** What the work that is given up rejects with. */
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

export interface RequestContext {
  /** Goes into the audit record. */
  requestId: string;
  /** The `Origin` header, or null where there was none. A session is bound to it. */
  origin: string | null;
  /** Address of the client, passed to the challenge provider. */
  address?: string;
  dpop?: DpopProof;
  /**
   * Is told of the session once its handle has been opened and its key has been shown, before anything is done for it.
   * What it rejects with, a `BrokerError`, is the refusal.
   */
  admitSession?: (sessionId: string) => Promise<void>;
  /** Ends what is being done for this caller alone, when the caller has gone. */
  signal?: GoneSignal;
  /**
   * Signing in in the middle of a conversation (`web-messaging`): the handle of the anonymous session whose
   * session token the signed-in session is to take over.
   */
  upgradeFrom?: string;
}
