/** A deployment's public config.json: unknown JSON in, the part that a client acts on out. */
import type { DeploymentConfig } from "./frames-in.js";
import { flag, list, many, num, optional, record, str, text } from "./json.js";

/** The configuration; null when it is none. */
export function decodeDeploymentConfig(value: unknown): DeploymentConfig | null {
  const config = record(value);
  const id = str(config["id"]);
  if (id === undefined) return null;
  const messenger = record(config["messenger"]);
  const auth = record(config["auth"]);
  const talk = record(record(messenger["apps"])["conversations"]);
  const enabled = (name: string): boolean => flag(record(talk[name])["enabled"]);
  const { enableAttachments, modes } = record(messenger["fileUpload"]);
  const visibility = record(messenger["launcherButton"])["visibility"];
  return {
    id,
    version: text(config["version"]),
    languages: many(str)(config["languages"]),
    defaultLanguage: str(config["defaultLanguage"]) ?? "en-us",
    active: config["status"] !== "Inactive",
    authEnabled: flag(auth["enabled"]),
    allowSessionUpgrade: flag(auth["allowSessionUpgrade"]),
    launcherVisibility: visibility === "Off" || visibility === "OnDemand" ? visibility : "On",
    fileUploadEnabled: typeof enableAttachments === "boolean" ? enableAttachments : list(modes).length > 0,
    showAgentTyping: flag(talk["showAgentTypingIndicator"]),
    showUserTyping: flag(talk["showUserTypingIndicator"]),
    autoStart: enabled("autoStart"),
    disconnect: !enabled("conversationDisconnect")
      ? "none"
      : record(talk["conversationDisconnect"])["type"] === "ReadOnly"
        ? "ReadOnly"
        : "Send",
    clearEnabled: enabled("conversationClear"),
    markdown: enabled("markdown"),
    ...optional({
      primaryColor: str(record(messenger["styles"])["primaryColor"]),
      sessionDurationSeconds: num(talk["sessionDurationSeconds"]),
    }),
  };
}
