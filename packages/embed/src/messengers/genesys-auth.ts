/**
 * The site's sign-in for the official Messenger: its AuthProvider plugin, fed by the page's `authorization`. A code works
 * once: for the next one the page is asked, and the Messenger waits for it.
 */
import type { Authorization } from "@guestpass/protocol";
import { GuestpassError } from "../errors.js";
import { type PluginCall, registerPlugin } from "./genesys-script.js";

/** A visitor signs in again in this time. */
const PATIENCE_MS = 120_000;

export class GenesysAuth {
  readonly #authorization: () => Authorization | undefined;
  /** The page must sign the visitor in. */
  readonly #needed: (error: GuestpassError) => void;
  #isRegistered = false;
  #used: string | undefined;
  #waiting: PluginCall[] = [];

  constructor(authorization: () => Authorization | undefined, needed: (error: GuestpassError) => void) {
    this.#authorization = authorization;
    this.#needed = needed;
  }

  /** The page may have a new code. True when it has, and nobody has asked for it: a sign-in in the middle. */
  given(): boolean {
    if (!this.#fresh) return false;
    if (!this.#isRegistered) this.#register();
    const waiting = this.#waiting.splice(0);
    for (const call of waiting) this.#answer(call);
    return waiting.length === 0;
  }

  get #fresh(): Authorization | undefined {
    const authorization = this.#authorization();
    return authorization?.code === this.#used ? undefined : authorization;
  }

  #register(): void {
    this.#isRegistered = true;
    registerPlugin("AuthProvider", (plugin) => {
      plugin.registerCommand("getAuthCode", (call) => this.#answer(call));
      // The code that is asked for next is another one by itself.
      for (const name of ["reAuthenticate", "signIn", "logoutOIDC"])
        plugin.registerCommand(name, ({ resolve }) => resolve());
      plugin.ready();
    });
  }

  #answer(call: PluginCall): void {
    const fresh = this.#fresh;
    if (fresh) {
      const { code, ...rest } = fresh;
      // Whoever asks in the same breath gets the same one.
      setTimeout(() => {
        this.#used = code;
      });
      call.resolve({ authCode: code, ...rest });
      return;
    }
    this.#waiting.push(call);
    setTimeout(() => {
      this.#waiting = this.#waiting.filter((other) => other !== call);
      call.reject(new Error("The page gave no new sign-in code"));
    }, PATIENCE_MS);
    this.#needed(new GuestpassError("authorization_invalid", "The official Messenger asks for a new sign-in code"));
  }
}
