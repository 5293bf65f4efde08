/** What of a session is kept over a reload, and how it is read again. Never the token: resuming is a refresh. */
import { num, record, type Session, type SessionMessenger, str } from "@guestpass/protocol";
import { withoutTokens } from "./answer.js";

export interface Stored {
  readonly endpoint: string;
  /** Whose: `""`, or a kind and a hash. */
  readonly user: string;
  readonly sessionId: string;
  readonly handle: string;
  /** The handle is worth nothing without this browser's key. */
  readonly bound: boolean;
  /** When the endpoint gave this handle, milliseconds by its clock: of two the later one counts. */
  readonly issuedAt: number;
  /** The session's absolute end, milliseconds by the endpoint's clock. */
  readonly endsAt: number;
  /** The endpoint's clock less this browser's, milliseconds. */
  readonly skew: number;
  readonly messenger: SessionMessenger;
}

export function encodeStored(
  session: Session,
  more: Pick<Stored, "endpoint" | "user" | "bound" | "skew"> & { readonly serverNow: number },
): string {
  const { endpoint, user, bound, skew, serverNow } = more;
  const stored: Stored = {
    endpoint,
    user,
    sessionId: session.sessionId,
    handle: session.session.handle,
    bound,
    issuedAt: Math.round(serverNow),
    endsAt: Math.round(serverNow + session.session.expiresIn * 1000),
    skew: Math.round(skew),
    messenger: withoutTokens(session) as SessionMessenger,
  };
  return JSON.stringify(stored);
}

/** Null for whatever is not such a record. */
export function decodeStored(text: string | null): Stored | null {
  try {
    const json = record(JSON.parse(text ?? ""));
    const [endpoint, user, sessionId, handle] = [json["endpoint"], json["user"], json["sessionId"], json["handle"]].map(
      str,
    );
    const messenger = record(json["messenger"]) as unknown as SessionMessenger;
    if (endpoint === undefined || user === undefined || !sessionId || !handle || !messenger.deploymentId) return null;
    const [issuedAt, endsAt, skew] = [json["issuedAt"], json["endsAt"], json["skew"]].map((figure) => num(figure) ?? 0);
    const bound = json["bound"] === true;
    return {
      endpoint,
      user,
      sessionId,
      handle,
      bound,
      issuedAt: issuedAt ?? 0,
      endsAt: endsAt ?? 0,
      skew: skew ?? 0,
      messenger,
    };
  } catch {
    return null;
  }
}
