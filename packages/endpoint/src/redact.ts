/** Keeps secrets out of text: those of the configuration by value, tokens by their form. The one way to a log. */

const MASK = "[redacted]";
/** JWT and JWE compact form. */
const TOKEN = /\bey[JI][\w-]{6,}(?:\.[\w-]*){2,4}/g;
const BEARER = /\b(bearer|basic|dpop)(\s+)[\w.~+/=-]{8,}/gi;
/** Shorter values are words that logs are full of. */
const SHORTEST_SECRET = 6;

/** Gives a function that masks the secrets, also where JSON has escaped them. The list may grow: a secret was rotated. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  let known = patternOf(secrets);
  let count = secrets.length;
  return (text) => {
    if (secrets.length !== count) {
      known = patternOf(secrets);
      count = secrets.length;
    }
    const masked = known === undefined ? text : text.replace(known, MASK);
    return masked.replace(TOKEN, MASK).replace(BEARER, `$1$2${MASK}`);
  };
}

function patternOf(secrets: readonly string[]): RegExp | undefined {
  const forms = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
  const values = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return values.length === 0 ? undefined : new RegExp(values.map(escapeRegExp).join("|"), "g");
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
