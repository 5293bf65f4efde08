/**
 * Reading unknown JSON. A reader takes any value and gives the wanted one, or undefined where it is not there or not of
 * that kind; none of them throws.
 */

export type Json = Readonly<Record<string, unknown>>;

export type Reader<T> = (value: unknown) => T | undefined;

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

/** A string, empty where there is none. */
export function text(value: unknown): string {
  return str(value) ?? "";
}

/** A finite number; the platform writes some numbers as strings. */
export function num(value: unknown): number | undefined {
  const figure = typeof value === "string" && value.trim() ? Number(value) : value;
  return Number.isFinite(figure) ? (figure as number) : undefined;
}

export function flag(value: unknown): boolean {
  return value === true;
}

/** The entries whose values are strings, numbers or booleans, as strings. */
export function stringMap(value: unknown): Record<string, string> {
  const map = Object.create(null) as Record<string, string>;
  for (const [key, item] of Object.entries(record(value))) {
    if (["string", "number", "boolean"].includes(typeof item)) map[key] = String(item);
  }
  return map;
}

/** Each item as `read` gives it; what it does not give is left out. No array is an empty one. */
export function many<T>(read: Reader<T>): (value: unknown) => T[] {
  return (value) => list(value).flatMap((item) => read(item) ?? []);
}

/** `many`, but undefined where there is no array. */
export function some<T>(read: Reader<T>): Reader<T[]> {
  return (value) => (Array.isArray(value) ? many(read)(value) : undefined);
}

/** An object of the fields that their readers give; a field without a value is absent. */
export function shape<T extends object>(
  fields: { [K in keyof T]-?: Reader<NonNullable<T[K]> | (null extends T[K] ? null : never)> },
): (value: unknown) => T {
  return (value) => {
    const source = record(value);
    const result: Partial<T> = {};
    for (const key in fields) {
      const item = fields[key](source[key]);
      if (item !== undefined) result[key] = item;
    }
    return result as T;
  };
}

/** The same object without the keys that are undefined. */
export function optional<T extends Record<string, unknown>>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
