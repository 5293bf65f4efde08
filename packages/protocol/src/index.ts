/** The words that all of Guestpass shares. Knows no DOM, no Node, no clock and no dependency. */
export { endsSession, GuestApiCode, refusesToken } from "./codes.js";
export { decodeFrame, decodeHistory, decodeMessage } from "./decode.js";
export { decodeConversationConfig, decodeDeploymentConfig } from "./decode-config.js";
export { decodeContent } from "./decode-content.js";
export { decodeSession, type Rest, readFrame } from "./decode-frame.js";
export { readRest } from "./decode-rest.js";
export { encodeFrame } from "./encode.js";
export {
  type Authorization,
  CHALLENGE_PROVIDERS,
  type Challenge,
  type ChallengeProvider,
  type CompatGuestToken,
  type Consent,
  ENDPOINT_PATHS,
  GUEST_APIS,
  type GuestApiName,
  type InitConfig,
  type MessengerFeatures,
  type MessengerInfo,
  type MessengerUrls,
  type OnboardingConfig,
  type RefreshedSession,
  type RefreshSessionRequest,
  type Session,
  type SessionMessenger,
  type StartSessionRequest,
} from "./endpoint.js";
export type {
  Attachment,
  Card,
  CardAction,
  Content,
  ConversationConfig,
  DeploymentConfig,
  HistoryPage,
  InboundFrame,
  ListItem,
  ListSection,
  MessageEventBody,
  Sender,
  SessionResponse,
  StructuredMessage,
} from "./frames-in.js";
export type {
  ButtonResponse,
  ConfigureAuthenticatedSession,
  ConfigureSession,
  Echo,
  FormAnswer,
  JourneyContext,
  OnAttachment,
  OnMessage,
  OutboundAction,
  OutboundContent,
  OutboundEvent,
  OutboundEventBody,
  OutboundFrame,
  OutboundMessage,
} from "./frames-out.js";
export { type Json, list, num, optional, record, str, stringMap } from "./json.js";
export * from "./limits.js";
export { type FieldError, isProblemCode, PROBLEM_STATUS, type Problem, type ProblemCode } from "./problems.js";
export {
  BOOTSTRAP_PATH,
  baseHosts,
  deploymentConfigPath,
  findRegion,
  type PlatformHosts,
  REGIONS,
  type Region,
  regionHosts,
} from "./regions.js";
