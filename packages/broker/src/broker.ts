/** Puts the rooms together. */
import { BrokerError } from "./errors.js";
import type { Broker } from "./face.js";
import type { BrokerOptions } from "./options.js";

/** A broker with these options. */
export function createBroker(options: BrokerOptions): Broker {
  throw new BrokerError("not_ready", `The broker for ${options.deploymentIds.length} deployments is being built.`);
}
