import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import en from "./en.js";
import { direction, findLanguage, LAUNCHER, loadStrings } from "./language.js";
import { fill } from "./strings.js";

test.each([
  ["en-US", "en"],
  ["de-CH", "de"],
  ["DE", "de"],
  ["fr-CA", "fr"],
  ["pt-BR", "pt"],
  ["iw", "he"],
  ["zh-CN", "zh"],
  ["zh-Hans-TW", "zh"],
  ["zh-TW", "zh-hant"],
  ["zh-Hant-HK", "zh-hant"],
  ["tlh", "en"],
  ["", "en"],
  ["constructor", "en"],
])("%s is served by %s", (tag, language) => {
  expect(findLanguage(tag)).toBe(language);
});

test("most languages run from left to right", () => {
  expect(direction("de")).toBe("ltr");
  expect(direction("ar-EG")).toBe("rtl");
  expect(direction("iw")).toBe("rtl");
  expect(direction("art")).toBe("ltr");
});

describe.each(Object.keys(LAUNCHER) as (keyof typeof LAUNCHER)[])("%s", (language) => {
  test("has every word, with the places that English has", async () => {
    const table = await loadStrings(language);
    expect(Object.keys(table)).toEqual(Object.keys(en));
    for (const [key, text] of Object.entries(table)) {
      const places = (words: string): string[] => [...words.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();
      expect(text.trim(), key).not.toBe("");
      expect(places(text), key).toEqual(places(en[key as keyof typeof en]));
    }
  });

  test("is a language that Intl knows, and no copy of English", async () => {
    expect(Intl.getCanonicalLocales(language)).toHaveLength(1);
    if (language === "en") return;
    const table = await loadStrings(language);
    const same = Object.entries(table).filter(([key, text]) => text === en[key as keyof typeof en]);
    expect(same.length).toBeLessThan(6);
    expect(table.title).toBe(LAUNCHER[language]);
  });
});

test("each table on disk is one that a page can get", () => {
  const files = readdirSync(new URL(".", import.meta.url))
    .map((name) => /^([a-z-]+)\.ts$/.exec(name)?.[1])
    .filter((name) => name !== undefined && name !== "strings" && name !== "language");
  expect(new Set(files)).toEqual(new Set(Object.keys(LAUNCHER)));
});

test("places are filled, unknown ones stay", () => {
  expect(fill("{a} and {b}", { a: 1 })).toBe("1 and {b}");
});
