/** Friendly Captcha, version 2: the secret in a header, the response in JSON. */
import { record, str } from "@guestpass/protocol";
import type { ChallengeHttpProvider } from "./provider.js";

/** Error codes that speak of our request, not of the visitor. */
const OURS = /^(auth_|sitekey_|bad_request|response_missing)/;

export const friendly: ChallengeHttpProvider = {
  defaultUrl: "https://global.frcapi.com/api/v2/captcha/siteverify",
  question: (url, { response, secret }) => ({
    url,
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json", "x-api-key": secret },
    body: JSON.stringify({ response }),
  }),
  verdict(status, body) {
    const { success, error } = record(body);
    if (success === true) return { kind: "human" };
    if (success !== false) return { kind: status === 401 || status === 403 ? "misconfigured" : "unknown" };
    return OURS.test(str(record(error)["error_code"]) ?? "") ? { kind: "misconfigured" } : { kind: "refused" };
  },
};
