/**
 * Every word that the panel says, as one table a language. Knows which words there are and which languages;
 * does not know where they are shown. `{name}` and the like are filled by `fill`.
 */

/** What is said as soon as the panel opens. */
export interface CoreStrings {
  title: string;
  close: string;
  more: string;
  unread: string;
  placeholder: string;
  message: string;
  send: string;
  sending: string;
  delivered: string;
  failed: string;
  retry: string;
  connecting: string;
  reconnecting: string;
  offline: string;
  offlineText: string;
  withAgent: string;
  emptyTitle: string;
  emptyText: string;
  you: string;
  agent: string;
  assistant: string;
  typing: string;
  newMessages: string;
  tooLong: string;
  tooFast: string;
  unavailable: string;
  trouble: string;
  again: string;
  startNew: string;
  continueHere: string;
  ended: string;
  expired: string;
  attach: string;
}

/** What is said only once it is needed: the menu, rich content, files, forms, ends that are rare. */
export interface MoreStrings {
  endConversation: string;
  endQuestion: string;
  end: string;
  cancel: string;
  choose: string;
  confirm: string;
  pickTime: string;
  removeFile: string;
  uploading: string;
  oneFile: string;
  fileTooLarge: string;
  fileRefused: string;
  fileFailed: string;
  file: string;
  notShown: string;
  download: string;
  earlierMissing: string;
  alerts: string;
  expiring: string;
  signedIn: string;
  fillIn: string;
  required: string;
  invalid: string;
  next: string;
  back: string;
  sendAnswers: string;
  yourAnswers: string;
  optional: string;
  opensNewTab: string;
  earlier: string;
  loading: string;
  endedByYou: string;
  cleared: string;
  elsewhere: string;
  closed: string;
  signedOut: string;
  readOnly: string;
}

export interface Strings extends CoreStrings, MoreStrings {}

/**
 * Puts values into a string's `{places}`, numbers as the language writes them. `{count; one: day; other: days}` is the
 * word that goes with the number, by the language's own plural rules.
 */
export function fill(text: string, values: Readonly<Record<string, string | number>>, language = "en"): string {
  return text.replace(/\{(\w+)(?:;([^}]*))?\}/g, (place, key: string, words?: string) => {
    const value = values[key];
    if (typeof value !== "number") return value ?? place;
    if (!words) return new Intl.NumberFormat(language).format(value);
    const word = (rule: string): string | undefined => words.match(`${rule}: ([^;]*)`)?.[1];
    return word(new Intl.PluralRules(language).select(value)) ?? word("other") ?? place;
  });
}
