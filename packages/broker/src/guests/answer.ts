/** Reading a guest API's answer: what must be there is there, or the answer is `upstream_invalid`. Never shows a value. */
import { record, str } from "@guestpass/protocol";
import { BrokerError } from "../errors.js";

function invalid(what: string): BrokerError {
  return new BrokerError("upstream_invalid", "The messaging platform answered with something unknown.", {
    cause: new Error(`the answer has no ${what}`),
  });
}

/** A text that is not empty. */
export function requiredText(body: unknown, field: string): string {
  const value = str(record(body)[field]);
  if (value === undefined || value === "") throw invalid(field);
  return value;
}

/** An instant in ISO 8601, as ms since the epoch. */
export function requiredInstant(body: unknown, field: string): number {
  const at = Date.parse(requiredText(body, field));
  if (Number.isNaN(at)) throw invalid(`${field} in ISO 8601`);
  return at;
}

/** The same, undefined where the field is not there at all. */
export function optionalInstant(body: unknown, field: string): number | undefined {
  return record(body)[field] === undefined ? undefined : requiredInstant(body, field);
}
