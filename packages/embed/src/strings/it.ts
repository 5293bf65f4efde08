/** Italian. */
import type { CoreStrings } from "./strings.js";

const it: CoreStrings = {
  title: "Chatta con noi",
  close: "Chiudi la chat",
  more: "Altre opzioni",
  unread: "Messaggi non letti: {count}",
  placeholder: "Scrivi un messaggio…",
  message: "Messaggio",
  send: "Invia",
  sending: "Invio in corso…",
  delivered: "Consegnato",
  failed: "Non inviato",
  retry: "Riprova",
  connecting: "Connessione in corso…",
  reconnecting: "Riconnessione in corso…",
  offline: "Non in linea",
  offlineText: "Non sei in linea. Ciò che scrivi verrà inviato al tuo ritorno.",
  withAgent: "Stai chattando con {name}",
  emptyTitle: "Come possiamo aiutarti?",
  emptyText: "Invia un messaggio per iniziare la conversazione.",
  you: "Tu",
  agent: "Operatore",
  assistant: "Assistente",
  typing: "{name} sta scrivendo",
  newMessages: "Nuovi messaggi",
  tooLong: "Questo messaggio ha {count} {count; one: carattere; other: caratteri} di troppo.",
  tooFast: "Un po’ troppo veloce. Attendi un momento e riprova.",
  trouble: "Impossibile connettersi alla chat.",
  ended: "La conversazione è terminata.",
  attach: "Allega un file",
};

export default it;
