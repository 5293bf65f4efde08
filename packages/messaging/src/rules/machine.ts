/**
 * The one place that decides what happens to the connection: state and event in, state and effects out. Total: an event
 * that means nothing in a state changes nothing. Knows no socket, no clock, no token.
 */
import type { EndReason } from "../contract.js";
import { type Effect, type Link, type LinkEvent, NEW_LINK } from "./link.js";

export interface Step {
  readonly link: Link;
  readonly effects: readonly Effect[];
}

export function step(link: Link, event: LinkEvent): Step {
  const { phase } = link;
  const ready = phase === "ready";
  const active = phase !== "idle" && phase !== "stopped";
  const onLine = active && phase !== "asking" && phase !== "waiting";
  const stay = to(link);
  switch (event[0]) {
    case "connect":
      if (phase === "idle" || (phase === "stopped" && link.end === "closed")) return ask(NEW_LINK);
      return phase === "waiting" ? ask(link) : stay;
    case "due":
      return phase === "waiting" ? ask(link) : stay;
    case "token":
      if (phase === "asking") return to({ ...link, phase: "opening" }, "open");
      return phase === "renewing" ? configure(link) : stay;
    case "token-failed":
      if (phase !== "asking" && phase !== "renewing") return stay;
      if (event[1]) return retry(link);
      return link.wasOpen ? close(link) : to(NEW_LINK, "hang-up", "fail");
    case "opened":
      return phase === "opening" ? configure(link) : stay;
    case "session":
      return phase === "configuring" || ready ? session(link, event[1]) : stay;
    case "stable":
      return ready ? to({ ...link, attempt: 0, refused: false }) : stay;
    case "lost":
      return onLine || phase === "asking" ? retry(link) : stay;
    case "refused":
      if (phase !== "configuring" && !ready) return stay;
      return link.refused ? close(link) : to({ ...link, phase: "renewing", refused: true }, "replace");
    case "rejected":
      return onLine ? close(link) : stay;
    case "over":
      return active ? end(event[1], event[2]) : stay;
    case "read-only":
      return ready ? to({ ...link, readOnly: true, end: "read-only" }, "ended", "fail") : stay;
    case "restart": {
      if (ready) return to({ ...link, phase: "configuring", startNew: true, readOnly: false }, "wipe", "configure");
      const next = ask({ ...(active ? link : NEW_LINK), startNew: true }).link;
      // The visitor's session ran out: what was said stays to be read. Otherwise a new conversation begins empty.
      return link.end === "expired" ? to(next, "ask") : to(next, "hang-up", "wipe", "ask");
    }
    case "reconfigure":
      return ready ? to(link, "configure") : stay;
    case "disconnect":
      return to(NEW_LINK, "hang-up", "fail");
    default:
      return stay;
  }
}

function session(link: Link, { connected, newSession, readOnly }: (LinkEvent & ["session", unknown])[1]): Step {
  const first = link.phase === "configuring";
  if (!connected && !(first && readOnly)) {
    // Another tab has closed it.
    return first ? retry(link) : end("cleared");
  }
  const effects: Effect[] = [];
  // A token that was shown on the open socket may belong to a new session.
  if (newSession || (first && !link.wasOpen)) effects.push("started");
  if (readOnly && !link.readOnly) effects.push("ended", "fail");
  if (first || newSession) effects.push("sync");
  const stands: Link = { ...link, phase: "ready", startNew: false, wasOpen: true, readOnly };
  return to(readOnly ? { ...stands, end: "read-only" } : stands, ...effects);
}

function configure(link: Link): Step {
  return to({ ...link, phase: "configuring" }, "configure");
}

function ask(link: Link): Step {
  return to({ ...link, phase: "asking" }, "hang-up", "ask");
}

function retry(link: Link): Step {
  return to({ ...link, phase: "waiting", attempt: link.attempt + 1 }, "hang-up", "wait");
}

/** The platform does not want this connection, or its token. */
function close(link: Link): Step {
  return to({ ...link, phase: "stopped", end: "closed" }, "hang-up", "fail");
}

function end(reason: EndReason, wiped = false): Step {
  const link: Link = { ...NEW_LINK, phase: "stopped", end: reason };
  return wiped ? to(link, "hang-up", "fail", "wipe", "ended") : to(link, "hang-up", "fail", "ended");
}

function to(link: Link, ...effects: Effect[]): Step {
  return { link, effects };
}
