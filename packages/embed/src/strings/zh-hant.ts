/** Chinese in traditional characters. */
import type { CoreStrings } from "./strings.js";

const zhHant: CoreStrings = {
  title: "線上諮詢",
  close: "關閉聊天",
  more: "更多選項",
  unread: "未讀訊息：{count}",
  placeholder: "輸入訊息…",
  message: "訊息",
  send: "傳送",
  sending: "傳送中…",
  delivered: "已送達",
  failed: "未傳送",
  retry: "重試",
  connecting: "連線中…",
  reconnecting: "重新連線中…",
  offline: "離線",
  offlineText: "您目前離線。恢復連線後，您輸入的內容會自動傳送。",
  withAgent: "您正在與{name}聊天",
  emptyTitle: "有什麼可以協助您？",
  emptyText: "傳送訊息即可開始對話。",
  you: "您",
  agent: "客服",
  assistant: "助理",
  typing: "{name}正在輸入",
  newMessages: "新訊息",
  tooLong: "此訊息超出 {count} 個字元。",
  tooFast: "傳送得有點快，請稍候再試。",
  trouble: "無法連線至聊天。",
  ended: "對話已結束。",
  attach: "附加檔案",
};

export default zhHant;
