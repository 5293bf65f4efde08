/** Hebrew. */
import type { CoreStrings } from "./strings.js";

const he: CoreStrings = {
  title: "דברו איתנו",
  close: "סגירת הצ׳אט",
  more: "אפשרויות נוספות",
  unread: "הודעות שלא נקראו: {count}",
  placeholder: "כתיבת הודעה…",
  message: "הודעה",
  send: "שליחה",
  sending: "בשליחה…",
  delivered: "נמסרה",
  failed: "לא נשלחה",
  retry: "ניסיון נוסף",
  connecting: "מתחבר…",
  reconnecting: "מתחבר מחדש…",
  offline: "לא מקוון",
  offlineText: "אין חיבור לאינטרנט. מה שייכתב יישלח כשהחיבור יחזור.",
  withAgent: "שיחה עם {name}",
  emptyTitle: "איך אפשר לעזור?",
  emptyText: "אפשר לשלוח הודעה כדי להתחיל את השיחה.",
  you: "אני",
  agent: "נציג",
  assistant: "עוזר",
  typing: "{name} מקליד/ה",
  newMessages: "הודעות חדשות",
  tooLong: "ההודעה ארוכה מדי ב־{count} {count; one: תו; other: תווים}.",
  tooFast: "זה היה קצת מהיר. יש להמתין רגע ולנסות שוב.",
  trouble: "ההתחברות לצ׳אט נכשלה.",
  ended: "השיחה הסתיימה.",
  attach: "צירוף קובץ",
};

export default he;
