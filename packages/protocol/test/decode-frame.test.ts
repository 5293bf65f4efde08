import { decodeFrame, decodeMessage, encodeFrame, type InboundFrame } from "@guestpass/protocol";
import { describe, expect, it } from "vitest";

const wire = (name: unknown, body: unknown, rest: Record<string, unknown> = {}) =>
  JSON.stringify({ type: "response", class: name, code: 200, body, ...rest });

describe("decodeFrame", () => {
  const cases: [string, string, Record<string, unknown>][] = [
    [
      "a session",
      wire("SessionResponse", {
        connected: true,
        newSession: true,
        readOnly: false,
        maxCustomDataBytes: 2048,
        allowedMedia: { inbound: { fileTypes: [{ type: "*/*" }, { type: 7 }, null], maxFileSizeKB: 10240 } },
        blockedExtensions: [".exe", 7],
        durationSeconds: 259200,
        expirationDate: 1791139139,
      }),
      {
        kind: "session",
        session: {
          connected: true,
          newSession: true,
          readOnly: false,
          clearedExistingSession: false,
          autoStarted: false,
          fileTypes: ["*/*"],
          maxFileSizeKB: 10240,
          blockedExtensions: [".exe"],
          maxCustomDataBytes: 2048,
          durationSeconds: 259200,
          expirationDate: 1791139139,
        },
      },
    ],
    [
      "an empty session",
      wire("SessionResponse", {}),
      {
        kind: "session",
        session: {
          connected: false,
          newSession: false,
          readOnly: false,
          clearedExistingSession: false,
          autoStarted: false,
        },
      },
    ],
    [
      "a refused session",
      wire("SessionResponse", { message: "no" }, { code: 400 }),
      { kind: "error", code: 400, text: "no" },
    ],
    ["a JWT", wire("JwtResponse", { jwt: "a.b.c", exp: 1791139139 }), { kind: "jwt", jwt: "a.b.c", exp: 1791139139 }],
    ["a JWT without one", wire("JwtResponse", { jwt: 7 }), { kind: "jwt", jwt: "", exp: 0 }],
    [
      "a presigned URL",
      wire("PresignedUrlResponse", {
        attachmentId: "a",
        url: "https://files.example/x?sig=1",
        headers: { "x-amz-tagging": "t=1", "x-n": 1, "x-o": {} },
        fileSize: "12",
      }),
      {
        kind: "presigned-url",
        attachmentId: "a",
        url: "https://files.example/x?sig=1",
        headers: { "x-amz-tagging": "t=1", "x-n": "1" },
        fileSize: 12,
      },
    ],
    [
      "an upload that arrived",
      wire("UploadSuccessEvent", { attachmentId: "a", downloadUrl: "u", timestamp: "t" }),
      { kind: "upload-success", attachmentId: "a", downloadUrl: "u", timestamp: "t" },
    ],
    [
      "an upload that failed",
      wire("UploadFailureEvent", { attachmentId: "a", errorCode: 4003, errorMessage: "bad" }),
      { kind: "upload-failure", attachmentId: "a", errorCode: 4003, errorMessage: "bad" },
    ],
    [
      "a refused upload",
      wire("GenerateUrlError", { attachmentId: "a" }, { code: 400 }),
      { kind: "upload-failure", attachmentId: "a", errorCode: 400, errorMessage: "" },
    ],
    [
      "a deleted attachment",
      wire("AttachmentDeletedResponse", { attachmentId: "a" }),
      { kind: "attachment-deleted", attachmentId: "a" },
    ],
    ["an expired session", wire("SessionExpiredEvent", {}), { kind: "session-expired" }],
    ["a cleared session", wire("SessionClearedEvent", null), { kind: "session-cleared" }],
    ["a closed connection", wire("ConnectionClosedEvent", {}), { kind: "connection-closed" }],
    [
      "a closed connection with its reason",
      wire("ConnectionClosedEvent", { reason: "signedIn" }),
      { kind: "connection-closed", reason: "signedIn" },
    ],
    [
      "a closed connection in the Java SDK's words",
      wire("ConnectionClosedEvent", { reasonCode: "signedIn" }),
      { kind: "connection-closed", reason: "signedIn" },
    ],
    ["a logout", wire("LogoutEvent", {}), { kind: "logout" }],
    [
      "too many requests",
      wire("TooManyRequestsErrorMessage", { retryAfter: 3, errorCode: 4029, errorMessage: "slow" }, { code: 429 }),
      { kind: "too-many-requests", retryAfterSeconds: 3, errorCode: 4029, errorMessage: "slow" },
    ],
    [
      "too many requests, without a figure",
      wire("TooManyRequestsErrorMessage", {}, { code: 429 }),
      { kind: "too-many-requests", retryAfterSeconds: 1, errorCode: 429, errorMessage: "" },
    ],
    [
      "a configuration",
      wire("GetConfigurationResponse", { maxCustomDataBytes: 2048 }),
      { kind: "configuration", configuration: { maxCustomDataBytes: 2048 } },
    ],
    [
      "an error as text",
      wire("string", "Message length 5000 is larger than 4096", { code: 4011 }),
      { kind: "error", code: 4011, text: "Message length 5000 is larger than 4096" },
    ],
    [
      "an error as an object",
      wire("ErrorMessage", { errorCode: 4006, errorMessage: "gone" }, { code: 400 }),
      { kind: "error", code: 4006, text: "gone" },
    ],
    ["an error of a class to come", wire("NewError", "why", { code: 418 }), { kind: "error", code: 418, text: "why" }],
    ["a class to come", wire("ReactionsEvent", { any: 1 }), { kind: "unknown", name: "ReactionsEvent" }],
    ["a class that objects have", wire("__proto__", {}), { kind: "unknown", name: "__proto__" }],
    ["a code that is no number", wire("string", "x", { code: "abc" }), { kind: "error", code: 200, text: "x" }],
    ["a code as text", wire("string", "x", { code: "401" }), { kind: "error", code: 401, text: "x" }],
  ];

  it.each(cases)("%s", (_name, text, expected) => {
    expect(decodeFrame(text)).toEqual(expected);
  });

  it("passes the tracing id on, where it is one", () => {
    expect(decodeFrame(wire("LogoutEvent", {}, { tracingId: "t-1" }))).toEqual({ kind: "logout", tracingId: "t-1" });
    expect(decodeFrame(wire("LogoutEvent", {}, { tracingId: 7 }))).toEqual({ kind: "logout" });
  });

  it.each([
    "",
    "ping",
    "{",
    "null",
    "7",
    '"text"',
    "[]",
    "{}",
    '{"class":7}',
    '{"class":null,"body":{}}',
    "\u0000",
    `${"[".repeat(50_000)}`,
  ])("is invalid, not an exception: %j", (text) => {
    expect(decodeFrame(text).kind).toBe("invalid");
  });

  const bodies = [
    undefined,
    null,
    0,
    -1,
    "",
    "text",
    true,
    [],
    [[]],
    {},
    { attachmentId: {} },
    { channel: 7 },
    "x".repeat(100_000),
  ];
  const names = [
    "SessionResponse",
    "StructuredMessage",
    "JwtResponse",
    "PresignedUrlResponse",
    "UploadSuccessEvent",
    "UploadFailureEvent",
    "GenerateUrlError",
    "AttachmentDeletedResponse",
    "SessionExpiredEvent",
    "SessionClearedEvent",
    "ConnectionClosedEvent",
    "LogoutEvent",
    "TooManyRequestsErrorMessage",
    "GetConfigurationResponse",
    "ResumeTokenResponse",
    "string",
    "Error",
    "toString",
  ];
  it.each(names)("%s takes any body without an exception", (name) => {
    for (const body of bodies) {
      for (const code of [200, 400, "x", null, {}]) {
        expect(typeof decodeFrame(wire(name, body, { code })).kind).toBe("string");
      }
    }
  });

  it("is not poisoned by keys that objects have of themselves", () => {
    const text = `{"class":"StructuredMessage","body":{"id":"1","type":"Text","text":"x","metadata":{"__proto__":"evil","constructor":"c"},"__proto__":{"text":"polluted"}}}`;
    const frame = decodeFrame(text) as Extract<InboundFrame, { kind: "message" }>;
    expect(frame.message.text).toBe("x");
    expect(Object.getPrototypeOf(frame.message.metadata)).toBeNull();
    expect(({} as { evil?: unknown }).evil).toBeUndefined();
  });
});

