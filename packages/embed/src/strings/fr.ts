/** French. */
import type { CoreStrings } from "./strings.js";

const fr: CoreStrings = {
  title: "Discuter avec nous",
  close: "Fermer la discussion",
  more: "Autres options",
  unread: "Messages non lus : {count}",
  placeholder: "Écrivez un message…",
  message: "Message",
  send: "Envoyer",
  sending: "Envoi…",
  delivered: "Distribué",
  failed: "Non envoyé",
  retry: "Réessayer",
  connecting: "Connexion…",
  reconnecting: "Reconnexion…",
  offline: "Hors ligne",
  offlineText: "Vous êtes hors ligne. Vos messages seront envoyés à votre retour.",
  withAgent: "Vous discutez avec {name}",
  emptyTitle: "Comment pouvons-nous vous aider ?",
  emptyText: "Envoyez un message pour commencer la conversation.",
  you: "Vous",
  agent: "Conseiller",
  assistant: "Assistant",
  typing: "{name} est en train d’écrire",
  newMessages: "Nouveaux messages",
  tooLong: "Ce message compte {count} {count; one: caractère; other: caractères} de trop.",
  tooFast: "C’était un peu rapide. Patientez un instant et réessayez.",
  trouble: "La connexion à la discussion a échoué.",
  ended: "La conversation est terminée.",
  attach: "Joindre un fichier",
};

export default fr;
