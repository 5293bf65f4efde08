/** Dutch. */
import type { CoreStrings } from "./strings.js";

const nl: CoreStrings = {
  title: "Chat met ons",
  close: "Chat sluiten",
  more: "Meer opties",
  unread: "Ongelezen berichten: {count}",
  placeholder: "Schrijf een bericht…",
  message: "Bericht",
  send: "Verzenden",
  sending: "Wordt verzonden…",
  delivered: "Bezorgd",
  failed: "Niet verzonden",
  retry: "Opnieuw proberen",
  connecting: "Verbinden…",
  reconnecting: "Opnieuw verbinden…",
  offline: "Offline",
  offlineText: "U bent offline. Wat u schrijft, wordt verzonden zodra u weer online bent.",
  withAgent: "U chat met {name}",
  emptyTitle: "Hoe kunnen we helpen?",
  emptyText: "Stuur een bericht om het gesprek te beginnen.",
  you: "U",
  agent: "Medewerker",
  assistant: "Assistent",
  typing: "{name} is aan het typen",
  newMessages: "Nieuwe berichten",
  tooLong: "Dit bericht is {count} {count; one: teken; other: tekens} te lang.",
  tooFast: "Dat ging iets te snel. Wacht even en probeer het opnieuw.",
  trouble: "De chat kon geen verbinding maken.",
  ended: "Het gesprek is beëindigd.",
  attach: "Bestand toevoegen",
};

export default nl;
