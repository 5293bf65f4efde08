/** Turkish. */
import type { CoreStrings } from "./strings.js";

const tr: CoreStrings = {
  title: "Bizimle sohbet edin",
  close: "Sohbeti kapat",
  more: "Diğer seçenekler",
  unread: "Okunmamış mesajlar: {count}",
  placeholder: "Bir mesaj yazın…",
  message: "Mesaj",
  send: "Gönder",
  sending: "Gönderiliyor…",
  delivered: "Teslim edildi",
  failed: "Gönderilemedi",
  retry: "Yeniden dene",
  connecting: "Bağlanıyor…",
  reconnecting: "Yeniden bağlanıyor…",
  offline: "Çevrimdışı",
  offlineText: "Çevrimdışısınız. Yazdıklarınız bağlantı geri geldiğinde gönderilir.",
  withAgent: "{name} ile sohbet ediyorsunuz",
  emptyTitle: "Nasıl yardımcı olabiliriz?",
  emptyText: "Görüşmeyi başlatmak için bir mesaj gönderin.",
  you: "Siz",
  agent: "Temsilci",
  assistant: "Asistan",
  typing: "{name} yazıyor",
  newMessages: "Yeni mesajlar",
  tooLong: "Bu mesaj {count} karakter fazla uzun.",
  tooFast: "Biraz hızlı oldu. Lütfen kısa bir süre bekleyip yeniden deneyin.",
  trouble: "Sohbete bağlanılamadı.",
  ended: "Görüşme sona erdi.",
  attach: "Dosya ekle",
};

export default tr;
