/**
 * What nobody may find in what an endpoint writes: gathered from a whole run of requests and answers, and looked for in
 * its output when the run is over.
 */
import type { Config } from "../src/index.js";

/** Shorter values stand in any text. */
const SHORTEST = 8;
/** The members of bodies that are secret, or that say who somebody is. */
const SECRET_MEMBERS: ReadonlySet<string> = new Set([
  "token",
  "guestToken",
  "sessionToken",
  "handle",
  "identityToken",
  "response",
  "code",
  "codeVerifier",
  "customerId",
]);

export class Sweep {
  readonly #secrets = new Set<string>();
  readonly #public: ReadonlySet<string>;

  constructor(config?: Config) {
    this.#public = new Set([...(config?.deploymentIds ?? []), ...(config?.queueIds ?? [])]);
    for (const secret of config?.secretValues ?? []) this.add(secret);
  }

  add(secret: unknown): void {
    if (typeof secret === "string" && secret.length >= SHORTEST && !this.#public.has(secret)) this.#secrets.add(secret);
  }

  /** A body as it was sent or answered. A problem's `code` is no secret. */
  body(text: unknown): void {
    if (typeof text !== "string" || !text.startsWith("{")) return;
    try {
      this.#walk(JSON.parse(text));
    } catch {
      // Broken on purpose: there is no member in it.
    }
  }

  headers(headers: Record<string, string>): void {
    for (const [name, value] of Object.entries(headers))
      if (/^(?:authorization|dpop)$/i.test(name)) this.add(value.replace(/^\w+ +/, ""));
  }

  #walk(value: unknown): void {
    if (typeof value !== "object" || value === null) return;
    for (const [name, member] of Object.entries(value)) {
      if (SECRET_MEMBERS.has(name) && !("requestId" in value)) this.add(member);
      if (name === "identityToken") this.add(customerOf(member));
      this.#walk(member);
    }
  }

  /** The beginnings of those that are in the text. */
  foundIn(text: string): string[] {
    return [...this.#secrets].filter((secret) => text.includes(secret)).map((secret) => `${secret.slice(0, 12)}…`);
  }
}

/** Who an identity token speaks of; not verified. */
function customerOf(token: unknown): string | undefined {
  try {
    const [, payload = ""] = String(token).split(".");
    const { sub } = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as { sub?: unknown };
    return typeof sub === "string" ? sub : undefined;
  } catch {
    return undefined;
  }
}
