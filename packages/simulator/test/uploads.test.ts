import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { start } from "./call.js";
import { type Guest, join } from "./guest.js";

const quiet = { quietAgent: true };
const BYTES = Buffer.from("a file of some bytes");
const FILE = { fileName: "note.txt", fileType: "text/plain", fileSize: BYTES.length, errorsAsJson: true };

async function announce(guest: Guest, more: Record<string, unknown> = {}) {
  const attachmentId = randomUUID();
  const tracingId = guest.send({ action: "onAttachment", attachmentId, ...FILE, ...more });
  return { attachmentId, frame: await guest.until((frame) => frame.tracingId === tracingId) };
}

const put = (url: string, headers: Record<string, string>, body: Buffer<ArrayBuffer> = BYTES) =>
  fetch(url, { method: "PUT", headers: { "content-type": "text/plain", ...headers }, body });

async function upload(guest: Guest) {
  const { attachmentId, frame } = await announce(guest);
  expect((await put(frame.body.url, frame.body.headers)).status).toBe(200);
  const news = await guest.until((one) => one.class === "UploadSuccessEvent");
  expect(news).toMatchObject({
    type: "message",
    code: 200,
    body: { attachmentId, timestamp: expect.stringMatching(/Z$/) },
  });
  return { attachmentId, downloadUrl: news.body.downloadUrl as string };
}

test("announce, put, send: the file comes back in the message and can be fetched", async () => {
  const simulator = await start(quiet);
  const guest = await join(simulator);
  const { attachmentId, frame } = await announce(guest);
  expect(frame).toMatchObject({
    type: "response",
    class: "PresignedUrlResponse",
    code: 200,
    body: {
      attachmentId,
      url: expect.stringContaining(simulator.url),
      headers: { "x-amz-tagging": expect.any(String) },
    },
  });
  await put(frame.body.url, frame.body.headers);
  const news = await guest.next();
  expect(news.class).toBe("UploadSuccessEvent");
  guest.say("see this", { content: [{ contentType: "Attachment", attachment: { id: attachmentId } }] });
  const sent = await guest.next();
  expect(sent.body).toMatchObject({
    type: "Text",
    text: "see this",
    content: [
      {
        contentType: "Attachment",
        attachment: {
          id: attachmentId,
          filename: "note.txt",
          fileSize: BYTES.length,
          mediaType: "File",
          mime: "text/plain",
        },
      },
    ],
  });
  for (const url of [news.body.downloadUrl, sent.body.content[0].attachment.url]) {
    const answer = await fetch(url);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(BYTES);
    expect(answer.headers.get("content-type")).toContain("text/plain");
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
  }
});

test("a picture without text is a message", async () => {
  const simulator = await start();
  const guest = await join(simulator);
  const { attachmentId, frame } = await announce(guest, { fileName: "p.png", fileType: "image/png" });
  await put(frame.body.url, { ...frame.body.headers, "content-type": "image/png" });
  await guest.next();
  guest.say("", { content: [{ contentType: "Attachment", attachment: { id: attachmentId } }] });
  expect((await guest.next()).body.content[0].attachment.mediaType).toBe("Image");
  await guest.until((one) => one.body.text === "Thank you, I have noted: a file");
});

test.each([
  ["no extension", { fileName: "note" }, 4004],
  ["a path", { fileName: "a/note.txt" }, 4004],
  ["1024 characters", { fileName: `${"x".repeat(1020)}.txt` }, 4005],
  ["a blocked extension", { fileName: "setup.EXE" }, 4001],
  ["another type", { fileType: "application/x-sh" }, 4001],
  ["no bytes", { fileSize: 0 }, 4102],
  ["too many bytes", { fileSize: 10 * 1024 * 1024 + 1 }, 4002],
])("%s is refused before the upload", async (_what, change, errorCode) => {
  const simulator = await start();
  const guest = await join(simulator);
  const { attachmentId, frame } = await announce(guest, change);
  expect(frame).toMatchObject({
    class: "GenerateUrlError",
    body: { attachmentId, errorCode, errorMessage: expect.any(String) },
  });
  const plain = await announce(guest, { ...change, errorsAsJson: false });
  expect(plain.frame).toMatchObject({ class: "string", code: errorCode, body: expect.any(String) });
});

