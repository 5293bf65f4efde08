/** Every error code of the platform, said by the simulator on its socket: to a message, to a configure, about a file. */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { GuestApiCode } from "@guestpass/protocol";
import { type Simulator, startSimulator } from "@guestpass/simulator";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { texts, visitor } from "./rig.js";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ quietAgent: true });
});
beforeEach(() => {
  simulator.clearRequests();
  simulator.clearFaults();
});
afterAll(() => void simulator.close());

const ofFrame = (frame: unknown) => frame as { action: string; attachmentId: string };

const actions = (name: string) => simulator.frames().filter(({ frame }) => ofFrame(frame).action === name).length;

type Row = [code: number, name: string, error: string, retryable: boolean];

describe("a message that is answered with", () => {
  /** The message fails, says why, and stays to be sent again; the conversation goes on. */
  const fails: Row[] = [
    [400, "bad request", "socket_refused", false],
    [403, "forbidden", "socket_refused", false],
    [404, "not found", "socket_refused", false],
    [408, "time-out", "timeout", true],
    [409, "read-only", "socket_closed", true],
    [4000, "FeatureUnavailable", "socket_refused", false],
    [4008, "AttachmentHasExpired", "upload_failed", true],
    [4009, "AttachmentNotFound", "upload_failed", true],
    [4010, "AttachmentNotSuccessfullyUploaded", "upload_failed", true],
    [4011, "MessageTooLong", "message_too_long", false],
    [4013, "CustomAttributeSizeTooLarge", "attributes_too_large", false],
    [4020, "MissingParameter", "socket_refused", false],
    [5000, "UnexpectedError", "socket_refused", true],
    [4999, "a code of a later version", "socket_refused", false],
  ];

  it.each(fails)("%i %s fails, and can be sent again", async (code, _name, error, retryable) => {
    const { conversation, ears } = visitor(simulator.url);
    await conversation.connect();
    simulator.fault({ path: "/v1/onMessage", times: 1, status: code, body: `No, with ${code}` });
    await expect(conversation.send("hello")).rejects.toMatchObject({ code: error, retryable });
    expect(conversation.transcript).toMatchObject([{ text: "hello", status: "failed", error: { code: error } }]);
    expect(conversation.state).toBe("open");
    const [{ id } = { id: "" }] = conversation.transcript;
    await conversation.retry(id);
    expect(conversation.transcript).toMatchObject([{ text: "hello", status: "delivered" }]);
    expect(ears.of("error")).toEqual([]);
  });

  it.each([
    [429, "too many requests"],
    [4029, "RequestRateTooHigh"],
  ])("%i %s waits and goes again by itself", async (code) => {
    const { conversation, clock, ears } = visitor(simulator.url);
    await conversation.connect();
    simulator.fault({ path: "/v1/onMessage", times: 1, status: code });
    const sent = conversation.send("hello");
    await ears.until(() => actions("onMessage") > 0 && conversation.transcript[0]?.status !== "sent");
    clock.advance(5_000);
    await sent;
    expect(texts(conversation)).toEqual(["hello"]);
    expect(actions("onMessage")).toBe(2);
  });

  it.each([
    [4006, "SessionHasExpired"],
    [4007, "SessionNotFound"],
    [4017, "CannotDowngradeToUnauthenticated"],
  ])("%i %s ends the session; what was said stays", async (code) => {
    const { conversation, ears, clock } = visitor(simulator.url);
    await conversation.connect();
    simulator.fault({ path: "/v1/onMessage", times: 1, status: code });
    await expect(conversation.send("hello")).rejects.toMatchObject({ code: "socket_closed" });
    expect(conversation.state).toBe("ended");
    expect(ears.of("ended").map(({ reason }) => reason)).toEqual(["expired"]);
    expect(conversation.transcript).toMatchObject([{ text: "hello", status: "failed" }]);
    clock.advance(600_000);
    expect(actions("configureSession")).toBe(1);
  });

  it.each([
    [401, "Unauthorized"],
    [403, "Session authentication failed"],
    [403, "Try to authenticate again"],
  ])("%i %s replaces the token once, and the message goes again", async (code, text) => {
    const refused: string[] = [];
    const rig = visitor(simulator.url, {
      onTokenRefused: async (token) => {
        refused.push(token);
        return { token: randomUUID(), tokenType: "uuid" };
      },
    });
    await rig.conversation.connect();
    simulator.fault({ path: "/v1/onMessage", times: 1, status: code, body: text });
    await rig.conversation.send("hello");
    expect(refused).toEqual([rig.token]);
    expect(texts(rig.conversation)).toEqual(["hello"]);
    expect(actions("configureSession")).toBe(2);
  });
});

