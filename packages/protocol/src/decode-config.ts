/** A deployment's public config.json: unknown JSON in, the part that a client acts on out. */
import type { ConversationConfig, DeploymentConfig } from "./frames-in.js";
import { flag, list, many, num, optional, record, str, text } from "./json.js";

/** What a conversation acts on; null when it is no configuration. */
export function decodeConversationConfig(value: unknown): ConversationConfig | null {
  const { id, messenger } = record(value);
  if (typeof id !== "string") return null;
  const { apps, fileUpload } = record(messenger);
  const { enableAttachments, modes } = record(fileUpload);
  const talk = record(record(apps)["conversations"]);
  const enabled = (name: string): boolean => flag(record(talk[name])["enabled"]);
  const readOnly = record(talk["conversationDisconnect"])["type"] === "ReadOnly";
  return {
    fileUploadEnabled: typeof enableAttachments === "boolean" ? enableAttachments : list(modes).length > 0,
    showAgentTyping: flag(talk["showAgentTypingIndicator"]),
    showUserTyping: flag(talk["showUserTypingIndicator"]),
    autoStart: enabled("autoStart"),
    disconnect: !enabled("conversationDisconnect") ? "none" : readOnly ? "ReadOnly" : "Send",
    clearEnabled: enabled("conversationClear"),
    markdown: enabled("markdown"),
  };
}

/** The configuration; null when it is none. */
export function decodeDeploymentConfig(value: unknown): DeploymentConfig | null {
  const config = record(value);
  const conversation = decodeConversationConfig(value);
  if (!conversation) return null;
  const messenger = record(config["messenger"]);
  const auth = record(config["auth"]);
  const talk = record(record(messenger["apps"])["conversations"]);
  const visibility = record(messenger["launcherButton"])["visibility"];
  return {
    ...conversation,
    id: text(config["id"]),
    version: text(config["version"]),
    languages: many(str)(config["languages"]),
    defaultLanguage: str(config["defaultLanguage"]) ?? "en-us",
    active: config["status"] !== "Inactive",
    authEnabled: flag(auth["enabled"]),
    allowSessionUpgrade: flag(auth["allowSessionUpgrade"]),
    launcherVisibility: visibility === "Off" || visibility === "OnDemand" ? visibility : "On",
    ...optional({
      primaryColor: str(record(messenger["styles"])["primaryColor"]),
      sessionDurationSeconds: num(talk["sessionDurationSeconds"]),
    }),
  };
}
