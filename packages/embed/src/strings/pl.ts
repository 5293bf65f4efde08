/** Polish. */
import type { CoreStrings } from "./strings.js";

const pl: CoreStrings = {
  title: "Porozmawiaj z nami",
  close: "Zamknij czat",
  more: "Więcej opcji",
  unread: "Nieprzeczytane wiadomości: {count}",
  placeholder: "Napisz wiadomość…",
  message: "Wiadomość",
  send: "Wyślij",
  sending: "Wysyłanie…",
  delivered: "Dostarczono",
  failed: "Nie wysłano",
  retry: "Spróbuj ponownie",
  connecting: "Łączenie…",
  reconnecting: "Ponowne łączenie…",
  offline: "Brak połączenia",
  offlineText: "Brak połączenia. To, co napiszesz, zostanie wysłane po jego przywróceniu.",
  withAgent: "Rozmawiasz z: {name}",
  emptyTitle: "Jak możemy pomóc?",
  emptyText: "Wyślij wiadomość, aby rozpocząć rozmowę.",
  you: "Ty",
  agent: "Konsultant",
  assistant: "Asystent",
  typing: "{name} pisze",
  newMessages: "Nowe wiadomości",
  tooLong: "Wiadomość jest za długa o {count} {count; one: znak; few: znaki; other: znaków}.",
  tooFast: "To było trochę za szybko. Odczekaj chwilę i spróbuj ponownie.",
  trouble: "Nie udało się połączyć z czatem.",
  ended: "Rozmowa została zakończona.",
  attach: "Dołącz plik",
};

export default pl;
