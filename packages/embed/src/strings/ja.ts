/** Japanese. */
import type { CoreStrings } from "./strings.js";

const ja: CoreStrings = {
  title: "チャットで問い合わせる",
  close: "チャットを閉じる",
  more: "その他のオプション",
  unread: "未読メッセージ: {count}",
  placeholder: "メッセージを入力…",
  message: "メッセージ",
  send: "送信",
  sending: "送信中…",
  delivered: "配信済み",
  failed: "送信できませんでした",
  retry: "再試行",
  connecting: "接続中…",
  reconnecting: "再接続中…",
  offline: "オフライン",
  offlineText: "オフラインです。入力した内容は、接続が戻ると送信されます。",
  withAgent: "{name}とチャット中",
  emptyTitle: "ご用件をお聞かせください",
  emptyText: "メッセージを送信して会話を始めてください。",
  you: "あなた",
  agent: "担当者",
  assistant: "アシスタント",
  typing: "{name}が入力中",
  newMessages: "新着メッセージ",
  tooLong: "メッセージが{count}文字超過しています。",
  tooFast: "送信の間隔が短すぎます。少し待ってからもう一度お試しください。",
  trouble: "チャットに接続できませんでした。",
  ended: "会話は終了しました。",
  attach: "ファイルを添付",
};

export default ja;
