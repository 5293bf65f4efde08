/**
 * The bytes of one file on their way to a signed address. Knows HTTP alone: XMLHttpRequest in a page, because only that
 * tells how far it is, and fetch elsewhere. The address is a secret and stands in no error.
 */
import type { AttachmentFile, AttachOptions } from "../contract.js";
import { MessagingError } from "../errors.js";
import type { ConversationPorts } from "../ports.js";

/** A transfer that stands still this long has failed. */
const STALL_MS = 60_000;
/** Where progress cannot be seen, the whole may take this long. */
const LONGEST_MS = 600_000;

export interface Destination {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Resolves when the address has taken every byte; rejects with `upload_failed` or `aborted`. */
export async function transfer(
  ports: Pick<ConversationPorts, "clock" | "fetch">,
  file: AttachmentFile,
  type: string,
  destination: Destination,
  options: AttachOptions,
): Promise<void> {
  const headers = { "content-type": type, ...lowerCased(destination.headers) };
  const put = typeof globalThis.XMLHttpRequest === "function" ? putByXhr : putByFetch;
  options.onProgress?.(0, file.size);
  const status = await put(ports, file, { ...destination, headers }, options);
  if (options.signal?.aborted) throw cancelled();
  if (status < 200 || status > 299) {
    throw new MessagingError("upload_failed", `The file could not be brought over (${status || "no answer"}).`);
  }
  options.onProgress?.(file.size, file.size);
}

type Put = (
  ports: Pick<ConversationPorts, "clock" | "fetch">,
  file: AttachmentFile,
  destination: Destination,
  options: AttachOptions,
) => Promise<number>;

const putByXhr: Put = ({ clock }, file, { url, headers }, { signal, onProgress }) =>
  new Promise((resolve) => {
    const request = new XMLHttpRequest();
    let stop = () => {};
    const alive = () => {
      stop();
      stop = clock.after(STALL_MS, () => request.abort());
    };
    const abort = () => request.abort();
    request.addEventListener("loadend", () => {
      stop();
      signal?.removeEventListener("abort", abort);
      resolve(request.status);
    });
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      alive();
      onProgress?.(loaded, total);
    });
    signal?.addEventListener("abort", abort);
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    alive();
    request.send(file);
  });

const putByFetch: Put = async ({ clock, fetch }, file, { url, headers }, { signal }) => {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const stop = clock.after(LONGEST_MS, abort);
  signal?.addEventListener("abort", abort);
  try {
    const answer = await fetch(url, {
      method: "PUT",
      headers,
      body: file,
      credentials: "omit",
      signal: controller.signal,
    });
    await answer.body?.cancel();
    return answer.status;
  } catch {
    return 0;
  } finally {
    stop();
    signal?.removeEventListener("abort", abort);
  }
};

export function cancelled(): MessagingError {
  return new MessagingError("aborted", "The upload was cancelled.");
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
