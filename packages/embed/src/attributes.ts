/**
 * The element's settings by attribute and property, and how an attribute's text becomes a value. Knows names, words
 * and defaults; does not know what a setting does.
 */
import type { PropertyDeclarations } from "lit";

export const MESSENGERS = ["panel", "genesys", "none"] as const;
export type MessengerName = (typeof MESSENGERS)[number];

export const STARTS = ["interaction", "visible", "idle", "load"] as const;
export type StartName = (typeof STARTS)[number];

export const THEMES = ["auto", "light", "dark"] as const;
export type ThemeName = (typeof THEMES)[number];

export const PLACEMENTS = ["end", "start", "inline"] as const;
export type PlacementName = (typeof PLACEMENTS)[number];

/** How a message is told of that comes while nobody looks. */
export const ALERTS = ["off", "sound", "title", "all"] as const;
export type AlertsName = (typeof ALERTS)[number];

export const PERSISTS = ["site", "tab", "none"] as const;
export type PersistName = (typeof PERSISTS)[number];

/** As in HTML's own enumerated attributes: a missing or unknown word means the first one. */
function oneOf<Word extends string>(words: readonly [Word, ...Word[]]) {
  return {
    converter: (value: string | null): Word => words.find((word) => word === value?.toLowerCase()) ?? words[0],
    reflect: true,
    useDefault: true,
  };
}

const property = { attribute: false } as const;

export const properties: PropertyDeclarations = {
  endpoint: {},
  deploymentId: { attribute: "deployment-id" },
  messenger: oneOf(MESSENGERS),
  start: oneOf(STARTS),
  theme: oneOf(THEMES),
  placement: oneOf(PLACEMENTS),
  persist: oneOf(PERSISTS),
  alerts: oneOf(ALERTS),
  open: { type: Boolean, reflect: true },
  lang: { converter: (value: string | null) => value ?? "", reflect: true, useDefault: true },
  identityToken: property,
  getIdentityToken: property,
  customAttributes: property,
  consent: property,
  challenge: property,
  authorization: property,
  queueId: property,
  strings: property,
};
