/**
 * Where audit records go: one JSON line each to a file, to stdout, or nowhere. Never delays an answer; a sink that
 * cannot keep up loses records rather than memory, and says so.
 */
import { createWriteStream, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";

/** Bytes that may wait for a slow disk or pipe. */
const MAX_WAITING = 4 * 1024 * 1024;

export interface AuditLog {
  write(record: object): void;
  /** Resolves when all is written. */
  close(): Promise<void>;
}

/** @param target a path, `stdout` or `off`. @throws when the file cannot be opened. */
export async function openAuditLog(
  target: string,
  stdout: Writable,
  warn: (message: string) => void,
): Promise<AuditLog> {
  if (target === "off") return { write: () => undefined, close: async () => undefined };
  const stream = target === "stdout" ? stdout : await openFile(target);
  let dropped = 0;
  let failed = false;
  const onError = (error: Error): void => {
    failed = true;
    warn(`the audit log cannot be written: ${error.message}`);
  };
  if (stream !== stdout) stream.on("error", onError);
  let lines: string[] = [];
  /** Those of one turn of the event loop in one write: a write for each costs more than making the record. */
  const flush = (): void => {
    if (lines.length === 0) return;
    const text = lines.join("");
    lines = [];
    if (!failed) stream.write(text);
  };
  return {
    write(record) {
      if (failed || stream.writableLength > MAX_WAITING) {
        dropped += 1;
        if (dropped === 1) warn("audit records are lost: the audit log cannot keep up, or is gone");
        return;
      }
      dropped = 0;
      if (lines.push(`${JSON.stringify(record)}\n`) === 1) setImmediate(flush);
    },
    async close() {
      flush();
      if (stream === stdout || failed) return;
      stream.end();
      await finished(stream).catch(() => undefined);
    },
  };
}

async function openFile(path: string): Promise<Writable> {
  mkdirSync(dirname(path), { recursive: true });
  const stream = createWriteStream(path, { flags: "a", mode: 0o600 });
  await new Promise<void>((resolve, reject) => {
    stream.once("open", () => resolve());
    stream.once("error", reject);
  });
  return stream;
}
