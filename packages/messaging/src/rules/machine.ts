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
  const { phase, leaving } = link;
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
      // After our own goodbye a lost connection is the goodbye's answer.
      return onLine ? (ready && goodbye(link)) || retry(link) : stay;
    case "refused":
      if (phase !== "configuring" && !ready) return stay;
      return link.refused ? close(link) : to({ ...link, phase: "renewing", refused: true }, "replace");
    case "rejected":
      return onLine ? close(link) : stay;
    case "connection-closed":
      return onLine ? (goodbye(link) ?? close(link)) : stay;
    case "over":
      return active ? end(event[1]) : stay;
    case "cleared":
      return active && leaving !== "restart" ? end(leaving ? "guest" : "cleared", "wipe") : stay;
    case "read-only":
      return ready && !leaving ? to({ ...link, readOnly: true, end: "read-only" }, "ended", "fail") : stay;
    case "clear":
    case "depart":
      return active ? leave(link, link.readOnly ? "depart" : event[0]) : stay;
    case "clear-refused":
      return leaving === "clear" ? leave(link, "depart") : stay;
    case "leave-timeout":
      return (active && goodbye(link)) || stay;
    case "restart": {
      if (ready) return leave(link, "restart");
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
  const { leaving } = link;
  const first = link.phase === "configuring";
  if (!connected && !(first && readOnly)) {
    // The answer to closeSession, ours or another tab's.
    if (leaving === "restart") {
      const next: Link = { ...link, phase: "configuring", startNew: true, leaving: null, readOnly: false };
      return to(next, "wipe", "configure");
    }
    return first && !leaving ? retry(link) : end(leaving ? "guest" : "cleared");
  }
  const effects: Effect[] = [];
  // A token that was shown on the open socket may belong to a new session.
  if (newSession || (first && !link.wasOpen)) effects.push("started");
  if (readOnly && !link.readOnly) effects.push("ended", "fail");
  if (first || newSession) effects.push("sync");
  if (first && leaving) effects.push(...leave({ ...link, phase: "ready" }, leaving).effects);
  const stands: Link = { ...link, phase: "ready", startNew: false, wasOpen: true, readOnly };
  return to(readOnly ? { ...stands, end: "read-only" } : stands, ...effects);
}

/** A guest's own goodbye: said at once on a ready session, else as soon as there is one. */
function leave(link: Link, leaving: "clear" | "depart" | "restart"): Step {
  const next = { ...link, leaving };
  return link.phase === "ready" ? to(next, leaving === "clear" ? "clear" : "depart") : to(next);
}

/** What the guest's goodbye has led to, where there was one. */
function goodbye(link: Link): Step | null {
  if (link.leaving === "restart") return ask({ ...link, startNew: true });
  return link.leaving && (link.leaving === "clear" ? end("guest", "wipe") : end("guest"));
}

function configure(link: Link): Step {
  return to({ ...link, phase: "configuring" }, "configure");
}

function ask(link: Link): Step {
  return to({ ...link, phase: "asking", leaving: keptGoodbye(link) }, "hang-up", "ask");
}

function retry(link: Link): Step {
  const next: Link = { ...link, phase: "waiting", attempt: link.attempt + 1, leaving: keptGoodbye(link) };
  return to(next, "hang-up", "wait");
}

/** What the guest wanted is still wanted on the next connection; a new start is begun by `startNew`. */
function keptGoodbye({ leaving }: Link): Link["leaving"] {
  return leaving === "restart" ? null : leaving;
}

/** The platform does not want this connection, or its token. */
function close(link: Link): Step {
  return to({ ...link, phase: "stopped", end: "closed", leaving: null }, "hang-up", "fail");
}

function end(reason: EndReason, ...effects: Effect[]): Step {
  return to({ ...NEW_LINK, phase: "stopped", end: reason }, "hang-up", "fail", ...effects, "ended");
}

function to(link: Link, ...effects: Effect[]): Step {
  return { link, effects };
}
