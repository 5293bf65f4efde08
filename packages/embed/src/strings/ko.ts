/** Korean. */
import type { CoreStrings } from "./strings.js";

const ko: CoreStrings = {
  title: "채팅 상담",
  close: "채팅 닫기",
  more: "옵션 더 보기",
  unread: "읽지 않은 메시지: {count}",
  placeholder: "메시지를 입력하세요…",
  message: "메시지",
  send: "보내기",
  sending: "보내는 중…",
  delivered: "전달됨",
  failed: "전송 실패",
  retry: "다시 시도",
  connecting: "연결 중…",
  reconnecting: "다시 연결 중…",
  offline: "오프라인",
  offlineText: "오프라인 상태입니다. 작성한 내용은 다시 연결되면 전송됩니다.",
  withAgent: "{name} 님과 채팅 중입니다",
  emptyTitle: "무엇을 도와드릴까요?",
  emptyText: "메시지를 보내 대화를 시작하세요.",
  you: "나",
  agent: "상담원",
  assistant: "도우미",
  typing: "{name} 님이 입력 중입니다",
  newMessages: "새 메시지",
  tooLong: "메시지가 {count}자 초과되었습니다.",
  tooFast: "전송이 너무 빠릅니다. 잠시 후 다시 시도해 주세요.",
  trouble: "채팅에 연결할 수 없습니다.",
  ended: "대화가 종료되었습니다.",
  attach: "파일 첨부",
};

export default ko;
