/** Reading unknown JSON: each reader gives the value in the wanted shape or says that it is not there. */

export type Json = Readonly<Record<string, unknown>>;

/** The object, or an empty one. */
export function record(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** The array, or an empty one. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function str(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A finite number; the platform writes some numbers as strings. */
export function num(value: unknown): number | undefined {
  const figure = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof figure === "number" && Number.isFinite(figure) ? figure : undefined;
}

export function bool(value: unknown): boolean {
  return value === true;
}

/** The entries whose values are strings, numbers or booleans, as strings. */
export function stringMap(value: unknown): Record<string, string> {
  const map: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [key, item] of Object.entries(record(value))) {
    if (typeof item === "string") map[key] = item;
    else if (typeof item === "number" || typeof item === "boolean") map[key] = String(item);
  }
  return map;
}

/** The same object without the keys that are undefined. */
export function optional<T extends Record<string, unknown>>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const present: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) present[key] = value;
  return present as { [K in keyof T]?: Exclude<T[K], undefined> };
}
