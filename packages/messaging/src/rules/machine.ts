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
  const active = phase !== "idle" && phase !== "stopped";
  const hasSocket = phase === "opening" || phase === "configuring" || phase === "ready" || phase === "renewing";
  switch (event.type) {
    case "connect":
      if (phase === "idle" || link.end === "closed") return to({ ...NEW_LINK, phase: "asking" }, { do: "ask-token" });
      return phase === "waiting" ? ask(link) : stay(link);
    case "due":
      return phase === "waiting" ? ask(link) : stay(link);
    case "token":
      if (phase === "asking") return to({ ...link, phase: "opening" }, { do: "open" });
      return phase === "renewing" ? configure(link) : stay(link);
    case "token-failed":
      if (phase !== "asking" && phase !== "renewing") return stay(link);
      if (event.retryable) return retry(link);
      return link.wasOpen ? close(link, "token") : to(NEW_LINK, { do: "close" }, { do: "give-up", because: "token" });
    case "opened":
      return phase === "opening" ? configure(link) : stay(link);
    case "lost":
      if (!hasSocket) return stay(link);
      // After our own goodbye a lost connection is the goodbye's answer.
      if (phase === "ready" && link.leaving === "restart") return retry({ ...link, startNew: true });
      if (phase === "ready" && link.leaving) return end("guest", link.leaving === "clear");
      return retry(link);
    case "stable":
      return phase === "ready" ? to({ ...link, attempt: 0, refused: false }) : stay(link);
    case "session":
      return session(link, event);
    case "refused":
      if (phase !== "configuring" && phase !== "ready") return stay(link);
      if (link.refused) return close(link, "refused");
      return to({ ...link, phase: "renewing", refused: true }, { do: "refuse-token" });
    case "rejected":
      return hasSocket ? close(link, "refused") : stay(link);
    case "over":
      return active ? end(event.reason, false) : stay(link);
    case "cleared":
      if (!active || link.leaving === "restart") return stay(link);
      return end(link.leaving ? "guest" : "cleared", true);
    case "connection-closed":
      if (!hasSocket) return stay(link);
      if (event.signedIn) return end("signed-in-elsewhere", false);
      if (link.leaving === "restart") return ask({ ...link, startNew: true });
      if (link.leaving) return end("guest", link.leaving === "clear");
      return close(link, "closed");
    case "agent-left":
      if (phase !== "ready" || link.leaving) return stay(link);
      if (!event.readOnly) return to(link, { do: "ended", reason: "agent" });
      return readOnly(link);
    case "end":
      if (!active) return stay(link);
      return leave({ ...link, leaving: event.clear && !link.readOnly ? "clear" : "close" });
    case "clear-refused":
      return link.leaving === "clear" ? leave({ ...link, leaving: "close" }) : stay(link);
    case "leave-timeout":
      if (!active || !link.leaving) return stay(link);
      if (link.leaving === "restart") return ask({ ...link, startNew: true });
      return end("guest", link.leaving === "clear");
    case "restart":
      if (phase === "ready") return leave({ ...link, leaving: "restart" });
      return active
        ? to(ask({ ...link, startNew: true }).link, { do: "close" }, { do: "wipe" }, { do: "ask-token" })
        : restart(link);
    case "reconfigure":
      return phase === "ready" ? to(link, { do: "configure", startNew: false }) : stay(link);
    case "disconnect":
      return to(NEW_LINK, { do: "close" }, { do: "give-up", because: "disconnected" });
    default:
      return stay(link);
  }
}

function session(link: Link, event: Extract<LinkEvent, { type: "session" }>): Step {
  if (link.phase !== "configuring" && link.phase !== "ready") return stay(link);
  if (!event.connected) return sessionClosed(link, event.readOnly);
  const first = link.phase === "configuring";
  const ready: Link = {
    ...link,
    phase: "ready",
    startNew: false,
    wasOpen: true,
    readOnly: event.readOnly,
  };
  if (!first) return event.readOnly && !link.readOnly ? readOnly(link) : to(ready);
  const effects: Effect[] = [];
  if (event.newSession || !link.wasOpen) effects.push({ do: "started", newSession: event.newSession });
  if (event.newSession) effects.push({ do: "join" });
  if (event.readOnly && !link.readOnly) effects.push(...readOnly(link).effects);
  effects.push({ do: "sync", newSession: event.newSession, again: link.wasOpen });
  const goodbye = ready.leaving && ready.leaving !== "restart" ? leave(ready).effects : [];
  return to(ready, ...effects, ...goodbye);
}

/** `connected: false`: the answer to closeSession, ours or another tab's. */
function sessionClosed(link: Link, isReadOnly: boolean): Step {
  if (link.leaving === "restart") {
    return to(
      { ...link, phase: "configuring", leaving: null, readOnly: false },
      { do: "wipe" },
      { do: "configure", startNew: true },
    );
  }
  if (link.leaving) return end("guest", false);
  if (link.phase === "ready") return end("cleared", false);
  return isReadOnly ? readOnly({ ...link, phase: "ready", wasOpen: true }) : retry(link);
}

/** A guest's own goodbye: said at once on a ready session, else as soon as there is one. */
function leave(link: Link): Step {
  if (link.phase !== "ready") return to(link);
  return to(link, link.leaving === "clear" ? { do: "clear" } : { do: "close-session" });
}

function restart(link: Link): Step {
  const next: Link = { ...NEW_LINK, phase: "asking", startNew: true };
  // The visitor's session ran out: what was said stays to be read. Otherwise a new conversation begins empty.
  return link.end === "expired" ? to(next, { do: "ask-token" }) : to(next, { do: "wipe" }, { do: "ask-token" });
}

function configure(link: Link): Step {
  return to({ ...link, phase: "configuring" }, { do: "configure", startNew: link.startNew });
}

function ask(link: Link): Step {
  return to(
    { ...link, phase: "asking", leaving: link.leaving === "restart" ? null : link.leaving },
    { do: "close" },
    { do: "ask-token" },
  );
}

function retry(link: Link): Step {
  const leaving = link.leaving === "restart" ? null : link.leaving;
  return to(
    { ...link, phase: "waiting", attempt: link.attempt + 1, leaving },
    { do: "close" },
    { do: "wait", attempt: link.attempt },
  );
}

function readOnly(link: Link): Step {
  return to({ ...link, readOnly: true }, { do: "ended", reason: "read-only" }, { do: "give-up", because: "over" });
}

/** The platform does not want this connection, or its token. */
function close(link: Link, because: "closed" | "refused" | "token"): Step {
  return to({ ...link, phase: "stopped", end: "closed", leaving: null }, { do: "close" }, { do: "give-up", because });
}

function end(reason: EndReason, wipe: boolean): Step {
  const effects: Effect[] = [{ do: "close" }, { do: "give-up", because: "over" }];
  if (wipe) effects.push({ do: "wipe" });
  return to({ ...NEW_LINK, phase: "stopped", end: reason }, ...effects, { do: "ended", reason });
}

function to(link: Link, ...effects: Effect[]): Step {
  return { link, effects };
}

function stay(link: Link): Step {
  return { link, effects: [] };
}
