/** The files of plugin MessagingService: asked for, put to the storage, sent along with the next message. */

/** @param socket `{ask}`; @param start () => Promise, connected and configured */
export function startFiles(bus, { socket, start }) {
  const plugin = bus.register("MessagingService");
  const approvals = new Map();
  let uploaded = [];

  async function upload(file) {
    const attachmentId = crypto.randomUUID();
    const news = new Promise((resolve, reject) => approvals.set(attachmentId, { resolve, reject }));
    // whoever waits for the approval below hears of a refusal there
    news.catch(() => undefined);
    const { class: name, body } = await socket.ask({
      action: "onAttachment",
      attachmentId,
      fileName: file.name,
      fileType: file.type,
      fileSize: file.size,
      errorsAsJson: true,
    });
    if (name !== "PresignedUrlResponse") throw fail(body);
    plugin.publish("uploadApproved", body);
    plugin.publish("uploading", { attachmentId });
    const headers = { ...body.headers, "content-type": file.type };
    const answer = await fetch(body.url, { method: "PUT", headers, body: file });
    if (!answer.ok) throw fail({ attachmentId, errorMessage: `The storage answered ${answer.status}` });
    return news;
  }

  function fail(body) {
    approvals.delete(body.attachmentId);
    plugin.publish("fileUploadError", body);
    return new Error(body.errorMessage);
  }

  plugin.handle("requestUpload", async ({ file }) => {
    await start();
    return Promise.all([...file].map(upload));
  });
  plugin.handle("getFile", async ({ id }) => (await socket.ask({ action: "getAttachment", attachmentId: id })).body);
  plugin.handle("deleteFile", async ({ id }) => {
    const { body } = await socket.ask({ action: "deleteAttachment", attachmentId: id });
    uploaded = uploaded.filter((one) => one !== id);
    plugin.publish("fileDeleted", body);
  });

  return {
    /** The storage has told the platform of a file, or of what is wrong with it. */
    heard({ class: name, body }) {
      const waiting = approvals.get(body.attachmentId);
      approvals.delete(body.attachmentId);
      if (name === "UploadSuccessEvent") {
        uploaded.push(body.attachmentId);
        plugin.publish("fileUploaded", body);
        waiting?.resolve(body);
      } else waiting?.reject(fail(body));
    },
    /** Content for the next message; a message has one file. */
    take() {
      const [id, ...rest] = uploaded;
      uploaded = rest;
      return id === undefined ? [] : [{ contentType: "Attachment", attachment: { id } }];
    },
  };
}
