/** Loads the words that only some conversations need. Itself loaded with the first room that needs one. */
import type { Language } from "./language.js";
import type { MoreStrings } from "./strings.js";

const TABLES: Record<Language, () => Promise<{ default: MoreStrings }>> = {
  en: () => import("./more/en.js"),
  de: () => import("./more/de.js"),
  fr: () => import("./more/fr.js"),
  es: () => import("./more/es.js"),
  pt: () => import("./more/pt.js"),
  it: () => import("./more/it.js"),
  nl: () => import("./more/nl.js"),
  pl: () => import("./more/pl.js"),
  tr: () => import("./more/tr.js"),
  ar: () => import("./more/ar.js"),
  he: () => import("./more/he.js"),
  ja: () => import("./more/ja.js"),
  ko: () => import("./more/ko.js"),
  zh: () => import("./more/zh.js"),
  "zh-hant": () => import("./more/zh-hant.js"),
};

/** The table of a language; English when it cannot be had. */
export async function loadMore(language: Language): Promise<MoreStrings> {
  try {
    return (await TABLES[language]()).default;
  } catch (error) {
    if (language === "en") throw error;
    return loadMore("en");
  }
}
