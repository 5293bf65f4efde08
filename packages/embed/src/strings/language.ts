/**
 * Which of our languages serves a page, which way it is written, and how its table is loaded. Knows the list; each
 * table is a chunk of its own that only its readers load.
 */
import type { CoreStrings } from "./strings.js";

/** The launcher's name in each language: the one word that is needed before anything else is loaded. */
export const LAUNCHER = {
  en: "Chat with us",
  de: "Chat mit uns",
  fr: "Discuter avec nous",
  es: "Chatea con nosotros",
  pt: "Fale connosco",
  it: "Chatta con noi",
  nl: "Chat met ons",
  pl: "Porozmawiaj z nami",
  tr: "Bizimle sohbet edin",
  ar: "تحدّث معنا",
  he: "דברו איתנו",
  ja: "チャットで問い合わせる",
  ko: "채팅 상담",
  zh: "在线咨询",
  "zh-hant": "線上諮詢",
} as const;

export type Language = keyof typeof LAUNCHER;

const TABLES: Record<Language, () => Promise<{ default: CoreStrings }>> = {
  en: () => import("./en.js"),
  de: () => import("./de.js"),
  fr: () => import("./fr.js"),
  es: () => import("./es.js"),
  pt: () => import("./pt.js"),
  it: () => import("./it.js"),
  nl: () => import("./nl.js"),
  pl: () => import("./pl.js"),
  tr: () => import("./tr.js"),
  ar: () => import("./ar.js"),
  he: () => import("./he.js"),
  ja: () => import("./ja.js"),
  ko: () => import("./ko.js"),
  zh: () => import("./zh.js"),
  "zh-hant": () => import("./zh-hant.js"),
};

/** The language of ours that serves a tag such as `de-CH`; English where none does. */
export function findLanguage(tag: string): Language {
  const parts = tag.toLowerCase().split("-");
  const base = parts[0] === "iw" ? "he" : parts[0];
  const isTraditional = !parts.includes("hans") && parts.some((part) => /^(?:hant|tw|hk|mo)$/.test(part));
  if (base === "zh" && isTraditional) return known("zh-hant");
  return known(base);
}

function known(name: string | undefined): Language {
  return name !== undefined && Object.hasOwn(LAUNCHER, name) ? (name as Language) : "en";
}

export function direction(tag: string): "ltr" | "rtl" {
  return /^(?:ar|he)$/.test(findLanguage(tag)) ? "rtl" : "ltr";
}

/** The BCP 47 tag that holds at an element: its own, the nearest above it (through shadow roots), the browser's. */
export function languageAt(element: Element): string {
  for (let node: Node | null = element; node; node = node instanceof ShadowRoot ? node.host : node.parentNode) {
    const tag = (node as Partial<HTMLElement>).lang;
    if (tag) return canonical(tag);
  }
  return canonical(navigator.language);
}

/** A tag that Intl accepts. */
function canonical(tag: string): string {
  try {
    return Intl.getCanonicalLocales(tag.replaceAll("_", "-"))[0] ?? "en";
  } catch {
    return "en";
  }
}

/** The table of a language; English when it cannot be had. */
export async function loadStrings(language: Language): Promise<CoreStrings> {
  try {
    return (await TABLES[language]()).default;
  } catch (error) {
    if (language === "en") throw error;
    return loadStrings("en");
  }
}
