/** Instants as the reader writes them. Knows Intl; formatters are kept, because making one is slow. */

const formatters = new Map<string, Intl.DateTimeFormat>();
const DAY_MS = 86_400_000;

/** The time of day, such as 14:05. */
export function timeOf(at: number, language: string): string {
  return format(at, language, { hour: "numeric", minute: "2-digit" });
}

/** Today, yesterday, a weekday within the week, else the date. */
export function dayOf(at: number, language: string, now = Date.now()): string {
  const days = Math.round((startOfDay(now) - startOfDay(at)) / DAY_MS);
  if (days === 0 || days === 1) {
    const word = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(-days, "day");
    return word.charAt(0).toLocaleUpperCase(language) + word.slice(1);
  }
  if (days > 1 && days < 7) return format(at, language, { weekday: "long" });
  return format(at, language, { day: "numeric", month: "long", year: "numeric" });
}

/** As the options of `Intl.DateTimeFormat` say. */
export function format(at: number, language: string, options: Intl.DateTimeFormatOptions): string {
  const key = language + Object.keys(options);
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat(language, options);
    formatters.set(key, formatter);
  }
  return formatter.format(at);
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}
