/**
 * Trouble on demand: which fault hits a request. Knows how to read one and how to count its times; does not know how a
 * request is answered.
 */
import { list, num, optional, record, str } from "@guestpass/protocol";

/** Faults kept at most. */
const KEPT = 1000;

export interface Fault {
  /**
   * A path that matches exactly, or as a prefix when it ends in `*`. `/v1` is the socket's upgrade, `/v1/<action>` a frame
   * on it (method `FRAME`; `status` is then the code of an error frame, and may be 4000 to 5000).
   */
  path: string;
  /** HTTP method; every one where it is missing. */
  method?: string;
  /** How often; without it until the faults are cleared. */
  times?: number;
  /** Answers with this status instead of the platform's answer. */
  status?: number;
  headers?: Record<string, string>;
  /**
   * An object is sent as JSON, a string as it is. With no `status` it is 200. On a frame: the text of the refusal, or an
   * object with a `class`, which is the whole answer.
   */
  body?: unknown;
  /** Real milliseconds before whatever happens then. */
  delayMs?: number;
  /** Never answers. */
  hang?: boolean;
  /** Cuts the connection without an answer. */
  drop?: boolean;
}

export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  list(): Fault[];
  /** The first fault that hits, with one of its times used up; null when none does. */
  take(method: string, path: string): Fault | null;
}

const FIELDS = ["path", "method", "times", "status", "headers", "body", "delayMs", "hang", "drop"];

/** A fault of unknown shape as a fault; a TypeError says what is wrong with it. */
export function readFault(value: unknown): Fault {
  const given = record(value);
  const unknown = Object.keys(given).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) throw new TypeError(`unknown field ${JSON.stringify(unknown)} in a fault`);
  const path = str(given["path"]);
  if (!path?.startsWith("/")) throw new TypeError("path must begin with a slash");
  const method = optionalOf(given, "method", str, "a string");
  const times = optionalOf(given, "times", whole, "a whole number");
  const status = optionalOf(given, "status", whole, "a whole number");
  const delayMs = optionalOf(given, "delayMs", whole, "a whole number of milliseconds");
  const hang = optionalOf(given, "hang", flag, "true or false");
  const drop = optionalOf(given, "drop", flag, "true or false");
  if (times !== undefined && times < 1) throw new TypeError("times must be at least 1");
  if (
    status !== undefined &&
    !(path.startsWith("/v1/") ? status >= 400 && status <= 5999 : status >= 200 && status <= 599)
  ) {
    throw new TypeError("status must be from 200 to 599, on a frame from 400 to 5999");
  }
  return {
    path,
    ...optional({ method: method?.toUpperCase(), times, status, body: given["body"], delayMs, hang, drop }),
    ...(given["headers"] === undefined ? {} : { headers: headersOf(given["headers"]) }),
  };
}

export function createFaults(): Faults {
  let faults: Fault[] = [];
  return {
    add(fault) {
      if (faults.length >= KEPT) throw new TypeError(`no more than ${KEPT} faults at once`);
      faults.push(readFault(fault));
    },
    clear() {
      faults = [];
    },
    list: () => faults.map((fault) => ({ ...fault })),
    take(method, path) {
      const fault = faults.find(
        (one) => (one.method === undefined || one.method === method) && matches(one.path, path),
      );
      if (!fault) return null;
      if (fault.times !== undefined) {
        fault.times -= 1;
        if (fault.times === 0) faults = faults.filter((one) => one !== fault);
      }
      return fault;
    },
  };
}

function matches(pattern: string, path: string): boolean {
  return pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}

function headersOf(value: unknown): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, text] of Object.entries(record(value))) {
    if (typeof text !== "string" && typeof text !== "number") throw new TypeError(`header ${name} must be a string`);
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /[\r\n\0]/.test(String(text))) {
      throw new TypeError(`header ${JSON.stringify(name)} can't be sent`);
    }
    headers[name.toLowerCase()] = String(text);
  }
  if (list(value).length > 0) throw new TypeError("headers must be an object");
  return headers;
}

function optionalOf<T>(
  given: Record<string, unknown>,
  name: string,
  read: (value: unknown) => T | undefined,
  shape: string,
): T | undefined {
  if (given[name] === undefined) return undefined;
  const value = read(given[name]);
  if (value === undefined) throw new TypeError(`${name} must be ${shape}`);
  return value;
}

function whole(value: unknown): number | undefined {
  const number = num(value);
  return number !== undefined && Number.isInteger(number) && number >= 0 ? number : undefined;
}

function flag(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}
