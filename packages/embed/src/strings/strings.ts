/**
 * Every word that the panel says, as one table a language. Knows which words there are and which languages;
 * does not know where they are shown. `{name}` and the like are filled by `fill`.
 */

export interface Strings {
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
  earlier: string;
  loading: string;
  tooLong: string;
  tooFast: string;
  unavailable: string;
  trouble: string;
  again: string;
  endConversation: string;
  endQuestion: string;
  end: string;
  cancel: string;
  startNew: string;
  continueHere: string;
  ended: string;
  endedByYou: string;
  expired: string;
  cleared: string;
  elsewhere: string;
  closed: string;
  signedOut: string;
  readOnly: string;
  opensNewTab: string;
  choose: string;
  confirm: string;
  pickTime: string;
  attach: string;
  removeFile: string;
  uploading: string;
  oneFile: string;
  fileTooLarge: string;
  fileRefused: string;
  fileFailed: string;
  file: string;
  notShown: string;
}

/** Puts values into a string's `{places}`. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (place, key: string) => String(values[key] ?? place));
}
