import { defineConfig } from "@playwright/test";

/** Browser tests: real Chromium, the built script tag, the real endpoint and the simulator, all on loopback. */
const executablePath = process.env["CHROME_PATH"] ?? "/usr/bin/chromium";

/** Without a graphics card Chromium would imitate one on the processor: a quarter of the whole run's time. */
const QUIET = ["--disable-gpu", "--disable-software-rasterizer"];

export default defineConfig({
  testDir: ".",
  testMatch: ["packages/*/e2e/**/*.spec.ts", "examples/e2e/**/*.spec.ts"],
  fullyParallel: true,
  forbidOnly: true,
  // What passes only then is named at the end of the test command, as flaky.
  retries: 1,
  // More than there are cores: most of a test is waiting for a token to grow old.
  workers: 3,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: "list",
  use: {
    launchOptions: { executablePath, args: QUIET },
    viewport: { width: 1280, height: 800 },
    // Drawing what moves is a third of the browser's work here; examples/e2e has it as most visitors do.
    contextOptions: { reducedMotion: "reduce" },
  },
  projects: [{ name: "chromium", use: { browserName: "chromium" } }],
});
