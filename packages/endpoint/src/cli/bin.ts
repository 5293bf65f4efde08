#!/usr/bin/env node
/** The process around the command. */
import { main } from "./main.js";

const LINGER_MS = 1000;

// Whoever read us has gone: nothing more to say to them.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });

process.exitCode = await main(process.argv.slice(2), process.env, process);
// What is still open (a kept connection) does not hold the process up for long.
setTimeout(() => process.exit(), LINGER_MS).unref();
