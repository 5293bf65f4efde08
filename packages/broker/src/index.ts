/** OAuth, guest creation, sessions and policy for Genesys Cloud guest tokens. A library without a web framework. */
export { createBroker } from "./broker.js";
export { BrokerError, type BrokerErrorDetails } from "./errors.js";
export type { Broker, Health, HealthCheck, Proof } from "./face.js";
export type { SecretSource } from "./followed-secret.js";
export {
  type GuestClient,
  type GuestClientOptions,
  type GuestWish,
  guestClient,
  type IssuedGuest,
} from "./guest-client.js";
export type {
  Guest,
  GuestApi,
  GuestIdentity,
  GuestRequest,
  GuestTools,
  KnownGuest,
  PlatformAnswer,
  PlatformCall,
  RenewalState,
  RenewRequest,
  RevokeRequest,
} from "./guests/guest-api.js";
export { type OauthProvider, type OauthProviderOptions, oauthProvider } from "./oauth-provider.js";
export {
  type AbuseProgress,
  type AbuseReport,
  type AbuseReportOptions,
  abuseReport,
  type FlaggedCustomer,
} from "./observe/abuse.js";
export type { AuditAction, AuditRecord, MintingFacts, MintingSubject } from "./observe/audit-record.js";
export type { BrokerStats, FailureCount, LatencyStats, MintingStats, UnusualMinting } from "./observe/stats.js";
export type {
  BrokerHooks,
  BrokerOptions,
  BrokerSinks,
  ChallengeOptions,
  ClientCredentials,
  CredentialsSource,
  CustomSigningOptions,
  IdentityOptions,
  MintingOptions,
  PlatformOptions,
  SessionOptions,
  WebhookOptions,
} from "./options.js";
export type { AnalyticsForm } from "./platform/analytics.js";
export type { BrokerPorts, Clock } from "./ports.js";
export type { DpopProof, GoneSignal, RequestContext } from "./request-context.js";
export {
  compatAnswerSchema,
  compatRequestSchema,
  messengerInfoSchema,
  problemSchema,
  refreshedSessionSchema,
  refreshSessionSchema,
  sessionSchema,
  startSessionSchema,
} from "./schemas.js";
export { ephemeralKeyRing } from "./sessions/ephemeral-keys.js";
export { fileKeyRing, type KeyFileOptions } from "./sessions/key-file.js";
export type { HandleKey, KeyRing } from "./sessions/key-ring.js";
export { type KeySet, newKeySet, type OctJwk, type RotationOptions, rotateKeySet } from "./sessions/key-set.js";
export { type DynamodbStoreOptions, dynamodbStore } from "./stores/dynamodb.js";
export { type MemoryStoreOptions, memoryStore } from "./stores/memory.js";
export { type RedisStoreOptions, redisStore } from "./stores/redis.js";
export type { GuestMapping, Store, SwapResult } from "./stores/store.js";
