/**
 * One connection of the guest at a time: frames with tracing ids, answers as promises, and a new connection after a loss.
 * Knows no plugin.
 */

const ANSWER_MS = 15_000;
const RECONNECT_MS = [500, 1000, 2000, 5000];

/**
 * @param url of the socket, with its query
 * @param token () => the token of each frame
 * @param on `{open, frame, lost, failed}`; `open` configures, and its failure is a loss
 */
export function createSocket(url, token, on) {
  const waiting = new Map();
  let socket;
  let tries = 0;
  let timer;

  function connect() {
    clearTimeout(timer);
    const mine = new WebSocket(url);
    socket = mine;
    mine.addEventListener("open", () => {
      Promise.resolve(on.open(tries > 0)).then(
        () => {
          tries = 0;
        },
        (error) => {
          close();
          on.failed(error);
        },
      );
    });
    mine.addEventListener("message", ({ data }) => receive(JSON.parse(data)));
    mine.addEventListener("close", () => {
      if (mine !== socket) return;
      socket = undefined;
      drop(new Error("The connection was lost"));
      on.lost();
      timer = setTimeout(connect, RECONNECT_MS[Math.min(tries, RECONNECT_MS.length - 1)]);
      tries += 1;
    });
  }

  function receive(frame) {
    const { tracingId } = frame;
    const asked = waiting.get(tracingId);
    waiting.delete(tracingId);
    clearTimeout(asked?.timer);
    if (asked && frame.code !== 200) asked.reject(refusal(frame));
    else {
      on.frame(frame);
      asked?.resolve(frame);
    }
  }

  function drop(error) {
    for (const { reject, timer: late } of waiting.values()) {
      clearTimeout(late);
      reject(error);
    }
    waiting.clear();
  }

  /** Ends the connection on purpose. */
  function close() {
    clearTimeout(timer);
    const mine = socket;
    socket = undefined;
    tries = 0;
    drop(new Error("The connection was closed"));
    mine?.close(1000, "The user has closed the connection.");
  }

  return {
    connect,
    close,
    isOpen: () => socket?.readyState === WebSocket.OPEN,
    /** Sends a frame; resolves with the answer that carries its tracing id, rejects with `{code}`. */
    ask(frame, tracingId = crypto.randomUUID()) {
      return new Promise((resolve, reject) => {
        if (socket?.readyState !== WebSocket.OPEN) return reject(new Error("There is no connection"));
        const late = setTimeout(() => {
          waiting.delete(tracingId);
          reject(new Error("The platform did not answer"));
        }, ANSWER_MS);
        waiting.set(tracingId, { resolve, reject, timer: late });
        socket.send(JSON.stringify({ token: token(), tracingId, ...frame }));
      });
    },
    /** Sends a frame that is not answered. */
    tell(frame) {
      if (socket?.readyState === WebSocket.OPEN) {
        socket.send(JSON.stringify({ token: token(), tracingId: crypto.randomUUID(), ...frame }));
      }
    },
  };
}

function refusal({ code, body }) {
  const message = typeof body === "string" ? body : (body?.errorMessage ?? "The platform refused");
  return Object.assign(new Error(message), { code: body?.errorCode ?? code, retryAfter: body?.retryAfter });
}