test("ten megabytes to the byte are taken", async () => {
  const simulator = await start(quiet);
  const guest = await join(simulator);
  const bytes = Buffer.alloc(10 * 1024 * 1024, 1);
  const { frame } = await announce(guest, { fileSize: bytes.length });
  expect((await put(frame.body.url, frame.body.headers, bytes)).status).toBe(200);
  expect((await guest.next()).class).toBe("UploadSuccessEvent");
});

test("the storage takes only what was signed, in its time", async () => {
  const simulator = await start(quiet);
  const guest = await join(simulator);
  const { frame } = await announce(guest);
  const { url, headers } = frame.body;
  expect((await put(url, {})).status).toBe(403);
  expect((await put(url, { ...headers, "content-type": "text/html" })).status).toBe(403);
  expect((await put(`${simulator.url}/uploads/nothing`, headers)).status).toBe(403);
  simulator.advance(601);
  const late = await put(url, headers);
  expect(late.status).toBe(403);
  expect(await late.text()).toContain("Request has expired");
});

test("other bytes than announced are an UploadFailureEvent", async () => {
  const simulator = await start(quiet);
  const guest = await join(simulator);
  const { attachmentId, frame } = await announce(guest);
  await put(frame.body.url, frame.body.headers, Buffer.from("short"));
  expect(await guest.next()).toMatchObject({
    type: "message",
    class: "UploadFailureEvent",
    body: { attachmentId, errorCode: 4002 },
  });
});

test("a preflight of an upload is answered", async () => {
  const simulator = await start();
  const answer = await fetch(`${simulator.url}/uploads/x`, {
    method: "OPTIONS",
    headers: {
      origin: "https://shop.example",
      "access-control-request-method": "PUT",
      "access-control-request-headers": "content-type,x-amz-tagging",
    },
  });
  expect(answer.status).toBe(204);
  expect(answer.headers.get("access-control-allow-methods")).toContain("PUT");
  expect(answer.headers.get("access-control-allow-headers")).toBe("content-type,x-amz-tagging");
});

test("a message with a file that is unknown, or not uploaded yet, is refused", async () => {
  const simulator = await start(quiet);
  const guest = await join(simulator);
  const send = (id: string) => guest.say("x", { content: [{ contentType: "Attachment", attachment: { id } }] });
  send(randomUUID());
  expect(await guest.next()).toMatchObject({ class: "string", code: 4009 });
  send((await announce(guest)).attachmentId);
  expect(await guest.next()).toMatchObject({ class: "string", code: 4010 });
});

test("getAttachment gives a fresh URL when the old one has died", async () => {
  const simulator = await start(quiet);
  const guest = await join(simulator);
  const { attachmentId, downloadUrl } = await upload(guest);
  simulator.advance(601);
  expect((await fetch(downloadUrl)).status).toBe(403);
  guest.send({ action: "getAttachment", attachmentId });
  const { body } = await guest.next();
  expect(body).toMatchObject({
    attachmentId,
    headers: {},
    fileSize: BYTES.length,
    fileName: "note.txt",
    fileType: "text/plain",
  });
  expect((await fetch(body.url)).status).toBe(200);
  const forged = new URL(downloadUrl);
  forged.searchParams.set("until", String(simulator.now() + 1000));
  expect((await fetch(forged)).status).toBe(403);
});

test("a file is deleted before it is sent, not after, and not by another guest", async () => {
  const simulator = await start(quiet);
  const guest = await join(simulator);
  const other = await join(simulator);
  const { attachmentId, downloadUrl } = await upload(guest);
  other.send({ action: "deleteAttachment", attachmentId });
  expect(await other.next()).toMatchObject({ class: "string", code: 4009 });
  guest.send({ action: "deleteAttachment", attachmentId });
  expect(await guest.next()).toMatchObject({
    type: "message",
    class: "AttachmentDeletedResponse",
    body: { attachmentId },
  });
  expect((await fetch(downloadUrl)).status).toBe(403);
  const sent = await upload(guest);
  guest.say("x", { content: [{ contentType: "Attachment", attachment: { id: sent.attachmentId } }] });
  await guest.next();
  guest.send({ action: "deleteAttachment", attachmentId: sent.attachmentId });
  expect(await guest.next()).toMatchObject({ class: "string", code: 409 });
});
