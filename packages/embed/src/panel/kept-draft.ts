/** What was written and not sent, over a reload: kept with the session whose guest wrote it, and given back to them alone. */
import { keep, recall } from "../kept.js";
import type { PanelHost } from "./host.js";

export function keepDraft(host: PanelHost, text: string): void {
  keep(host, "draft", text && `${host.conversation?.sessionId}\n${text}`);
}

/** Empty where nothing is kept, or not this guest's. */
export function recallDraft(host: PanelHost): string {
  const [session, ...lines] = recall(host, "draft")?.split("\n") ?? [];
  return session && session === host.conversation?.sessionId ? lines.join("\n") : "";
}
