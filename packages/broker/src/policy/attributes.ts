/** What a page may say about its guest: how much in all, and under which names. Pure. */
import { ATTRIBUTES_BYTES, attributesBytes, type FieldError } from "@guestpass/protocol";
import { pointerToken } from "./request.js";

/** The broker writes these itself; a page that could would speak in its name. */
export const RESERVED_ATTRIBUTES: ReadonlySet<string> = new Set([
  "externalCustomerId",
  "sourceChannel",
  "crm_id_hash",
  "source_system",
  "customerId",
  "sourceSystem",
  "channelType",
]);

/** What is wrong with attributes whose shape is right. */
export function attributeErrors(attributes: Readonly<Record<string, string>> | undefined): FieldError[] {
  if (attributes === undefined) return [];
  const errors: FieldError[] = Object.keys(attributes)
    .filter((name) => RESERVED_ATTRIBUTES.has(name))
    .map((name) => ({
      path: `/attributes/${pointerToken(name)}`,
      message: "is a name that this service writes itself",
    }));
  if (attributesBytes(attributes) > ATTRIBUTES_BYTES)
    errors.push({ path: "/attributes", message: `must not have more than ${ATTRIBUTES_BYTES} bytes of UTF-8 in all` });
  return errors;
}
