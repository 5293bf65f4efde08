/** A deployment's public configuration, as the platform publishes it. Pure. */
import { ATTACHMENT_KB } from "@guestpass/protocol";
import type { Settings } from "../settings.js";

/** MIME types that a guest may send. */
export const FILE_TYPES = [
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
  "application/pdf",
  "text/plain",
  "text/csv",
  "video/mp4",
  "audio/mpeg",
];
export const BLOCKED_EXTENSIONS = [".ade", ".adp", ".bat", ".cmd", ".com", ".exe", ".js", ".msi", ".scr", ".vbs"];

export interface DeploymentHosts {
  /** An HTTP origin. */
  api: string;
  /** A WebSocket origin. */
  messaging: string;
}

/** `config.json`. */
export function deploymentConfig(id: string, settings: Settings, hosts: DeploymentHosts): Record<string, unknown> {
  return {
    id,
    version: "1",
    languages: ["en-us", "de", "fr", "es", "ar"],
    defaultLanguage: "en-us",
    apiEndpoint: hosts.api,
    status: "Active",
    headlessMode: { enabled: false },
    auth: { enabled: false, allowSessionUpgrade: true },
    journeyEvents: { enabled: false },
    cobrowse: { enabled: false },
    position: { alignment: "Auto", sideSpace: 20, bottomSpace: 20 },
    customI18nLabels: [],
    messenger: {
      enabled: true,
      sessionPersistenceType: "Subdomains",
      styles: { primaryColor: "#2f5bea" },
      launcherButton: { visibility: "On" },
      homeScreen: { enabled: false },
      fileUpload: { enableAttachments: true, modes: [{ fileTypes: FILE_TYPES, maxFileSizeKB: ATTACHMENT_KB }] },
      apps: {
        conversations: {
          enabled: true,
          messagingEndpoint: hosts.messaging,
          showAgentTypingIndicator: true,
          showUserTypingIndicator: true,
          autoStart: { enabled: settings.autoStart },
          conversationDisconnect: { enabled: true, type: settings.readOnly ? "ReadOnly" : "Send" },
          conversationClear: { enabled: settings.clear },
          notifications: { enabled: false, notificationContentType: "ExcludeContent" },
          markdown: { enabled: true },
          humanize: { enabled: true, bot: { name: "Guestpass Bot", avatarUrl: "" } },
          sessionDurationSeconds: settings.sessionDuration,
        },
        knowledge: { enabled: false },
      },
    },
  };
}

/** `domains.json`. */
export function deploymentDomains(settings: Settings): Record<string, unknown> {
  return { allowAllDomains: settings.allowedDomains.length === 0, allowedDomains: settings.allowedDomains };
}

/** What a guest may send, as SessionResponse and GetConfigurationResponse say it. */
export function allowedMedia(): Record<string, unknown> {
  return { inbound: { fileTypes: FILE_TYPES.map((type) => ({ type })), maxFileSizeKB: ATTACHMENT_KB } };
}

/** True when a page of this origin may use the deployment: exact host or `.suffix`, scheme and port do not matter. */
export function mayEmbed(allowedDomains: readonly string[], origin: string | undefined, ownHost: string): boolean {
  if (allowedDomains.length === 0) return true;
  if (!origin || !URL.canParse(origin)) return false;
  const { host, hostname } = new URL(origin);
  if (host === ownHost) return true;
  return allowedDomains.some((domain) => {
    const allowed = domain.toLowerCase();
    return allowed.startsWith(".") ? hostname.endsWith(allowed) : hostname === allowed;
  });
}
