/** Spanish. */
import type { CoreStrings } from "./strings.js";

const es: CoreStrings = {
  title: "Chatea con nosotros",
  close: "Cerrar el chat",
  more: "Más opciones",
  unread: "Mensajes sin leer: {count}",
  placeholder: "Escribe un mensaje…",
  message: "Mensaje",
  send: "Enviar",
  sending: "Enviando…",
  delivered: "Entregado",
  failed: "No enviado",
  retry: "Reintentar",
  connecting: "Conectando…",
  reconnecting: "Reconectando…",
  offline: "Sin conexión",
  offlineText: "No tienes conexión. Lo que escribas se enviará cuando vuelvas.",
  withAgent: "Estás chateando con {name}",
  emptyTitle: "¿En qué podemos ayudarte?",
  emptyText: "Envía un mensaje para iniciar la conversación.",
  you: "Tú",
  agent: "Agente",
  assistant: "Asistente",
  typing: "{name} está escribiendo",
  newMessages: "Mensajes nuevos",
  tooLong: "A este mensaje {count; one: le sobra; other: le sobran} {count} {count; one: carácter; other: caracteres}.",
  tooFast: "Ha sido un poco rápido. Espera un momento y vuelve a intentarlo.",
  trouble: "No se ha podido conectar el chat.",
  ended: "La conversación ha terminado.",
  attach: "Adjuntar un archivo",
};

export default es;
