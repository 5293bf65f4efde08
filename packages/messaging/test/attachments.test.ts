import type { AttachmentFile } from "@guestpass/messaging";
import { describe, expect, it } from "vitest";
import { CONFIG, nodeSocket, platform, visitor } from "./rig.js";
import { scripted, session } from "./scripted.js";

const file = (name = "note.txt", type = "text/plain", content: BlobPart = "hello"): AttachmentFile =>
  Object.assign(new Blob([content], { type }), { name });

describe("an attachment", () => {
  it("is uploaded, then sent with a message, and everybody has it", async () => {
    const simulator = await platform();
    const { conversation, ears } = visitor(simulator.url);
    const progress: [number, number][] = [];
    const uploaded = await conversation.attach(file(), { onProgress: (sent, total) => progress.push([sent, total]) });
    expect(uploaded).toMatchObject({ name: "note.txt", type: "text/plain", size: 5 });
    expect(await (await fetch(uploaded.url)).text()).toBe("hello");
    expect(progress.at(0)).toEqual([0, 5]);
    expect(progress.at(-1)).toEqual([5, 5]);
    await conversation.send("", { attachment: uploaded.id });
    expect(conversation.transcript).toMatchObject([
      {
        status: "delivered",
        text: "",
        content: [
          { contentType: "Attachment", attachment: { id: uploaded.id, filename: "note.txt", mime: "text/plain" } },
        ],
      },
    ]);
    expect(ears.of("message")).toHaveLength(1);
    const put = simulator.requests().find((request) => request.method === "PUT");
    expect(put?.headers).toMatchObject({ "content-type": "text/plain", "x-amz-tagging": "origin=web-messaging" });
  });

  it("has a fresh address when its link has expired", async () => {
    const simulator = await platform();
    const { conversation } = visitor(simulator.url);
    const { id, url } = await conversation.attach(file());
    simulator.advance(3600);
    expect((await fetch(url)).ok).toBe(false);
    const renewed = await conversation.renewAttachment(id);
    expect(await (await fetch(renewed)).text()).toBe("hello");
  });

  it("can be taken back before it is sent", async () => {
    const simulator = await platform();
    const { conversation } = visitor(simulator.url);
    const { id } = await conversation.attach(file());
    await conversation.detach(id);
    await expect(conversation.renewAttachment(id)).rejects.toMatchObject({ code: "upload_failed" });
    await expect(conversation.send("see this", { attachment: id })).rejects.toMatchObject({ code: "upload_failed" });
    expect(conversation.transcript).toMatchObject([{ text: "see this", status: "failed" }]);
  });

  it.each([
    ["empty", file("a.txt", "text/plain", "")],
    ["without an extension", file("note")],
    ["of a blocked extension", file("virus.EXE", "text/plain")],
    ["of a type that is not allowed", file("a.zip", "application/zip")],
    ["with a name too long", file(`${"n".repeat(1020)}.txt`)],
    ["too large", Object.defineProperty(file("a.txt"), "size", { value: 10_241 * 1024 })],
  ])("that is %s is refused before anything is sent", async (_name, wrong) => {
    const simulator = await platform();
    const { conversation } = visitor(simulator.url);
    await conversation.connect();
    const sent = simulator.frames().length;
    await expect(conversation.attach(wrong)).rejects.toMatchObject({ code: "upload_refused", retryable: false });
    expect(simulator.frames()).toHaveLength(sent);
  });

  it("is refused where the deployment takes none", async () => {
    const simulator = await platform();
    const { conversation } = visitor(simulator.url, { config: { ...CONFIG, fileUploadEnabled: false } });
    expect(conversation.attachmentLimits.enabled).toBe(false);
    await expect(conversation.attach(file())).rejects.toMatchObject({ code: "upload_refused" });
  });

  it("is held to the deployment's configuration where the session says nothing", async () => {
    const simulator = await platform();
    const { conversation } = visitor(simulator.url, {
      ports: {
        createSocket(url) {
          const socket = nodeSocket(url);
          const listen = socket.addEventListener.bind(socket) as (
            type: string,
            listener: (event: { data: string }) => void,
          ) => void;
          const silent = ({ data }: { data: string }) => ({
            data: data.includes("SessionResponse") ? data.replace("allowedMedia", "unknown") : data,
          });
          Object.assign(socket, {
            addEventListener: (type: string, listener: (event: { data: string }) => void) =>
              listen(type, (event) => listener(type === "message" ? silent(event) : event)),
          });
          return socket;
        },
      },
    });
    await expect(conversation.attach(file("a.zip", "application/zip"))).rejects.toMatchObject({
      code: "upload_refused",
      message: "Files of this type are not allowed.",
    });
    const asked = simulator.frames().filter(({ frame }) => JSON.stringify(frame).includes("getConfiguration"));
    expect(asked).toHaveLength(1);
  });

  it("that the platform refuses says so", async () => {
    const simulator = await platform();
    const { conversation } = visitor(simulator.url, {
      // The client is told nothing of types and sizes, so that only the platform knows.
      ports: {
        createSocket(url) {
          const socket = nodeSocket(url);
          const listen = socket.addEventListener.bind(socket) as (
            type: string,
            listener: (event: { data: string }) => void,
          ) => void;
          Object.assign(socket, {
            addEventListener: (type: string, listener: (event: { data: string }) => void) =>
              listen(type, (event) =>
                listener(
                  type === "message" ? { data: event.data.replace(/"allowedMedia":.*?\}\}/, '"x":{"y":{}}') } : event,
                ),
              ),
          });
          return socket;
        },
      },
    });
    await expect(conversation.attach(file("a.zip", "application/zip"))).rejects.toMatchObject({
      code: "upload_refused",
    });
  });

  it("whose transfer fails says so, without its address", async () => {
    const simulator = await platform();
    const { conversation } = visitor(simulator.url);
    await conversation.connect();
    simulator.fault({ path: "/uploads/*", status: 503 });
    const error = (await conversation.attach(file()).catch((reason: unknown) => reason)) as Error;
    expect(error).toMatchObject({ code: "upload_failed", retryable: true });
    expect(`${error.message} ${error.stack}`).not.toContain("/uploads/");
  });

  it("is given up when its caller cancels", async () => {
    const simulator = await platform();
    const { conversation } = visitor(simulator.url);
    await conversation.connect();
    simulator.fault({ path: "/uploads/*", hang: true });
    const controller = new AbortController();
    const uploading = conversation.attach(file(), {
      signal: controller.signal,
      onProgress: () => setImmediate(() => controller.abort()),
    });
    await expect(uploading).rejects.toMatchObject({ code: "aborted" });
    await expect
      .poll(() => simulator.frames().some(({ frame }) => JSON.stringify(frame).includes("deleteAttachment")))
      .toBe(true);
  });

  it("outlives a connection that is lost before the platform's word", async () => {
    const simulator = await platform();
    const { conversation } = visitor(simulator.url, {
      ports: {
        fetch: async (input, init) => {
          const answer = await fetch(input, init);
          if (init?.method === "PUT") simulator.dropSockets();
          return answer;
        },
      },
    });
    const { id } = await conversation.attach(file());
    await conversation.send("look", { attachment: id });
    expect(conversation.transcript).toMatchObject([{ text: "look", content: [{ contentType: "Attachment" }] }]);
  });

  it("has the address that the platform's late word of success brings, when that comes before the answer", async () => {
    const downloadUrl = "https://files.example/note.txt?until=1";
    const peer = await scripted((frame, guest) => {
      if (frame.action === "configureSession") guest.say(session(frame));
      if (frame.action !== "getAttachment") return;
      const body = { attachmentId: "note", downloadUrl, timestamp: "2026-01-01T00:00:00Z" };
      guest.say({ type: "message", class: "UploadSuccessEvent", code: 200, body });
    });
    const { conversation } = visitor(peer.url);
    await expect(conversation.renewAttachment("note")).resolves.toBe(downloadUrl);
  });
});
