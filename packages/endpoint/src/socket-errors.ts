/**
 * Answers to what is not even a request: broken HTTP, headers without end, a client that is too slow. Written to the
 * bare socket, because there is no reply to write to.
 */
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { ProblemCode } from "@guestpass/protocol";
import { nanoid } from "nanoid";
import { COMMON_HEADERS } from "./answers.js";
import { PROBLEM_TYPE, problemOf, Refusal } from "./problems.js";

interface SocketProblem {
  code: ProblemCode;
  status: number;
  detail: string;
}

const BROKEN: SocketProblem = { code: "invalid_request", status: 400, detail: "This is not valid HTTP." };
const PROBLEMS: Readonly<Record<string, SocketProblem>> = {
  HPE_HEADER_OVERFLOW: { code: "payload_too_large", status: 431, detail: "The headers or the URL are too long." },
  ERR_HTTP_REQUEST_TIMEOUT: { code: "invalid_request", status: 408, detail: "The request took too long to arrive." },
};

/** Node's clientError event: answers once and closes. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable || hasBegunToAnswer(socket)) {
    socket.destroy();
    return;
  }
  const { code, status, detail } = PROBLEMS[error.code ?? ""] ?? BROKEN;
  const requestId = nanoid();
  const body = JSON.stringify(problemOf(new Refusal(code, detail, { status }), requestId));
  const headers = {
    ...COMMON_HEADERS,
    "x-request-id": requestId,
    "content-type": PROBLEM_TYPE,
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("\r\n")}\r\n\r\n${body}`, () =>
    socket.destroy(),
  );
}

/** The answer to an earlier request is on its way: two would be one broken one. */
function hasBegunToAnswer(socket: Socket): boolean {
  const { _httpMessage: message } = socket as Socket & { _httpMessage?: { headersSent?: boolean } };
  return message?.headersSent === true;
}
