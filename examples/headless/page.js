// Feeds another chat SDK with guest tokens that are silently renewed. Nothing is fetched before the visitor writes.
import { createTokenKeeper } from "@guestpass/tokens";
import { OtherChat } from "./other-chat.js";

const $ = (id) => document.getElementById(id);
const leaving = new AbortController();

// Safe on a server, too: importing and constructing touch no network, no storage and no timer.
const keeper = createTokenKeeper({
  endpoint: "https://tokens.example.com",
  deploymentId: "5d9d1f52-2f2b-4c0c-9d8e-6d3f2a7c1e10",
  signal: leaving.signal,
});
/** @type {OtherChat | undefined} */
let chat;

// 1. Events: what to show, and when the SDK gets another token.
keeper.addEventListener("state", ({ state }) => {
  $("state").value = state;
});
keeper.addEventListener("refreshed", ({ token, rotated }) => {
  if (rotated) chat?.setToken(token);
});
keeper.addEventListener("refused", ({ error }) => show("note", `The chat is closed: ${error.code}`));

// 2. The SDK asks for a token whenever it needs one: one that lives, or an error that says whether to try again.
async function connect() {
  const { messenger } = await keeper.start();
  const opened = new OtherChat({
    url: messenger.urls.socket,
    deploymentId: messenger.deploymentId,
    getToken: () => keeper.getToken({ signal: AbortSignal.timeout(10_000) }),
    // 3. A token that the platform refuses before its time is renewed once, then replaced; never in a loop.
    tokenRefused: async (token) => (await keeper.reportRefused(token)).token,
    message: ({ text, mine }) => show(mine ? "mine" : "theirs", text),
  });
  await opened.connect();
  return opened;
}

$("composer").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { text } = event.target.elements;
  try {
    chat ??= await connect();
    chat.send(text.value);
    event.target.reset();
  } catch (error) {
    show("note", error.retryable ? "Please try again in a moment." : `The chat is closed: ${error.code}`);
  }
});

// 4. A page that goes on without the chat (a route of a single-page application, say) stops it without a trace of timers.
addEventListener("chat-closed", () => {
  chat?.close();
  leaving.abort();
});

function show(kind, text) {
  const item = document.createElement("li");
  item.className = kind;
  item.textContent = text;
  $("transcript").append(item);
}
