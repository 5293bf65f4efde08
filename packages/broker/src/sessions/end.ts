/** Ends a session: its handles work no more, and the platform is told where it can be. */
import type { Facts } from "../observe/facts.js";
import type { RequestContext } from "../request-context.js";
import { admitHandle } from "./refresh.js";
import { guestTools, type SessionRooms } from "./rooms.js";

/** Ends the session of a handle. A platform that cannot be told does not keep it alive here. */
export async function end(rooms: SessionRooms, handle: string, context: RequestContext, facts: Facts): Promise<void> {
  const { settings, guestApi } = rooms;
  const { claims, identity } = await admitHandle(rooms, handle, context, facts);
  if ((await rooms.records.admitToEnd(claims)) === "ended") return;
  await rooms.records.end(claims);
  rooms.sharing.drop(`${identity.hash}:`);
  rooms.beside.run("the guest directory", () => rooms.directory.remember(identity, { guestId: claims.guestId }));
  if (guestApi.revoke === undefined) return;
  const { deploymentId, guestId, renewal } = claims;
  const tools = guestTools(rooms, { deadlineAt: facts.startedAt + settings.deadlineMs });
  try {
    await guestApi.revoke({ deploymentId, identity, guestId, renewal }, tools);
  } catch {
    rooms.warn("the platform could not be told that a session has ended; its token dies of age");
  }
}
