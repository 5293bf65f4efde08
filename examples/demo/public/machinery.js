/** What stands beside the shop: it listens to the element's events like any page may, and turns the knobs. */
import { createTimeline } from "./timeline.js";

const $ = (id) => document.getElementById(id);
const timeline = createTimeline($("timeline"));
const EVENTS = [
  "open",
  "close",
  "state",
  "ready",
  "token-expiring",
  "token-refreshed",
  "token-expired",
  "degraded",
  "recovered",
  "message",
  "unread",
  "conversation-started",
  "conversation-ended",
  "error",
];

// The stub of the script tag: calls wait in a queue until the script has loaded.
if (!window.Guestpass) {
  const queue = [];
  window.Guestpass = Object.assign((...call) => void queue.push(call), { q: queue });
}
const guestpass = (...args) => window.Guestpass(...args);

let refreshes = 0;
let acted = false;

function log(name, text, kind = name.replace(/^token-/, ""), at = Date.now()) {
  const list = $("log");
  const follow = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  const item = document.createElement("li");
  item.dataset.kind = kind;
  const time = document.createElement("time");
  time.textContent = new Date(at).toLocaleTimeString("en-GB");
  const line = document.createElement("span");
  const title = document.createElement("b");
  title.textContent = name;
  line.append(title, text ? ` ${text}` : "");
  item.append(time, line);
  list.append(item);
  while (list.children.length > 300) list.firstElementChild.remove();
  if (follow) list.scrollTop = list.scrollHeight;
}

function details(event) {
  switch (event.type.replace(/^guestpass-/, "")) {
    case "state":
      return `${event.previous} → ${event.state}`;
    case "message":
      return `${event.direction} "${event.text.slice(0, 60)}"`;
    case "unread":
      return String(event.count);
    case "token-expiring":
      return `in ${event.expiresIn} s`;
    case "token-refreshed":
      return `lives ${event.expiresIn} s, ${event.rotated ? "a new token" : "the same token"}`;
    case "conversation-ended":
      return event.reason;
    case "error":
      return `${event.code}: ${event.message}`;
    case "open":
    case "close":
      return event.trigger ? `by ${event.trigger}` : "";
    default:
      return "";
  }
}

function element() {
  return window.Guestpass.element;
}

/** How many of the report's lines have been told; the report keeps the last ones only. */
let toldUntil = "";

/** What the keeper has decided since, from its debug report: the same words as in a bug report. */
function noteDecisions() {
  const entries = element()?.debugReport?.()?.entries ?? [];
  timeline.decided(entries);
  const news = entries.filter(({ at, what }) => at > toldUntil && what !== "state" && what !== "conversation");
  for (const { at, what, why, inMs, status } of news) {
    const when = inMs === undefined ? "" : ` in ${(inMs / 1000).toFixed(1)} s`;
    log(what, `${why ?? ""}${status ? ` ${status}` : ""}${when}`.trim(), "decision", Date.parse(at));
  }
  toldUntil = news.at(-1)?.at ?? toldUntil;
}

function noteDue() {
  const entries = element()?.debugReport?.()?.entries ?? [];
  const scheduled = entries.findLast((entry) => entry.what === "scheduled" && entry.inMs !== undefined);
  if (scheduled) timeline.due(Date.parse(scheduled.at) + scheduled.inMs);
}

for (const name of EVENTS) {
  guestpass("on", name, (event) => {
    log(name, details(event));
    if (name === "ready") timeline.issued(element().expiresIn);
    if (name === "token-refreshed") {
      refreshes += 1;
      $("refreshes").value = refreshes;
      timeline.issued(event.expiresIn);
    }
    if (name === "token-expired") timeline.expired();
    if (name === "state") {
      $("state").value = event.state;
      $("state").dataset.state = event.state;
      if (event.state === "ended") timeline.ended();
      if (event.state !== "idle") acted = true;
    }
    if (name === "ready" || name === "token-refreshed") {
      $("hint").textContent = "Keep talking: the token is renewed on time, and the conversation does not notice.";
      queueMicrotask(noteDue);
    }
  });
}

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) log("error", `the demo's server said ${answer.status}`);
}

async function showState() {
  const { settings, trouble, calls, guestApis } = await (await fetch("/demo/state")).json();
  $("calls").value = calls.oauth + calls.guests;
  $("calls").title = `${calls.oauth} OAuth, ${calls.guests} guest API`;
  return { settings, trouble, guestApis };
}

function tick() {
  const left = element()?.expiresIn ?? 0;
  $("left").value = left > 0 ? `${left} s` : "–";
  noteDecisions();
  timeline.draw();
}

/** What a browser does when its network goes: `navigator.onLine` and the event. The server side is cut as well. */
function setOnline(online) {
  Object.defineProperty(navigator, "onLine", { configurable: true, get: () => online });
  window.dispatchEvent(new Event(online ? "online" : "offline"));
}

function fold(folded) {
  document.body.classList.toggle("folded", folded);
  $("fold").textContent = folded ? "Show" : "Hide";
  $("fold").setAttribute("aria-expanded", String(!folded));
}

function wire() {
  $("endpoint-trouble").addEventListener(
    "change",
    (event) => void post("/demo/trouble", { endpoint: event.target.value }),
  );
  $("platform-trouble").addEventListener(
    "change",
    (event) => void post("/demo/trouble", { platform: event.target.value }),
  );
  $("offline").addEventListener("change", async (event) => {
    const offline = event.target.checked;
    if (offline) setOnline(false);
    await post("/demo/trouble", { offline });
    if (!offline) setOnline(true);
  });
  $("refresh").addEventListener("click", () =>
    guestpass("refreshToken")?.catch?.((error) => log("error", error.message)),
  );
  $("agent-says").addEventListener(
    "click",
    () => void post("/demo/say", { text: `It is ${new Date().toLocaleTimeString()} at the workshop.` }),
  );
  $("reset").addEventListener("click", async () => {
    await guestpass("reset");
    timeline.ended();
    log("reset", "nothing is left of this visitor");
  });
  $("ask").addEventListener("click", () => void guestpass("show"));
  $("decisions").addEventListener("change", () => {
    $("log").scrollTop = $("log").scrollHeight;
  });
  $("clear-log").addEventListener("click", () => $("log").replaceChildren());
  $("fold").addEventListener("click", () => fold(!document.body.classList.contains("folded")));
  $("settings").addEventListener("submit", async (event) => {
    event.preventDefault();
    await guestpass("reset")?.catch?.(() => {});
    await post("/demo/settings", { tokenLife: Number($("token-life").value), guestApi: $("guest-api").value });
    location.reload();
  });
}

const { settings, trouble, guestApis } = await showState();
for (const name of guestApis) $("guest-api").append(new Option(name, name));
$("guest-api").value = settings.guestApi;
if (![...$("token-life").options].some((option) => option.value === String(settings.tokenLife))) {
  $("token-life").prepend(new Option(`${settings.tokenLife} s tokens`, String(settings.tokenLife)));
}
$("token-life").value = String(settings.tokenLife);
$("endpoint-trouble").value = trouble.endpoint;
$("platform-trouble").value = trouble.platform;
$("offline").checked = trouble.offline;
if (trouble.offline) setOnline(false);
// The document of this guest API asks for the visitor's consent; a real page would ask the visitor.
if (settings.guestApi === "webmessaging-guests") {
  guestpass("set", { consent: { accepted: true, timestamp: new Date().toISOString() } });
}
fold(matchMedia("(max-width: 860px)").matches);
wire();
setInterval(tick, 250);
setInterval(() => {
  if (acted && !document.hidden) void showState();
}, 3000);
tick();
