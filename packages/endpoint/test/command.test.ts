import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { run } from "./command.js";

describe("guestpass", () => {
  it("says what it can do, and which version it is", async () => {
    const help = await run(["--help"]);
    expect(help.code).toBe(0);
    for (const word of ["serve", "check", "keys new FILE", "keys rotate FILE"]) expect(help.stdout).toContain(word);
    const version = await run(["--version"]);
    expect([version.code, version.stdout.trim()]).toEqual([0, "0.1.0"]);
    const serveHelp = await run(["serve", "--help"]);
    for (const name of ["GUEST_API", "SESSION_KEYS_FILE", "ADMIN_PORT"]) expect(serveHelp.stdout).toContain(name);
  });

  it.each([
    [[]],
    [["fly"]],
    [["serve", "--fly"]],
    [["keys"]],
    [["keys", "new"]],
    [["keys", "new", "a", "b"]],
    [["check", "extra"]],
  ])("%j is a misuse: 64", async (args) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([64, ""]);
    expect(stderr).not.toBe("");
    expect(stderr).not.toContain("    at ");
  });
});

describe("guestpass keys", () => {
  const directory = mkdtempSync(join(tmpdir(), "guestpass-keys-"));
  const file = join(directory, "keys.json");
  const keys = () => (JSON.parse(readFileSync(file, "utf8")) as { keys: { kid: string }[] }).keys.map((key) => key.kid);

  it("makes a file once, for its owner alone, and rotates it", async () => {
    expect((await run(["keys", "new", file])).code).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const [first] = keys();
    const again = await run(["keys", "new", file]);
    expect(again.code).toBe(1);
    expect(keys()).toEqual([first]);
    expect((await run(["keys", "rotate", file])).code).toBe(0);
    expect(keys()).toHaveLength(2);
    expect(keys()[1]).toBe(first);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("keeps a key for as long as sessions may live", async () => {
    const before = keys();
    for (const [maxAge, count] of [
      [undefined, before.length + 1],
      ["60", before.length + 2],
    ] as const)
      expect([
        (await run(["keys", "rotate", file], maxAge === undefined ? {} : { SESSION_MAX_AGE: maxAge })).code,
        keys().length,
      ]).toEqual([0, count]);
    const set = JSON.parse(readFileSync(file, "utf8")) as { keys: { iat: number }[] };
    // As if all of them had been made a day ago.
    writeFileSync(file, JSON.stringify({ keys: set.keys.map((key) => ({ ...key, iat: key.iat - 86_400 })) }));
    await run(["keys", "rotate", file]);
    expect(keys()).toHaveLength(before.length + 3);
    await run(["keys", "rotate", file], { SESSION_MAX_AGE: "3600" });
    expect(keys()).toHaveLength(3);
    expect((await run(["keys", "rotate", file], { SESSION_MAX_AGE: "soon" })).code).toBe(78);
  });

  it("says what is wrong with a file, and leaves it", async () => {
    const missing = await run(["keys", "rotate", join(directory, "none.json")]);
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining("is not there")]);
    const broken = join(directory, "broken.json");
    writeFileSync(broken, "{");
    const answer = await run(["keys", "rotate", broken]);
    expect([answer.code, answer.stderr]).toEqual([1, expect.stringContaining("is not JSON")]);
    expect(readFileSync(broken, "utf8")).toBe("{");
  });
});
