/** docs/SECURITY.md, held to what there is: each test that it names, and what it says of the dependencies. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const text = (path: string) => readFileSync(ROOT + path, "utf8");

describe("the threat model", () => {
  const rows = [...text("docs/SECURITY.md").matchAll(/^\| (?!threat|---)([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)];
  /** The issue's own list; each is one of the table. */
  const THREATS = [
    /stolen session handle/i,
    /stolen guest token/i,
    /minting/i,
    /identity forgery/i,
    /session fixation/i,
    /CSRF/,
    /cache poisoning/i,
    /logs/,
    /SSRF/,
    /supply chain/i,
  ];

  it("says of each threat what stops it", () => {
    for (const threat of THREATS)
      expect(
        rows.some(([, name = ""]) => threat.test(name)),
        String(threat),
      ).toBe(true);
    for (const [, name, stops = ""] of rows) expect([name, stops.length > 20]).toEqual([name, true]);
  });

  it.each(rows.map(([, name = "", , shown = ""]) => [name, shown]))(
    "%s: the tests that show it are there",
    (_, shown) => {
      const named = [...shown.matchAll(/`([^`]+)` “([^”]+)”/g)];
      expect(named.length).toBeGreaterThan(0);
      expect(named.length).toBe(shown.split("<br>").length);
      for (const [, path = "", name = ""] of named) {
        expect(existsSync(ROOT + path), path).toBe(true);
        // As the name of a test, or the name of each in a table of them.
        const quoted = JSON.stringify(name);
        expect(text(path), `${path} ${name}`).toMatch(
          new RegExp(
            `(?:\\b(?:it|test)(?:\\.\\w+)?\\(\\s*|\\)\\(\\s*)${quoted.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}`,
          ),
        );
      }
    },
  );
});

it("the supply chain is pinned, argued, and runs no script at install time", () => {
  const folders = [
    "",
    ...readdirSync(`${ROOT}packages`).map((name) => `packages/${name}/`),
    "packages/endpoint/image/",
  ];
  const argued = text("docs/decisions/0003-dependencies.md");
  let seen = 0;
  for (const folder of folders) {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(text(`${folder}package.json`)) as Record<
      string,
      Record<string, string>
    >;
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      if (name.startsWith("@guestpass/")) continue;
      seen += 1;
      expect([name, version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
      if (!name.startsWith("@types/")) expect(argued, name).toContain(`\`${name}\``);
    }
  }
  expect(seen).toBeGreaterThan(30);
  const { allowBuilds } = parse(text("pnpm-workspace.yaml")) as { allowBuilds: Record<string, boolean> };
  expect(Object.values(allowBuilds).every((allowed) => !allowed)).toBe(true);
  expect(existsSync(`${ROOT}pnpm-lock.yaml`)).toBe(true);
});
