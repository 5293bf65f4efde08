import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import core from "./en.js";
import { direction, findLanguage, LAUNCHER, type Language, loadStrings } from "./language.js";
import moreEnglish from "./more/en.js";
import { loadMore } from "./more.js";
import { fill, type Strings } from "./strings.js";

const en: Strings = { ...core, ...moreEnglish };

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

async function wholeTable(language: Language): Promise<Strings> {
  return { ...(await loadStrings(language)), ...(await loadMore(language)) };
}

test("most languages run from left to right", () => {
  expect(direction("de")).toBe("ltr");
  expect(direction("ar-EG")).toBe("rtl");
  expect(direction("iw")).toBe("rtl");
  expect(direction("art")).toBe("ltr");
});

describe.each(Object.keys(LAUNCHER) as (keyof typeof LAUNCHER)[])("%s", (language) => {
  test("has every word, with the places that English has", async () => {
    const table = await wholeTable(language);
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
    const table = await wholeTable(language);
    const same = Object.entries(table).filter(([key, text]) => text === en[key as keyof typeof en]);
    expect(same.length).toBeLessThan(6);
    expect(table.title).toBe(LAUNCHER[language]);
  });
});

test("each table on disk is one that a page can get", () => {
  for (const place of [".", "./more"]) {
    const files = readdirSync(new URL(place, import.meta.url))
      .map((name) => /^([a-z-]+)\.ts$/.exec(name)?.[1])
      .filter((name) => name !== undefined && !/^(?:strings|language|more)$/.test(name));
    expect(new Set(files)).toEqual(new Set(Object.keys(LAUNCHER)));
  }
});

test("places are filled, unknown ones stay", () => {
  expect(fill("{a} and {b}", { a: 1 })).toBe("1 and {b}");
  expect(fill("{a}", { a: "$&" })).toBe("$&");
});

test.each([
  ["en", 1, "This message is too long by 1 character."],
  ["en", 1234, "This message is too long by 1,234 characters."],
  ["pl", 1, "Wiadomość jest za długa o 1 znak."],
  ["pl", 3, "Wiadomość jest za długa o 3 znaki."],
  ["pl", 5, "Wiadomość jest za długa o 5 znaków."],
  ["fr", 1, "Ce message compte 1 caractère de trop."],
  ["ja", 7, "メッセージが7文字超過しています。"],
] as const)("a word goes with its number: %s, %d", async (language, count, sentence) => {
  const { tooLong } = await loadStrings(language);
  expect(fill(tooLong, { count }, language)).toBe(sentence);
});
