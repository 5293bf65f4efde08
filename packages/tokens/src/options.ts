/** What a page asks of a keeper. Read once at the door; a mistake is a TypeError that names the option. */
import type { Authorization, Challenge, Consent } from "@guestpass/protocol";
import { TokensError } from "./errors.js";
import type { KeeperPorts } from "./ports.js";

export interface TokenKeeperOptions {
  /** URL of the token endpoint, with the path it is mounted under, if any. */
  endpoint: string | URL;
  deploymentId: string;
  /** JWT signed by the site's back end; its `sub` says who the user is. */
  identityToken?: string | undefined;
  /** Asked at each start, and once when the endpoint refuses the identity. */
  getIdentityToken?: (() => string | undefined | Promise<string | undefined>) | undefined;
  attributes?: Record<string, string> | undefined;
  consent?: Consent | undefined;
  /** A function is asked at each start, because a challenge is good for one use. */
  challenge?: Challenge | (() => Challenge | Promise<Challenge>) | undefined;
  /** A sign-in's code, good for one start. */
  authorization?: Authorization | undefined;
  queueId?: string | undefined;
  language?: string | undefined;
  /** Where the session's handle is kept: for the `site` (default), for this `tab`, `none`. The token itself is never stored. */
  persist?: "site" | "tab" | "none" | undefined;
  /** Aborting it is `dispose()`. */
  signal?: AbortSignal | undefined;
  ports?: Partial<KeeperPorts> | undefined;
}

/** What may change while a keeper works; a key that is present and undefined takes the value away. */
export type TokenKeeperChanges = Partial<
  Pick<
    TokenKeeperOptions,
    | "identityToken"
    | "getIdentityToken"
    | "attributes"
    | "consent"
    | "challenge"
    | "authorization"
    | "queueId"
    | "language"
  >
>;

/** Options that have been looked at. */
export interface ReadOptions extends Readonly<Omit<TokenKeeperOptions, "endpoint" | "persist">> {
  readonly endpoint: string;
  readonly persist: "site" | "tab" | "none";
}

/** The options as given, frozen, with the endpoint's URL in one form. Throws a TypeError that names what is wrong. */
export function readOptions(options: TokenKeeperOptions): ReadOptions {
  const { deploymentId, persist = "site" } = options;
  check(deploymentId && typeof deploymentId === "string", "deploymentId");
  check(["site", "tab", "none"].includes(persist), "persist");
  let endpoint = "";
  try {
    const { protocol, origin, pathname } = new URL(options.endpoint, globalThis.document?.baseURI);
    if (/^https?:$/.test(protocol)) endpoint = origin + pathname.replace(/\/+$/, "");
  } catch {
    // Not a URL at all.
  }
  check(endpoint, "endpoint");
  checkChanges(options);
  return Object.freeze({ ...options, persist, endpoint });
}

/** Throws a TypeError that names what is wrong. */
export function checkChanges({ identityToken = "", getIdentityToken, attributes }: TokenKeeperChanges): void {
  check(typeof identityToken === "string", "identityToken");
  check(!getIdentityToken || typeof getIdentityToken === "function", "getIdentityToken");
  check(
    Object.values(attributes ?? {}).every((value) => typeof value === "string"),
    "attributes",
  );
}

function check(right: unknown, option: keyof TokenKeeperOptions): void {
  if (!right) throw new TypeError(`The option ${option} is not valid`);
}

/** For whoever waits when nobody will answer any more. */
export function aborted(): TokensError {
  return new TokensError("aborted", "Given up");
}
