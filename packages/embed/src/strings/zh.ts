/** Chinese in simplified characters. */
import type { CoreStrings } from "./strings.js";

const zh: CoreStrings = {
  title: "在线咨询",
  close: "关闭聊天",
  more: "更多选项",
  unread: "未读消息：{count}",
  placeholder: "输入消息…",
  message: "消息",
  send: "发送",
  sending: "正在发送…",
  delivered: "已送达",
  failed: "未发送",
  retry: "重试",
  connecting: "正在连接…",
  reconnecting: "正在重新连接…",
  offline: "离线",
  offlineText: "您已离线。恢复连接后，您输入的内容会自动发送。",
  withAgent: "您正在与{name}聊天",
  emptyTitle: "有什么可以帮您？",
  emptyText: "发送消息即可开始对话。",
  you: "您",
  agent: "客服",
  assistant: "助手",
  typing: "{name}正在输入",
  newMessages: "新消息",
  tooLong: "此消息超出 {count} 个字符。",
  tooFast: "发送得有点快，请稍候再试。",
  trouble: "无法连接聊天。",
  ended: "对话已结束。",
  attach: "添加附件",
};

export default zh;
