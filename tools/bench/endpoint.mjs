// The endpoint under load, in a process of its own, with audit and metrics on or off as its environment says.
import { createServer, readConfig } from "../../packages/endpoint/dist/index.js";

const server = await createServer(readConfig(process.env));
const url = await server.start();
process.send({ port: Number(new URL(url).port) });
process.on("message", (message) => {
  if (message === "cpu") process.send({ cpu: process.cpuUsage() });
  if (message !== "memory") return;
  globalThis.gc?.();
  process.send({ memory: process.memoryUsage() });
});
process.on("disconnect", () => process.exit(0));
