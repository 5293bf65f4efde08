/** Each test that ROWS.md names is there: a reader who looks for a rule finds what holds it. */
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

const table = await readFile(new URL("ROWS.md", import.meta.url), "utf8");
const named = [...table.matchAll(/`([\w./-]+\.test\.ts)` "([^"]+)"/g)].map(([, file = "", title = ""]) => ({
  file,
  title,
}));

test("every row of the tables names a test", () => {
  const rows = table
    .split("\n")
    .filter((line) => line.startsWith("| ") && !/^\| (document|guest API|rule) \|/.test(line));
  expect(rows.length).toBeGreaterThan(50);
  for (const row of rows) expect(row).toMatch(/`[\w./-]+\.test\.ts` "[^"]+"/);
});

test.each(named)("$file has a test $title", async ({ file, title }) => {
  const source = await readFile(new URL(file, import.meta.url), "utf8");
  const literals = source.match(/"(?:[^"\\\n]|\\.)*"/g) ?? [];
  expect(literals.filter((literal) => literal.includes(title)).length).toBeGreaterThan(0);
});
