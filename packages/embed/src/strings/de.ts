/** German. */
import type { CoreStrings } from "./strings.js";

const de: CoreStrings = {
  title: "Chat mit uns",
  close: "Chat schließen",
  more: "Weitere Optionen",
  unread: "Ungelesene Nachrichten: {count}",
  placeholder: "Nachricht schreiben …",
  message: "Nachricht",
  send: "Senden",
  sending: "Wird gesendet …",
  delivered: "Zugestellt",
  failed: "Nicht gesendet",
  retry: "Erneut versuchen",
  connecting: "Verbindung wird hergestellt …",
  reconnecting: "Verbindung wird wiederhergestellt …",
  offline: "Offline",
  offlineText: "Sie sind offline. Was Sie schreiben, wird gesendet, sobald Sie wieder online sind.",
  withAgent: "Sie chatten mit {name}",
  emptyTitle: "Wie können wir helfen?",
  emptyText: "Schreiben Sie uns eine Nachricht, um das Gespräch zu beginnen.",
  you: "Sie",
  agent: "Berater",
  assistant: "Assistent",
  typing: "{name} schreibt gerade",
  newMessages: "Neue Nachrichten",
  tooLong: "Diese Nachricht ist um {count} Zeichen zu lang.",
  tooFast: "Das war etwas zu schnell. Bitte warten Sie einen Moment und versuchen Sie es erneut.",
  trouble: "Der Chat konnte keine Verbindung herstellen.",
  ended: "Das Gespräch wurde beendet.",
  attach: "Datei anhängen",
};

export default de;
