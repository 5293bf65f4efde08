/**
 * The HTTP contract as JSON Schema. The broker checks requests with these; whoever serves HTTP hangs all of them on its
 * routes for OpenAPI. Lengths count code points. What no schema can say (UTF-8 bytes, allow-lists) the policies say.
 */
import {
  ATTRIBUTE_KEY_CHARACTERS,
  ATTRIBUTE_PAIRS,
  ATTRIBUTE_VALUE_CHARACTERS,
  CHALLENGE_PROVIDERS,
  EXTERNAL_ID_CHARACTERS,
  PROBLEM_STATUS,
} from "@guestpass/protocol";

const text = (maxLength: number, description?: string) =>
  ({ type: "string", minLength: 1, maxLength, ...(description === undefined ? {} : { description }) }) as const;
const plain = (description?: string) =>
  ({ type: "string", ...(description === undefined ? {} : { description }) }) as const;
const seconds = { type: "integer", minimum: 0, description: "Whole seconds" } as const;
const instant = { type: "string", format: "date-time" } as const;

const identityToken = text(8192, "JWT signed by the site's back end; sub is the customer id");
const language = {
  ...text(35, "BCP 47; default en-us"),
  pattern: "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$",
} as const;
const customerId = text(EXTERNAL_ID_CHARACTERS, "Believed with IDENTITY_MODE=unverified alone");

const consent = {
  type: "object",
  additionalProperties: false,
  required: ["accepted", "timestamp"],
  properties: {
    accepted: { type: "boolean" },
    timestamp: { type: "string", maxLength: 64, format: "date-time", description: "ISO 8601, with a time" },
  },
} as const;

const challenge = {
  type: "object",
  additionalProperties: false,
  required: ["provider", "response"],
  properties: { provider: { type: "string", enum: [...CHALLENGE_PROVIDERS] }, response: text(16384) },
} as const;

const attributes = {
  type: "object",
  maxProperties: ATTRIBUTE_PAIRS,
  propertyNames: { minLength: 1, maxLength: ATTRIBUTE_KEY_CHARACTERS },
  additionalProperties: { type: "string", maxLength: ATTRIBUTE_VALUE_CHARACTERS },
  description: "2048 bytes of UTF-8 in all",
} as const;

const authorization = {
  type: "object",
  additionalProperties: false,
  required: ["code", "redirectUri"],
  properties: {
    code: text(4096),
    redirectUri: text(2048),
    codeVerifier: text(128),
    nonce: text(512),
    maxAge: { type: "integer", minimum: 0 },
    iss: text(2048),
  },
} as const;

export const startSessionSchema = {
  title: "StartSessionRequest",
  type: "object",
  additionalProperties: false,
  required: ["deploymentId"],
  properties: {
    deploymentId: text(128),
    identityToken,
    consent,
    challenge,
    attributes,
    language,
    queueId: text(128),
    authorization,
    customerId,
  },
} as const;

export const refreshSessionSchema = {
  title: "RefreshSessionRequest",
  type: "object",
  additionalProperties: false,
  properties: { identityToken },
} as const;

/** Unknown fields are ignored here, as the Express endpoint ignored them. */
export const compatRequestSchema = {
  title: "CompatGuestTokenRequest",
  type: "object",
  required: ["queueId"],
  properties: { queueId: text(128), language, customerId, identityToken, consent, challenge, attributes },
} as const;

const urls = {
  type: "object",
  required: ["socket", "api", "config", "bootstrap"],
  properties: { socket: plain(), api: plain(), config: plain(), bootstrap: plain() },
} as const;

const features = {
  type: "object",
  required: ["isTranscriptEnabled", "isFileUploadEnabled", "isRatingEnabled"],
  properties: {
    isTranscriptEnabled: { type: "boolean" },
    isFileUploadEnabled: { type: "boolean" },
    isRatingEnabled: { type: "boolean" },
  },
} as const;