describe("decodeMessage", () => {
  it("reads a message with everything in it", () => {
    expect(
      decodeMessage({
        id: "32hex",
        type: "Text",
        text: "hi",
        direction: "Outbound",
        originatingEntity: "Human",
        channel: {
          time: "2026-01-01T10:00:00.000Z",
          messageId: "uuid",
          type: "Private",
          from: { nickname: "Ann", firstName: "Ann", lastName: 7, image: "https://example.com/a.png" },
        },
        metadata: { correlationId: "c", n: 1, yes: true, none: null, deep: {} },
      }),
    ).toEqual({
      identity: "uuid",
      id: "32hex",
      type: "Text",
      text: "hi",
      direction: "Outbound",
      originatingEntity: "Human",
      time: "2026-01-01T10:00:00.000Z",
      from: { nickname: "Ann", firstName: "Ann", image: "https://example.com/a.png" },
      content: [],
      events: [],
      metadata: { correlationId: "c", n: "1", yes: "true" },
    });
  });

  it.each([
    ["nothing", undefined],
    ["an array", []],
    ["a text without identity", { type: "Text", text: "x" }],
    ["an empty id", { id: "", type: "Text", text: "x" }],
  ])("is null for %s", (_name, value) => {
    expect(decodeMessage(value)).toBeNull();
  });

  it("takes an event without identity, and an entity and a type that it does not know", () => {
    expect(decodeMessage({ type: "Event", events: [] })).toMatchObject({ identity: "", type: "Event" });
    const message = decodeMessage({ id: "1", type: "Hologram", originatingEntity: "Alien", direction: "Sideways" });
    expect(message).toMatchObject({ type: "Unknown", direction: "Outbound" });
    expect(message).not.toHaveProperty("originatingEntity");
  });

  it("reads every kind of content, and names what it does not know", () => {
    const content = [
      {
        contentType: "Attachment",
        attachment: { id: "a", url: "u", filename: "f.png", fileSize: 3, mediaType: "Image", mime: "image/png" },
      },
      { contentType: "Attachment" },
      { contentType: "QuickReply", quickReply: { text: "Yes", payload: "yes", image: "i" } },
      { contentType: "QuickReply", quickReply: { text: "No" } },
      { contentType: "ButtonResponse", buttonResponse: { type: "QuickReply", text: "Yes", payload: "yes" } },
      {
        contentType: "Card",
        card: {
          title: "T",
          actions: [{ type: "Link", text: "L", url: "u" }, 7],
          defaultAction: { type: "Link", text: "", url: "u" },
        },
      },
      { contentType: "Carousel", carousel: { cards: [{ title: "1" }, null] } },
      {
        contentType: "DatePicker",
        datePicker: { title: "T", availableTimes: [{ dateTime: "2026-12-01T09:00:00Z", duration: 1800 }, {}] },
      },
      {
        contentType: "ListPicker",
        listPicker: {
          id: "l",
          sections: [{ title: "S", multipleSelection: true, items: [{ id: "1", title: "One" }, "x"] }],
        },
      },
      { contentType: "Form", form: { any: 1 } },
      { contentType: "Hologram", hologram: {} },
      null,
      "text",
    ];
    expect(decodeMessage({ id: "1", type: "Structured", content })?.content).toEqual([
      {
        contentType: "Attachment",
        attachment: { id: "a", url: "u", filename: "f.png", fileSize: 3, mediaType: "Image", mime: "image/png" },
      },
      { contentType: "Attachment", attachment: { id: "", mediaType: "File" } },
      { contentType: "QuickReply", quickReply: { text: "Yes", payload: "yes", image: "i" } },
      { contentType: "QuickReply", quickReply: { text: "No", payload: "No" } },
      { contentType: "ButtonResponse", buttonResponse: { type: "QuickReply", text: "Yes", payload: "yes" } },
      {
        contentType: "Card",
        card: {
          title: "T",
          actions: [
            { type: "Link", text: "L", url: "u" },
            { type: "", text: "" },
          ],
          defaultAction: { type: "Link", text: "", url: "u" },
        },
      },
      {
        contentType: "Carousel",
        cards: [
          { title: "1", actions: [] },
          { title: "", actions: [] },
        ],
      },
      {
        contentType: "DatePicker",
        datePicker: {
          title: "T",
          availableTimes: [{ dateTime: "2026-12-01T09:00:00Z", durationSeconds: 1800 }, { dateTime: "" }],
        },
      },
      {
        contentType: "ListPicker",
        listPicker: {
          id: "l",
          sections: [
            {
              title: "S",
              multipleSelection: true,
              items: [
                { id: "1", title: "One" },
                { id: "", title: "" },
              ],
            },
          ],
        },
      },
      { contentType: "Form", form: { any: 1 } },
      { contentType: "Unknown", name: "Hologram" },
      { contentType: "Unknown", name: "" },
      { contentType: "Unknown", name: "" },
    ]);
  });

  it("reads events, and names what it does not know", () => {
    const events = [
      { eventType: "Presence", presence: { type: "Disconnect" } },
      { eventType: "Presence" },
      { eventType: "Typing", typing: { type: "On", duration: 3000 } },
      { eventType: "Typing", typing: { type: "On", durationMs: "2000" } },
      { eventType: "Typing" },
      { eventType: "CoBrowse" },
      7,
    ];
    expect(decodeMessage({ id: "1", type: "Event", events })?.events).toEqual([
      { eventType: "Presence", presence: "Disconnect" },
      { eventType: "Presence", presence: "" },
      { eventType: "Typing", durationMs: 3000 },
      { eventType: "Typing", durationMs: 2000 },
      { eventType: "Typing", durationMs: 5000 },
      { eventType: "Unknown", name: "CoBrowse" },
      { eventType: "Unknown", name: "" },
    ]);
  });
});

describe("encodeFrame", () => {
  it("is one JSON object, and leaves out what is undefined", () => {
    const frame = { action: "getJwt", token: "t" } as const;
    expect(JSON.parse(encodeFrame(frame))).toEqual(frame);
  });
});
