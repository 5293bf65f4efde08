/** What a page needs to initialise a messenger: where it is, what it may do. Pure. */
import {
  BOOTSTRAP_PATH,
  decodeConversationConfig,
  deploymentConfigPath,
  type Json,
  list,
  type MessengerFeatures,
  type MessengerInfo,
  type MessengerUrls,
  record,
  type SessionMessenger,
  str,
} from "@guestpass/protocol";
import type { PlatformPlace } from "../platform/hosts.js";

const DEFAULT_LANGUAGE = "en-us";

function urls(place: PlatformPlace, deploymentId: string): MessengerUrls {
  const { hosts } = place;
  return {
    socket: hosts.socket,
    api: hosts.api,
    config: hosts.cdn + deploymentConfigPath(deploymentId),
    bootstrap: hosts.apps + BOOTSTRAP_PATH,
  };
}

/** Document 1's features; whether files may be sent is the deployment's to say, where it can be asked. */
function features(config: Json | null): MessengerFeatures {
  const upload = record(record(config?.["messenger"])["fileUpload"]);
  const enabled = upload["enableAttachments"];
  return {
    isTranscriptEnabled: true,
    isFileUploadEnabled: typeof enabled === "boolean" ? enabled : list(upload["modes"]).length > 0,
    isRatingEnabled: true,
  };
}

export interface MessengerSubject {
  place: PlatformPlace;
  guestApi: string;
  deploymentId: string;
  config: Json | null;
}

/** The part of a session's answer that the messenger is initialised with. */
export function sessionMessenger(
  { place, guestApi, deploymentId, config }: MessengerSubject,
  token: string,
  externalId: string,
): SessionMessenger {
  return {
    deploymentId,
    region: place.region,
    guestApi,
    urls: urls(place, deploymentId),
    initConfig: { deploymentId, region: place.region, guestToken: token, loginMode: "guest" },
    features: features(config),
    ...(guestApi === "guest-tokens"
      ? { onboarding: { environment: place.region, webchatId: deploymentId, guestToken: token, externalId } }
      : {}),
  };
}

/** What a page may know before it has a token. */
export function messengerInfo({ place, guestApi, deploymentId, config }: MessengerSubject): MessengerInfo {
  const defaultLanguage = str(config?.["defaultLanguage"]) ?? DEFAULT_LANGUAGE;
  const languages = list(config?.["languages"]).filter((language): language is string => typeof language === "string");
  return {
    deploymentId,
    region: place.region,
    guestApi,
    urls: urls(place, deploymentId),
    features: features(config),
    languages: languages.length > 0 ? languages : [defaultLanguage],
    defaultLanguage,
    deployment: config,
    conversation: decodeConversationConfig(config),
  };
}
