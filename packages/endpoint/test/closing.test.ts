/** A server that ends, and the connections that browsers open ahead of need and never use. */
import { once } from "node:events";
import { connect } from "node:net";
import { startSimulator } from "@guestpass/simulator";
import { expect, it } from "vitest";
import { readConfig } from "../src/config.js";
import { createServer } from "../src/index.js";
import { CLIENT, environment } from "./running-endpoint.js";

it("ends though a connection is open that has never asked anything, the endpoint and the simulator alike", async () => {
  const simulator = await startSimulator({ clients: [CLIENT] });
  const server = await createServer(readConfig(environment(simulator.url, { AUDIT_LOG: "off", LOG_LEVEL: "silent" })));
  const url = await server.start();
  const sockets = [url, simulator.url].map((each) => connect(Number(new URL(each).port), "127.0.0.1"));
  const ended = sockets.map((socket) =>
    once(
      socket.on("error", () => {}),
      "close",
    ),
  );
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  await server.close();
  await simulator.close();
  expect(await Promise.all(ended)).toHaveLength(2);
}, 10_000);
