/** The map of the Guest API in docs/PROTOCOL.md names a test for each word: the test is there, and no word is left out. */
import { readFileSync } from "node:fs";
import { GuestApiCode } from "@guestpass/protocol";
import { expect, it } from "vitest";

const root = new URL("../../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");

/** `| word | what | `file` title |` lines of the map. */
const rows = read("docs/PROTOCOL.md")
  .split("\n")
  .flatMap((line) => {
    const [, word, , test] = line.split("|").map((cell) => cell.trim());
    const [, file, title] = /^`([\w/.-]+\.(?:test|spec)\.ts)` (.+)$/.exec(test ?? "") ?? [];
    return word && file && title ? [{ word, file, title }] : [];
  });

const words = (source: string, pattern: RegExp) => [...read(source).matchAll(pattern)].map(([, word]) => word ?? "");

it.each(rows)("$word is held by $file", ({ file, title }) => {
  expect(read(`packages/${file}`)).toContain(title);
});

it.each([
  ["actions", words("packages/protocol/src/frames-out.ts", /Envelope<"(\w+)">/g)],
  ["classes", words("packages/protocol/src/decode-rest.ts", /^ {2}([A-Z]\w+): \[/gm)],
  ["contents", words("packages/protocol/src/frames-in.ts", /contentType: "(\w+)"/g)],
  ["events", words("packages/protocol/src/frames-in.ts", /eventType: "(\w+)"/g)],
  ["codes", Object.values(GuestApiCode).map(String)],
  ["limits", words("packages/protocol/src/limits.ts", /^\/\*\* `([\w.]+(?:minute|second|max))`/gm)],
])("%s: none that the code knows is missing in the map", (_kind, known) => {
  const mapped = rows.map(({ word }) => word).join(" ");
  expect(known.length).toBeGreaterThan(1);
  expect(known.filter((word) => !mapped.includes(word))).toEqual([]);
});
