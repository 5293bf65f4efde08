/** Which addresses of untrusted content may be used in our page. Knows schemes alone. */

/** The URL where it may stand in a link of ours: web, mail and telephone only. */
export function safeUrl(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { href, protocol } = new URL(url);
  return /^(?:https?|mailto|tel):$/.test(protocol) ? href : undefined;
}

/** The URL where it may be loaded as an image of ours. */
export function safeImage(url: string | undefined): string | undefined {
  return url !== undefined && /^https?:/i.test(url) ? safeUrl(url) : undefined;
}
