/** Which deployments and queues may be asked for. Pure. */
import { BrokerError } from "../errors.js";
import { invalidRequest } from "./request.js";

export interface AllowLists {
  deploymentIds: readonly string[];
  queueIds: readonly string[];
}

/** The deployment, if it may be asked for: `deployment_not_allowed` otherwise. */
export function allowedDeployment(lists: AllowLists, deploymentId: string): string {
  if (lists.deploymentIds.includes(deploymentId)) return deploymentId;
  throw new BrokerError("deployment_not_allowed", "This deployment may not be asked for here.");
}

/**
 * The queue: the one asked for, else the only one there is, else none. `queue_not_allowed` for one that may not be asked
 * for; `invalid_request` where one is needed and none is named.
 */
export function allowedQueue(lists: AllowLists, queueId: string | undefined, needed: boolean): string | undefined {
  if (queueId !== undefined) {
    if (lists.queueIds.includes(queueId)) return queueId;
    throw new BrokerError("queue_not_allowed", "This queue may not be asked for here.");
  }
  if (!needed) return undefined;
  const [only, another] = lists.queueIds;
  if (only !== undefined && another === undefined) return only;
  throw invalidRequest([{ path: "/queueId", message: "is required" }]);
}
