/**
 * The container image as far as it goes without a container engine: its Dockerfile is linted and read, the step that
 * makes its content is run as written there, and what it starts is started as it says, as a user who may write nothing.
 */
import { execFile, spawn } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startSimulator } from "@guestpass/simulator";
import { DockerfileParser, type JSONInstruction } from "dockerfile-ast";
import { validate } from "dockerfile-utils";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { childOf, compile } from "./child.js";
import { run } from "./command.js";
import { type RedisServer, startRedis } from "./redis-server.js";
import { CLIENT, DEPLOYMENT, environment, ORIGIN, request } from "./running-endpoint.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const TEXT = readFileSync(new URL("../image/Dockerfile", import.meta.url), "utf8");
const dockerfile = DockerfileParser.parse(TEXT);
const instructions = dockerfile.getInstructions();
const lastStage = instructions.slice(instructions.findLastIndex((one) => one.getKeyword() === "FROM"));
const of = (keyword: string) => lastStage.filter((one) => one.getKeyword() === keyword);
/** The words of an instruction in exec form; empty where it is in shell form. */
const words = (one: unknown): string[] =>
  (one as JSONInstruction).getJSONStrings().map((word) => JSON.parse(word.getValue()) as string);

/** The user that must not be root: the image's own number where the tests may take it. */
const USER = Number(of("USER")[0]?.getArgumentsContent()?.split(":")[0]);

describe("the Dockerfile", () => {
  it("has nothing that its linter complains of", () => {
    expect(validate(TEXT).map(({ message, range }) => [range.start.line + 1, message])).toEqual([]);
    expect(validate(TEXT.replace("USER", "USR"))).not.toEqual([]);
  });

  it("takes its versions from arguments, and no latest one", () => {
    for (const from of dockerfile.getFROMs()) expect(from.getImage()).toMatch(/^\$\{NODE_IMAGE\}$/);
    const initial = new Map(
      dockerfile.getARGs().map((arg) => [arg.getProperty()?.getName(), arg.getProperty()?.getValue()]),
    );
    expect(initial.get("NODE_IMAGE")).toMatch(/^node:\d+-\w+-slim$/);
    expect(initial.get("PNPM_VERSION")).toMatch(/^\d+\.\d+\.\d+$/);
    expect(TEXT).toMatch(/RUN npm install --global pnpm@\$\{PNPM_VERSION\}\n/);
    expect(dockerfile.getFROMs().length).toBeGreaterThan(1);
  });

  it("runs as a user that is not root, without a shell between, and looks after its health without curl", () => {
    expect(USER).toBeGreaterThan(0);
    for (const keyword of ["ENTRYPOINT", "CMD"])
      expect([keyword, words(of(keyword)[0]).length > 0]).toEqual([keyword, true]);
    expect(healthcheck()[0]).toBe("node");
    expect(of("RUN")).toEqual([]);
    const copies = dockerfile.getCOPYs().filter((copy) => copy.getFromFlag() !== null);
    expect(copies.map((copy) => [copy.getFromFlag()?.getValue(), copy.getArgumentsContent()])).toEqual([
      ["build", "/app ./"],
    ]);
    expect(of("COPY")).toHaveLength(1);
  });
});

function healthcheck(): string[] {
  const command = /CMD (\[.+\])$/s.exec(of("HEALTHCHECK")[0]?.getArgumentsContent() ?? "")?.[1] ?? "[]";
  return JSON.parse(command) as string[];
}

/** NAME=value of the last stage. */
function environmentOfImage(): Record<string, string> {
  return Object.fromEntries(
    dockerfile.getENVs().flatMap((env) => env.getProperties().map((one) => [one.getName(), one.getValue() ?? ""])),
  );
}

/** Node's own permission model: reads all, writes nothing, starts nothing. */
function readOnlyNode(): string[] {
  const known = process.allowedNodeEnvironmentFlags;
  const flags = [known.has("--permission") ? "--permission" : "--experimental-permission", "--allow-fs-read=*"];
  return known.has("--allow-net") ? [...flags, "--allow-net"] : flags;
}

