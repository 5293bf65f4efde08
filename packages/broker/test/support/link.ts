/** A wire between a store and its Redis that can lose an answer: the command is done, and nobody hears of it. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export interface Link {
  url: string;
  /** An answer is not handed on, the connection breaks instead: the next one, or after so many others. */
  loseAnswer(after?: number): void;
  /** Answers that were lost so far. */
  lost(): number;
  close(): Promise<void>;
}

/** A way to the Redis at that port. */
export async function openLink(port: number): Promise<Link> {
  let losingAfter: number | undefined;
  let lost = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.once("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    near.on("data", (command) => far.write(command));
    far.on("data", (answer) => {
      if (losingAfter !== 0) {
        near.write(answer);
        if (losingAfter !== undefined) losingAfter -= 1;
        return;
      }
      losingAfter = undefined;
      lost += 1;
      near.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    loseAnswer(after = 0) {
      losingAfter = after;
    },
    lost: () => lost,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
