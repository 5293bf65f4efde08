/** The Guestpass token endpoint: a Fastify plugin, and the server and configuration that the command is made of. */
export { type Config, ConfigError, readConfig } from "./config.js";
export type { ClientPair, Mistake, Secret } from "./environment.js";
export type { BrokerGivenOptions, ConfigGivenOptions, GuestpassOptions } from "./options.js";
export { guestpass, guestpass as default } from "./plugin.js";
export { CredentialsRefused, createServer, type GuestpassServer, type Surroundings } from "./server.js";
