import { defineConfig } from "vitest/config";
// @ts-expect-error a plain script without types
import { aliases } from "./tools/aliases.mjs";

const resolve = { alias: aliases as { find: string | RegExp; replacement: string }[] };

export default defineConfig({
  resolve,
  test: {
    reporters: ["default"],
    // Also on two cores: a file often waits, for a server to start or a process to end.
    maxWorkers: 2,
    projects: [
      {
        resolve,
        test: {
          name: "node",
          environment: "node",
          // Modules hold no state of their own, so that files may share a worker: making every module anew for each
          // of them took more time than the tests.
          isolate: false,
          include: ["packages/*/src/**/*.test.ts", "packages/*/test/**/*.test.ts"],
          exclude: ["**/*.dom.test.ts", "**/node_modules/**"],
          testTimeout: 20_000,
        },
      },
      {
        resolve,
        test: {
          name: "dom",
          environment: "happy-dom",
          include: ["packages/*/{src,test}/**/*.dom.test.ts"],
          testTimeout: 20_000,
        },
      },
    ],
  },
});
