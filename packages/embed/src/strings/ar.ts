/** Arabic. */
import type { CoreStrings } from "./strings.js";

const ar: CoreStrings = {
  title: "تحدّث معنا",
  close: "إغلاق المحادثة",
  more: "خيارات أخرى",
  unread: "رسائل غير مقروءة: {count}",
  placeholder: "اكتب رسالة…",
  message: "رسالة",
  send: "إرسال",
  sending: "جارٍ الإرسال…",
  delivered: "تم التسليم",
  failed: "لم تُرسل",
  retry: "إعادة المحاولة",
  connecting: "جارٍ الاتصال…",
  reconnecting: "جارٍ إعادة الاتصال…",
  offline: "غير متصل",
  offlineText: "أنت غير متصل بالإنترنت. سيُرسل ما تكتبه عند عودة الاتصال.",
  withAgent: "أنت تتحدث مع {name}",
  emptyTitle: "كيف يمكننا مساعدتك؟",
  emptyText: "أرسل رسالة لبدء المحادثة.",
  you: "أنت",
  agent: "الموظف",
  assistant: "المساعد",
  typing: "{name} يكتب الآن",
  newMessages: "رسائل جديدة",
  tooLong: "هذه الرسالة أطول من المسموح بمقدار {count} {count; few: أحرف; many: حرفًا; other: حرف}.",
  tooFast: "كان ذلك سريعًا بعض الشيء. انتظر لحظة ثم أعد المحاولة.",
  trouble: "تعذّر الاتصال بالدردشة.",
  ended: "انتهت المحادثة.",
  attach: "إرفاق ملف",
};

export default ar;
