/** Portuguese. */
import type { CoreStrings } from "./strings.js";

const pt: CoreStrings = {
  title: "Fale connosco",
  close: "Fechar a conversa",
  more: "Mais opções",
  unread: "Mensagens por ler: {count}",
  placeholder: "Escreva uma mensagem…",
  message: "Mensagem",
  send: "Enviar",
  sending: "A enviar…",
  delivered: "Entregue",
  failed: "Não enviada",
  retry: "Tentar novamente",
  connecting: "A ligar…",
  reconnecting: "A restabelecer a ligação…",
  offline: "Sem ligação",
  offlineText: "Está sem ligação. O que escrever será enviado quando voltar.",
  withAgent: "Está a conversar com {name}",
  emptyTitle: "Como podemos ajudar?",
  emptyText: "Envie uma mensagem para iniciar a conversa.",
  you: "Você",
  agent: "Agente",
  assistant: "Assistente",
  typing: "{name} está a escrever",
  newMessages: "Novas mensagens",
  tooLong: "Esta mensagem tem {count} {count; one: carácter; other: caracteres} a mais.",
  tooFast: "Foi um pouco rápido. Aguarde um momento e tente novamente.",
  trouble: "Não foi possível ligar ao chat.",
  ended: "A conversa terminou.",
  attach: "Anexar um ficheiro",
};

export default pt;