describe("what the image holds", () => {
  let place: string;
  let app: string;
  let redis: RedisServer;
  beforeAll(async () => {
    await compile();
    redis = await startRedis();
    place = mkdtempSync(join(tmpdir(), "guestpass-image-"));
    chmodSync(place, 0o755);
    app = join(place, "dist");
    await deploy(app);
  }, 120_000);
  afterAll(async () => {
    await redis.stop();
    rmSync(place, { recursive: true, force: true });
  });

  /** The step of the Dockerfile, but to a folder of the test. */
  async function deploy(to: string): Promise<void> {
    const step = instructions.find((one) => one.getArgumentsContent()?.includes("deploy"))?.getArgumentsContent() ?? "";
    const [program, ...args] = step.split(/\s+/);
    expect([program, args.at(-1)]).toEqual(["pnpm", "/app"]);
    const { npm_execpath: runner = "" } = process.env;
    const version = /PNPM_VERSION=(\S+)/.exec(TEXT)?.[1];
    const pnpm = /pnpm/.test(runner) ? [process.execPath, runner] : ["npx", "--yes", `pnpm@${version}`];
    const residue = join(ROOT, "dist");
    const before = existsSync(residue);
    const [command, ...rest] = [...pnpm, ...args.slice(0, -1), "--prefer-offline", to];
    await promisify(execFile)(command, rest, { cwd: ROOT });
    // pnpm leaves an empty folder of that name in the checkout.
    if (!before) rmSync(residue, { recursive: true, force: true });
  }

  function start(command: readonly string[], env: Record<string, string>) {
    const [program, ...args] = command;
    expect(program).toBe("node");
    const root = process.getuid?.() === 0;
    return childOf(
      spawn(process.execPath, [...readOnlyNode(), ...args], {
        cwd: app,
        env,
        ...(root && { uid: USER, gid: USER }),
      }),
    );
  }

  it("serves, is healthy, and ends, with nothing that it may write to", async () => {
    const simulator = await startSimulator({ clients: [CLIENT] });
    const keysFile = join(place, "session-keys.json");
    expect((await run(["keys", "new", keysFile])).code).toBe(0);
    if (process.getuid?.() === 0) chownSync(keysFile, USER, USER);
    chmodSync(app, 0o555);
    const env = {
      ...environment(simulator.url, {
        ...environmentOfImage(),
        GUEST_API: "guest-tokens",
        SESSION_KEYS_FILE: keysFile,
        STORE: "redis",
        REDIS_URL: redis.url,
        HOST: "127.0.0.1",
        PORT: "0",
      }),
    };
    expect(env).toMatchObject({ NODE_ENV: "production" });
    const child = start([...words(of("ENTRYPOINT")[0]), ...words(of("CMD")[0])], env);
    try {
      const url = /http:\S+/.exec(await child.line(/ready at/))?.[0] ?? "";
      const port = new URL(url).port;
      const session = await request(
        `${url}/v1/sessions`,
        "POST",
        { origin: ORIGIN, "content-type": "application/json" },
        JSON.stringify({ deploymentId: DEPLOYMENT }),
      );
      expect(session.status).toBe(201);
      const check = async (more: string[] = []) => {
        const asked = start([...healthcheck(), ...more], { ...env, PORT: port });
        return { code: await asked.ended, text: asked.stdout() };
      };
      expect(await check()).toEqual({ code: 0, text: "guestpass health: live\n" });
      expect(await check(["--ready"])).toEqual({ code: 0, text: "guestpass health: ready\n" });
      child.process.kill("SIGTERM");
      expect(await child.ended).toBe(0);
      expect((await check()).code).toBe(1);
    } finally {
      await child.stop();
      await simulator.close();
    }
  }, 60_000);

  it("has no tool of the build in it", () => {
    for (const name of ["typescript", "vite", "vitest", "@guestpass/simulator"])
      expect(existsSync(join(app, "node_modules", name))).toBe(false);
    expect(existsSync(join(dirname(app), "node_modules"))).toBe(false);
  });
});
