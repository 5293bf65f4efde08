/**
 * Whose session it is, as far as a browser can tell: only to keep one user's session from another on one device. What
 * an identity token claims is believed for that alone; the endpoint verifies it.
 */

/** `""` for an anonymous guest, `i...` for the subject of an identity token, `c...` for a sign-in by code. */
export function userOf(identityToken: string | undefined, code: string | undefined): string {
  if (identityToken) return `i${subject(identityToken)}`;
  return code ? `c${code}` : "";
}

/** A reader without a sign-in of its own may go on with the session that a sign-in on this device began. */
export function mayResume(stored: string, wanted: string): boolean {
  return stored === wanted || (wanted === "" && stored.startsWith("c"));
}

function subject(token: string): string {
  try {
    const claims = JSON.parse(atob((token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/"))) as {
      iss?: unknown;
      sub?: unknown;
    };
    if (typeof claims.sub === "string") return JSON.stringify([claims.iss ?? null, claims.sub]);
  } catch {
    // Not a JWT: then the whole of it says who it is.
  }
  return token;
}
