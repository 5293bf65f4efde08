/** Plugins Messenger, Launcher and Conversations: a button and a plain window, in a shadow root of their own. */

const STYLE = `
  :host { all: initial; position: fixed; inset-block-end: 20px; inset-inline-end: 20px; z-index: 9999; font: 15px system-ui, sans-serif; }
  [hidden] { display: none !important; }
  button { font: inherit; border: 0; border-radius: 999px; padding: 12px 18px; color: #fff; background: var(--primary); cursor: pointer; }
  section { display: flex; flex-direction: column; width: 340px; height: 460px; background: #fff; color: #111; border-radius: 12px; box-shadow: 0 8px 32px #0004; overflow: hidden; }
  header { display: flex; justify-content: space-between; align-items: center; padding: 8px 8px 8px 16px; color: #fff; background: var(--primary); }
  ol { flex: 1; overflow: auto; margin: 0; padding: 12px; list-style: none; display: flex; flex-direction: column; gap: 8px; }
  li { max-width: 80%; padding: 8px 12px; border-radius: 12px; background: #eef0f4; white-space: pre-wrap; overflow-wrap: anywhere; }
  li[data-direction="Inbound"] { align-self: end; color: #fff; background: var(--primary); }
  p { margin: 0 12px; min-height: 1.4em; color: #555; }
  form { display: flex; gap: 8px; padding: 12px; }
  input { flex: 1; min-width: 0; font: inherit; padding: 8px 12px; border: 1px solid #999; border-radius: 999px; }
`;

export function startWindow(bus, { config, storage, messaging }) {
  const messenger = bus.register("Messenger");
  const launcher = bus.register("Launcher");
  const conversations = bus.register("Conversations");
  const view = draw(config.messenger.styles?.primaryColor ?? "#2f5bea");
  const { visibility } = config.messenger.launcherButton ?? {};

  async function open() {
    if (view.isOpen()) return;
    view.show(true);
    storage.set("gcmcopn", true);
    messenger.publish("opened");
    conversations.publish("opened");
    try {
      const { newSession } = await messaging.start();
      if (newSession) conversations.publish("started");
      else await messaging.restore();
    } catch (error) {
      view.say(String(error.message ?? error));
      conversations.publish("error", { error: String(error.message ?? error) });
    }
  }

  function close() {
    if (!view.isOpen()) return;
    view.show(false);
    storage.remove("gcmcopn");
    messenger.publish("closed");
    conversations.publish("closed");
  }

  messenger.handle("open", open);
  messenger.handle("openConversation", open);
  messenger.handle("close", close);
  messenger.handle("clear", async () => {
    await messenger.command("MessagingService.clearConversation");
    messenger.publish("cleared");
  });
  for (const shown of [true, false]) {
    launcher.handle(shown ? "show" : "hide", () => {
      if (visibility !== "OnDemand") throw new Error("The launcher is not on demand");
      launch(shown);
    });
  }

  function launch(shown) {
    view.launcher.hidden = !shown;
    launcher.publish(shown ? "visible" : "hidden");
  }

  view.launcher.addEventListener("click", open);
  view.closer.addEventListener("click", close);
  view.form.addEventListener("submit", (event) => {
    event.preventDefault();
    const message = view.input.value.trim();
    if (message === "") return;
    messaging.sendMessage({ message }).then(
      () => {
        view.input.value = "";
      },
      (error) => view.say(error.message),
    );
  });
  messenger.subscribe("MessagingService.messagesUpdated", ({ data }) => view.list(data.messages));
  messenger.subscribe("MessagingService.typingReceived", () => view.say("…"));
  for (const quiet of ["typingTimeout", "messagesReceived"]) {
    messenger.subscribe(`MessagingService.${quiet}`, () => view.say(""));
  }
  for (const [event, locked] of [
    ["readOnlyConversation", true],
    ["started", false],
  ]) {
    messenger.subscribe(`MessagingService.${event}`, ({ data }) => {
      view.input.disabled = locked || data.readOnly === true;
    });
  }

  document.body.append(view.host);
  launcher.ready();
  launch(visibility !== "Off" && visibility !== "OnDemand");
  conversations.ready();
  messenger.ready();
  if (storage.get("gcmcopn")) void open();
}

function draw(color) {
  const host = document.createElement("div");
  host.id = "genesys-messenger";
  host.style.setProperty("--primary", color);
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  const make = (name, ...children) => {
    const element = document.createElement(name);
    element.append(...children);
    return element;
  };
  const launcher = make("button", "Chat");
  const closer = make("button", "×");
  closer.setAttribute("aria-label", "Close");
  const list = make("ol");
  list.setAttribute("aria-live", "polite");
  const note = make("p");
  const input = make("input");
  input.setAttribute("aria-label", "Message");
  const submit = make("button", "Send");
  const form = make("form", input, submit);
  const section = make("section", make("header", make("strong", "Messenger"), closer), list, note, form);
  section.hidden = true;
  root.append(launcher, section);

  return {
    host,
    launcher,
    closer,
    input,
    form,
    isOpen: () => !section.hidden,
    show(open) {
      section.hidden = !open;
      if (open) input.focus();
    },
    say(text) {
      note.textContent = text;
    },
    list(messages) {
      const items = messages.map(({ text, direction, content = [] }) => {
        const shown = content.map(({ contentType }) => `[${contentType}]`);
        const item = make("li", [text, ...shown].filter(Boolean).join("\n"));
        item.dataset.direction = direction;
        return item;
      });
      list.replaceChildren(...items);
      list.scrollTop = list.scrollHeight;
    },
  };
}
