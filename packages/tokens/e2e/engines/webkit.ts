/** WebKit as GTK has it: its driver, a display that nobody sees, and WebDriver. */
import { type ChildProcess, spawn } from "node:child_process";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { Builder, Capabilities, type WebDriver } from "selenium-webdriver";
import type { Engine, Tab } from "./engine.js";

export interface WebKitPaths {
  readonly driver: string;
  readonly miniBrowser: string;
  readonly display: string;
}

export async function openWebKit({ driver: driverPath, miniBrowser, display }: WebKitPaths): Promise<Engine> {
  const screen = spawn(display, ["-displayfd", "3", "-screen", "0", "1280x800x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const number = await firstLine(screen);
  const port = await freePort();
  const env = { ...process.env, DISPLAY: `:${number}`, GDK_BACKEND: "x11", NO_AT_BRIDGE: "1" };
  const service = spawn(driverPath, [`--port=${port}`, "--host=127.0.0.1"], { env, stdio: "ignore" });
  const capabilities = new Capabilities({
    browserName: "MiniBrowser",
    "webkitgtk:browserOptions": { binary: miniBrowser, args: ["--automation"] },
  });
  const driver = await connect(`http://127.0.0.1:${port}`, capabilities, service);
  await driver.manage().setTimeouts({ script: 30_000 });
  const found = await driver.getCapabilities();
  // One window is looked at at a time: what is asked of two at once waits for its turn.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work, work);
    turn = mine.catch(() => {});
    return mine;
  };
  const first = await driver.getWindowHandle();
  return {
    name: `WebKitGTK ${found.get("browserVersion")}`,
    keepsPages: true,
    open: () =>
      inTurn(async () => {
        await driver.switchTo().window(first);
        await driver.switchTo().newWindow("tab");
        return wrap(driver, await driver.getWindowHandle(), inTurn);
      }),
    async close() {
      await inTurn(() => driver.quit());
      await ended(service);
      await ended(screen);
    },
  };
}

function wrap(driver: WebDriver, handle: string, inTurn: <T>(work: () => Promise<T>) => Promise<T>): Tab {
  const here = <T>(work: () => Promise<T>): Promise<T> =>
    inTurn(async () => {
      await driver.switchTo().window(handle);
      return work();
    });
  return {
    console: [],
    errors: [],
    goto: (url) => here(() => driver.get(url)),
    reload: () => here(() => driver.navigate().refresh()),
    back: () => here(() => driver.navigate().back()),
    run: async (work, ...args) => {
      const answer = await here(() =>
        driver.executeAsyncScript<{ value?: unknown; error?: string }>(call(work), ...args),
      );
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer.value as never;
    },
    close: () => here(() => driver.close()),
  };
}

function call(work: (...args: never[]) => unknown): string {
  return `const done = arguments[arguments.length - 1], args = [...arguments].slice(0, -1);
    (async () => (${String(work)})(...args))().then((value) => done({ value }), (error) => done({ error: String(error) }));`;
}

async function connect(url: string, capabilities: Capabilities, service: ChildProcess): Promise<WebDriver> {
  for (let round = 0; ; round += 1) {
    try {
      return await new Builder().usingServer(url).withCapabilities(capabilities).build();
    } catch (error) {
      if (round > 50 || service.exitCode !== null) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdio[3]?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes("\n")) resolve(text.trim());
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the display ended with ${code}`)));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    child.once("exit", () => resolve());
    child.kill();
  });
}
