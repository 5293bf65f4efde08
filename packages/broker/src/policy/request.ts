/** Whether a request has the shape of the contract. Every mistake is said, with a JSON pointer; no value is repeated. */
import type { FieldError, RefreshSessionRequest, StartSessionRequest } from "@guestpass/protocol";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { BrokerError } from "../errors.js";
import { compatRequestSchema, refreshSessionSchema, startSessionSchema } from "../schemas.js";

/** Mistakes that are listed at most. */
const MAX_ERRORS = 50;
/** A name of the page's own making is cut to this in a path. */
const MAX_NAME = 64;

/** Body of the Express endpoint's route. */
export interface CompatRequest {
  queueId: string;
  language?: string;
  customerId?: string;
  identityToken?: string;
  consent?: StartSessionRequest["consent"];
  challenge?: StartSessionRequest["challenge"];
  attributes?: Record<string, string>;
}

const ISO_INSTANT =
  /^(\d{4})-(\d\d)-(\d\d)[T ]([01]\d|2[0-3]):[0-5]\d(:([0-5]\d|60)([.,]\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)?$/i;

/** ISO 8601 with a date and a time, and a day that exists. */
export function isIsoInstant(text: string): boolean {
  const parts = ISO_INSTANT.exec(text);
  if (parts === null) return false;
  const [year, month, day] = parts.slice(1, 4).map(Number) as [number, number, number];
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

const ajv = new Ajv({ allErrors: true, formats: { "date-time": isIsoInstant }, strictTypes: false });
const start = ajv.compile<StartSessionRequest>(startSessionSchema);
const refresh = ajv.compile<RefreshSessionRequest>(refreshSessionSchema);
const compat = ajv.compile<CompatRequest>(compatRequestSchema);

/** One token of a JSON pointer. */
export function pointerToken(name: string): string {
  const short = name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}...` : name;
  return short.replaceAll("~", "~0").replaceAll("/", "~1");
}

function fieldError(error: ErrorObject): FieldError {
  const { instancePath, keyword, params, propertyName } = error;
  const named = (name: unknown) => `${instancePath}/${pointerToken(String(name))}`;
  if (keyword === "additionalProperties") return { path: named(params["additionalProperty"]), message: "is not known" };
  if (keyword === "required") return { path: named(params["missingProperty"]), message: "is required" };
  if (keyword === "enum") {
    const allowed = (params["allowedValues"] as unknown[]).join(", ");
    return { path: instancePath, message: `must be one of ${allowed}` };
  }
  if (keyword === "maxProperties")
    return { path: instancePath, message: `must not have more than ${String(params["limit"])} entries` };
  const message = error.message ?? "is not valid";
  if (propertyName !== undefined) return { path: named(propertyName), message: `has a name that ${message}` };
  return { path: instancePath.split("/").map(cutToken).join("/"), message };
}

function cutToken(token: string): string {
  return token.length > MAX_NAME ? `${token.slice(0, MAX_NAME)}...` : token;
}

/** The refusal that lists what is wrong. */
export function invalidRequest(errors: readonly FieldError[]): BrokerError {
  return new BrokerError("invalid_request", "The request does not have the form that this service expects.", {
    errors: errors.slice(0, MAX_ERRORS),
  });
}

function errorsOf<T>(validate: ValidateFunction<T>, body: unknown): FieldError[] {
  if (validate(body)) return [];
  // `propertyNames` says it once more for the object as a whole.
  return (validate.errors ?? []).filter(({ keyword }) => keyword !== "propertyNames").map(fieldError);
}

export interface Checked<T> {
  /** Set where the shape is right. */
  request: T | undefined;
  errors: FieldError[];
}

function check<T>(validate: ValidateFunction<T>, body: unknown): Checked<T> {
  const errors = errorsOf(validate, body);
  return { request: errors.length === 0 ? (body as T) : undefined, errors };
}

export const checkStart = (body: unknown): Checked<StartSessionRequest> => check(start, body);
export const checkCompat = (body: unknown): Checked<CompatRequest> => check(compat, body);

/** An empty body is an empty request. */
export function checkRefresh(body: unknown): RefreshSessionRequest {
  const { request, errors } = check(refresh, body === undefined || body === null || body === "" ? {} : body);
  if (request === undefined) throw invalidRequest(errors);
  return request;
}
