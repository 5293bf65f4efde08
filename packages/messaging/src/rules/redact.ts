/** Text from the platform made fit for an error that a page may show or log: no token, no flood. */

const SECRETS =
  /eyJ[\w-]*(?:\.[\w-]*)*|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[\w+/=-]{32,}|https?:\/\/\S+\?\S*/gi;
const LONGEST = 200;

/** The text without JWTs, UUIDs, long keys and signed URLs, in at most 200 characters. */
export function redact(text: string): string {
  return text
    .slice(0, 4 * LONGEST)
    .replace(SECRETS, "[redacted]")
    .slice(0, LONGEST);
}