const messenger = {
  type: "object",
  required: ["deploymentId", "region", "guestApi", "urls", "initConfig", "features"],
  properties: {
    deploymentId: plain(),
    region: plain(),
    guestApi: plain(),
    urls,
    initConfig: {
      type: "object",
      required: ["deploymentId", "region", "guestToken", "loginMode"],
      properties: {
        deploymentId: plain(),
        region: plain(),
        guestToken: plain(),
        loginMode: { type: "string", const: "guest" },
      },
    },
    features,
    onboarding: {
      type: "object",
      required: ["environment", "webchatId", "guestToken", "externalId"],
      properties: { environment: plain(), webchatId: plain(), guestToken: plain(), externalId: plain() },
    },
  },
} as const;

const token = {
  sessionId: plain("The same for the whole session"),
  guestId: plain(),
  token: plain(),
  tokenType: { type: "string", enum: ["jwt", "uuid"] },
  sessionToken: plain("web-messaging: the UUID of each frame's token"),
  issuedAt: instant,
  expiresAt: instant,
  expiresIn: seconds,
  refreshIn: seconds,
  serverTime: instant,
  session: {
    type: "object",
    required: ["handle", "expiresIn"],
    properties: {
      handle: plain("Shown at a refresh and at the end"),
      expiresIn: seconds,
      bound: { type: "boolean", description: "The handle is of no use without the key that was proved at the start" },
    },
  },
} as const;
const tokenRequired = [
  "sessionId",
  "guestId",
  "token",
  "tokenType",
  "issuedAt",
  "expiresAt",
  "expiresIn",
  "refreshIn",
  "serverTime",
  "session",
] as const;

export const refreshedSessionSchema = {
  title: "RefreshedSession",
  type: "object",
  required: [...tokenRequired],
  properties: token,
} as const;

export const sessionSchema = {
  title: "Session",
  type: "object",
  required: [...tokenRequired, "messenger"],
  properties: { ...token, messenger },
} as const;

export const messengerInfoSchema = {
  title: "MessengerInfo",
  type: "object",
  required: ["deploymentId", "region", "guestApi", "urls", "features", "languages", "defaultLanguage", "deployment"],
  properties: {
    deploymentId: plain(),
    region: plain(),
    guestApi: plain(),
    urls,
    features,
    languages: { type: "array", items: plain() },
    defaultLanguage: plain(),
    deployment: { type: ["object", "null"], additionalProperties: true },
    conversation: {
      type: ["object", "null"],
      required: [
        "fileUploadEnabled",
        "showAgentTyping",
        "showUserTyping",
        "autoStart",
        "disconnect",
        "clearEnabled",
        "markdown",
      ],
      properties: {
        fileUploadEnabled: { type: "boolean" },
        showAgentTyping: { type: "boolean" },
        showUserTyping: { type: "boolean" },
        autoStart: { type: "boolean" },
        disconnect: { type: "string", enum: ["none", "Send", "ReadOnly"] },
        clearEnabled: { type: "boolean" },
        markdown: { type: "boolean" },
      },
    },
  },
} as const;

export const compatAnswerSchema = {
  title: "CompatGuestToken",
  type: "object",
  required: ["guestId", "guestToken", "expiresAt", "ttlSeconds"],
  properties: { guestId: plain(), guestToken: plain(), expiresAt: instant, ttlSeconds: seconds },
} as const;

export const problemSchema = {
  title: "Problem",
  type: "object",
  required: ["type", "title", "status", "code", "detail", "requestId"],
  properties: {
    type: { type: "string", format: "uri" },
    title: plain(),
    status: { type: "integer" },
    code: { type: "string", enum: Object.keys(PROBLEM_STATUS) },
    detail: plain(),
    requestId: plain(),
    retryAfter: seconds,
    errors: {
      type: "array",
      items: {
        type: "object",
        required: ["path", "message"],
        properties: { path: plain("JSON pointer"), message: plain() },
      },
    },
  },
} as const;