describe("a configure that is answered with", () => {
  const again: [number, string][] = [
    [408, "time-out"],
    [429, "too many requests"],
    [500, "the platform's own trouble"],
    [503, "the platform's own trouble"],
    [4029, "RequestRateTooHigh"],
    [5000, "UnexpectedError"],
  ];

  it.each(again)("%i %s is tried again", async (code) => {
    simulator.fault({ path: "/v1/configureSession", times: 1, status: code });
    const { conversation, ears } = visitor(simulator.url);
    await conversation.connect();
    expect(conversation.state).toBe("open");
    expect(ears.of("error")).toEqual([]);
    expect(actions("configureSession")).toBe(2);
  });

  const never: [number, string][] = [
    [400, "bad request"],
    [401, "Unauthorized"],
    [403, "forbidden"],
    [404, "not found"],
    [4000, "FeatureUnavailable"],
    [4020, "MissingParameter"],
  ];

  it.each(never)("%i %s is not tried again with the same token", async (code) => {
    simulator.fault({ path: "/v1/configureSession", times: 1, status: code });
    const { conversation, clock } = visitor(simulator.url);
    await expect(conversation.connect()).rejects.toMatchObject({ code: "socket_refused", retryable: false });
    clock.advance(600_000);
    expect(conversation.state).not.toBe("open");
    expect(actions("configureSession")).toBe(1);
  });

  it.each([4006, 4007, 4017])("%i ends the session", async (code) => {
    simulator.fault({ path: "/v1/configureSession", times: 1, status: code });
    const { conversation, ears } = visitor(simulator.url);
    await expect(conversation.connect()).rejects.toMatchObject({ code: "socket_closed" });
    expect(conversation.state).toBe("ended");
    expect(ears.of("ended").map(({ reason }) => reason)).toEqual(["expired"]);
  });
});

describe("a file that is answered with", () => {
  const file = Object.assign(new Blob(["hello"], { type: "text/plain" }), { name: "a.txt" });
  const rows: Row[] = [
    [4001, "FileTypeInvalid", "upload_refused", false],
    [4002, "FileSizeInvalid", "upload_refused", false],
    [4003, "FileContentInvalid", "upload_refused", false],
    [4004, "FileNameInvalid", "upload_refused", false],
    [4005, "FileNameTooLong", "upload_refused", false],
    [4102, "FileSizeZero", "upload_refused", false],
    [5000, "UnexpectedError", "upload_failed", true],
  ];

  it.each(rows)("%i %s is refused, as an error frame and as text", async (errorCode, name, code, retryable) => {
    const { conversation, ears } = visitor(simulator.url);
    await conversation.connect();
    simulator.fault({ path: "/v1/onAttachment", times: 1, status: errorCode, body: name });
    await expect(conversation.attach(file)).rejects.toMatchObject({ code, retryable });
    // As GenerateUrlError, which names the attachment: only the frame that asked knows its id.
    const asked = conversation.attach(file).catch((error: unknown) => error);
    simulator.fault({ path: "/v1/onAttachment", times: 1, hang: true });
    await expect.poll(() => actions("onAttachment")).toBe(2);
    const { attachmentId } = ofFrame(simulator.frames().at(-1)?.frame);
    const body = { attachmentId, errorCode, errorMessage: name };
    simulator.send({ type: "message", class: "GenerateUrlError", code: 200, body });
    expect(await asked).toMatchObject({ code, retryable });
    expect([conversation.state, ears.of("error")]).toEqual(["open", []]);
  });

  it("4003 FileContentInvalid after the bytes came (UploadFailureEvent) is refused", async () => {
    const { conversation } = visitor(simulator.url);
    await conversation.connect();
    const wrong = Object.assign(new Blob(["no picture"], { type: "image/png" }), { name: "a.png" });
    simulator.fault({ path: "/uploads/*", times: 1, status: 200 });
    const asked = conversation.attach(wrong).catch((error: unknown) => error);
    await expect.poll(() => simulator.requests().some(({ path }) => path.startsWith("/uploads/"))).toBe(true);
    const { attachmentId } = ofFrame(simulator.frames().at(-1)?.frame);
    const body = { attachmentId, errorCode: 4003, errorMessage: "The content is another", timestamp: "t" };
    simulator.send({ type: "message", class: "UploadFailureEvent", code: 200, body });
    expect(await asked).toMatchObject({ code: "upload_refused" });
  });
});

it("no code of the platform is left out", async () => {
  const source = await readFile(new URL(import.meta.url), "utf8");
  const missing = Object.values(GuestApiCode).filter((code) => !new RegExp(`\\[${code},`).test(source));
  expect(missing).toEqual([]);
});
