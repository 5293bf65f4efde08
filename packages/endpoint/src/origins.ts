/**
 * Which web origins may ask. Knows exact origins and `https://*.example.com`; knows nothing of requests or headers.
 */

/** A whole label stands behind the star: `https://*.example.com` is `https://shop.example.com` and nothing deeper. */
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const STAR = "*.";

/**
 * The origin in the form that browsers send it, e.g. `https://shop.example` or `https://*.example.com`.
 * @throws TypeError that says what is wrong and how to write it.
 */
export function parseOrigin(text: string): string {
  if (text === "null")
    throw new TypeError('"null" is what every sandboxed page and local file sends: it cannot be let in');
  if (text === "*") throw new TypeError('"*" would let every site in: list the origins');
  const scheme = /^(https?):\/\//i.exec(text);
  if (!scheme)
    throw new TypeError(`${quote(text)} is not an origin: write https:// and the host, e.g. https://shop.example`);
  const wild = text.slice(scheme[0].length).startsWith(STAR);
  const plain = wild ? scheme[0] + text.slice(scheme[0].length + STAR.length) : text;
  const url = parseUrl(plain, text);
  if (url.pathname !== "/" || /[/?#]$/.test(text) || url.search !== "" || url.hash !== "")
    throw new TypeError(`${quote(text)} has more than scheme, host and port: write ${quote(url.origin)}`);
  if (url.username !== "" || url.password !== "") throw new TypeError("an origin has no user name or password");
  if (!wild) return url.origin;
  if (url.protocol !== "https:") throw new TypeError(`${quote(text)}: a star needs https`);
  if (!url.hostname.includes(".") || /^[\d.]+$|^\[/.test(url.hostname))
    throw new TypeError(
      `${quote(text)}: a star needs a domain of two labels or more behind it, e.g. https://*.example.com`,
    );
  return `https://${STAR}${url.host}`;
}

function parseUrl(plain: string, text: string): URL {
  if (plain.includes("*"))
    throw new TypeError(`${quote(text)}: a star stands for the first label as a whole, e.g. https://*.example.com`);
  try {
    return new URL(plain);
  } catch {
    throw new TypeError(`${quote(text)} is not an origin, e.g. https://shop.example`);
  }
}

/** Says of an `Origin` header whether it is on the list; the list has been through `parseOrigin`. */
export function originMatcher(origins: readonly string[]): (origin: string) => boolean {
  const exact = new Set<string>();
  const suffixes: string[] = [];
  for (const origin of origins) {
    const star = origin.indexOf(`://${STAR}`);
    if (star === -1) exact.add(origin);
    else suffixes.push(origin.slice(star + "://*".length));
  }
  const matchesStar = (origin: string): boolean =>
    origin.startsWith("https://") &&
    suffixes.some(
      (suffix) => origin.endsWith(suffix) && LABEL.test(origin.slice("https://".length, origin.length - suffix.length)),
    );
  return suffixes.length === 0 ? (origin) => exact.has(origin) : (origin) => exact.has(origin) || matchesStar(origin);
}

/** At most 80 characters of what the operator wrote. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text);
}
