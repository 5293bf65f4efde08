import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, type Page, test } from "@playwright/test";
import { type Simulator, type SimulatorOptions, startSimulator } from "../dist/index.js";

const DEPLOYMENT = "11111111-2222-3333-4444-555555555555";

let simulator: Simulator;
let site: Server | undefined;

test.afterEach(async () => {
  site?.close();
  await simulator.close();
});

/** A page of its own origin under a strict policy, with the official snippet's queue and `script` in it. */
async function visit(page: Page, script = "", settings: object = {}, options: SimulatorOptions = {}): Promise<void> {
  simulator = await startSimulator({ quietAgent: true, ...options });
  const { url } = simulator;
  const snippet = `
    window._genesysJs = "Genesys";
    window.Genesys = function () { (Genesys.q = Genesys.q || []).push(arguments); };
    Genesys.t = Date.now();
    Genesys.c = ${JSON.stringify({ environment: "prod-euw1", deploymentId: DEPLOYMENT, ...settings })};
    window.heard = [];
    window.on = (event) => Genesys("subscribe", event, (o) => heard.push(o));
    ${script}`;
  const html = `<!doctype html><meta charset="utf-8"><title>A shop</title><body><h1>A shop</h1>
    <script src="/page.js"></script><script async src="${url}/genesys-bootstrap/genesys.min.js"></script>`;
  site = createServer((request, response) => {
    if (request.url === "/page.js") return void response.setHeader("content-type", "text/javascript").end(snippet);
    response.setHeader(
      "content-security-policy",
      `default-src 'none'; script-src 'self' ${url}; connect-src ${url} ${url.replace("http", "ws")}; require-trusted-types-for 'script'`,
    );
    response.setHeader("content-type", "text/html").end(html);
  });
  await new Promise<void>((resolve) => site?.listen(0, "127.0.0.1", resolve));
  await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
}

const heard = (page: Page, event: string) =>
  page.waitForFunction(
    (name) => (window as never as { heard: { event: string }[] }).heard.find((o) => o.event === name),
    event,
  );

const command = (page: Page, name: string, data?: unknown) =>
  page.evaluate(
    ([what, given]) =>
      new Promise((resolve, reject) => {
        const { Genesys } = window as never as { Genesys: (...args: unknown[]) => void };
        Genesys("command", what, given, resolve, (error: Error) => reject(new Error(error.message)));
      }),
    [name, data] as const,
  );

test("the queue is replayed, events carry their envelope, and who comes late hears ready", async ({ page }) => {
  await visit(page, 'on("Messenger.ready"); on("Messenger.opened"); Genesys("command", "Messenger.open");');
  const opened = await (await heard(page, "Messenger.opened")).jsonValue();
  expect(opened).toMatchObject({
    publisher: "Messenger",
    event: "Messenger.opened",
    eventName: "opened",
    time: expect.any(Number),
    data: {},
  });
  await page.evaluate(() => (window as never as { on(event: string): void }).on("Launcher.ready"));
  await heard(page, "Launcher.ready");
  await expect(page.getByRole("textbox", { name: "Message" })).toBeVisible();
});

test("a visitor writes and reads in the window; the session comes back after a reload", async ({ page }) => {
  await visit(page, 'on("MessagingService.messagesReceived"); on("Conversations.started");');
  await page.getByRole("button", { name: "Chat" }).click();
  await heard(page, "Conversations.started");
  await page.getByRole("textbox", { name: "Message" }).fill("hello");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("listitem")).toHaveText(["hello"]);
  simulator.say({ text: "good day" });
  await expect(page.getByRole("listitem")).toHaveText(["hello", "good day"]);
  expect(await (await heard(page, "MessagingService.messagesReceived")).jsonValue()).toMatchObject({
    data: { messages: [{ text: "good day" }] },
  });
  await page.reload();
  await expect(page.getByRole("listitem")).toHaveText(["hello", "good day"]);
  expect(simulator.sessions()).toHaveLength(1);
});

test("attributes of the Database go along, commands answer or fail", async ({ page }) => {
  await visit(page, 'Genesys("command", "Database.set", { messaging: { customAttributes: { plan: "gold" } } });');
  await command(page, "MessagingService.startConversation");
  await command(page, "MessagingService.sendMessage", { message: "hi" });
  const sent = simulator.frames().map(({ frame }) => frame as { message?: { channel?: unknown } });
  expect(sent.at(-1)?.message?.channel).toEqual({ metadata: { customAttributes: { plan: "gold" } } });
  await expect(command(page, "Launcher.hide")).rejects.toThrow("not on demand");
  await expect(command(page, "MessagingService.sendMessage", { message: "x".repeat(4097) })).rejects.toThrow(
    "larger than 4096",
  );
});

test("a guest token of the page is used, and a renewed one on the open connection", async ({ page }) => {
  const [first, second] = ["11111111-0000-4000-8000-000000000001", "11111111-0000-4000-8000-000000000002"];
  await visit(page, "", { guestToken: first });
  await command(page, "MessagingService.startConversation");
  expect(simulator.sessions()).toMatchObject([{ guest: `token:${first}` }]);
  await page.evaluate((token) => {
    (window as never as { Genesys: { c: { guestToken: string } } }).Genesys.c.guestToken = token;
  }, second);
  await expect.poll(() => simulator.sessions().map(({ guest }) => guest)).toContain(`token:${second}`);
});

test("a lost connection comes back with what was missed", async ({ page }) => {
  await visit(
    page,
    'on("MessagingService.reconnecting"); on("MessagingService.reconnected"); on("MessagingService.messagesUpdated");',
  );
  await command(page, "MessagingService.startConversation");
  simulator.dropSockets();
  simulator.say({ text: "while you were away" });
  await heard(page, "MessagingService.reconnecting");
  await heard(page, "MessagingService.reconnected");
  await page.waitForFunction(() =>
    (window as never as { heard: { event: string; data: { messages?: { text: string }[] } }[] }).heard.some(
      (o) =>
        o.event === "MessagingService.messagesUpdated" &&
        o.data.messages?.some(({ text }) => text === "while you were away"),
    ),
  );
});

test("a provider of the site signs the guest in, and logging out ends it", async ({ page }) => {
  await visit(
    page,
    `on("Auth.authenticated"); on("Auth.loggedOut"); on("MessagingService.sessionCleared");
     Genesys("registerPlugin", "AuthProvider", (provider) => {
       provider.registerCommand("getAuthCode", (e) => e.resolve({ authCode: "ann.lee", redirectUri: location.href }));
       provider.ready();
     });`,
  );
  await command(page, "MessagingService.startConversation");
  expect(await (await heard(page, "Auth.authenticated")).jsonValue()).toMatchObject({
    data: { jwt: expect.stringMatching(/^ey/) },
  });
  expect(simulator.sessions()).toMatchObject([{ guest: "user:ann.lee" }]);
  await command(page, "Auth.logout");
  await heard(page, "Auth.loggedOut");
  await heard(page, "MessagingService.sessionCleared");
});

test("a file is uploaded and goes along with the next message, a wrong one is said", async ({ page }) => {
  await visit(page, 'on("MessagingService.uploadApproved"); on("MessagingService.fileUploadError");');
  const upload = (name: string, type: string) =>
    page.evaluate(
      ([fileName, fileType]) =>
        new Promise((resolve, reject) => {
          const { Genesys } = window as never as { Genesys: (...args: unknown[]) => void };
          const file = [new File(["some bytes"], fileName, { type: fileType })];
          Genesys("command", "MessagingService.requestUpload", { file }, resolve, (error: Error) =>
            reject(new Error(error.message)),
          );
        }),
      [name, type] as const,
    );
  expect(await upload("note.txt", "text/plain")).toMatchObject([{ downloadUrl: expect.stringContaining("note.txt") }]);
  await heard(page, "MessagingService.uploadApproved");
  expect(await command(page, "MessagingService.sendMessage", { message: "see this" })).toMatchObject({
    content: [{ contentType: "Attachment", attachment: { filename: "note.txt" } }],
  });
  await expect(upload("setup.exe", "text/plain")).rejects.toThrow("may not be sent");
  await heard(page, "MessagingService.fileUploadError");
});

test("a quick reply is sent as the choice that it is", async ({ page }) => {
  await visit(page, 'on("MessagingService.messagesReceived");', {}, { quietAgent: false });
  const postback = { text: "Card", payload: "card" };
  const sent = await command(page, "MessagingService.sendMessage", { type: "quickReply", postback });
  expect(sent).toMatchObject({ content: [{ buttonResponse: { type: "QuickReply", ...postback } }] });
  await heard(page, "MessagingService.messagesReceived");
});

test("dates, lists and forms go over the wire in the official client's own form", async ({ page }) => {
  await visit(page);
  const sent = async (data: object): Promise<unknown> => {
    await command(page, "MessagingService.sendMessage", data);
    return (simulator.frames().at(-1)?.frame as { message: unknown } | undefined)?.message;
  };
  const dateTime = "2026-12-01T10:00:00.000Z";
  expect(await sent({ type: "datePicker", postback: { id: "m1", text: "ten", payload: { dateTime } } })).toMatchObject({
    metadata: { parentMessageId: "m1" },
    content: [{ buttonResponse: { type: "DatePicker", text: "ten", payload: dateTime } }],
  });
  const selectedOptions = ["a", "b"].map((payload) => ({ text: payload.toUpperCase(), payload }));
  expect(await sent({ type: "listPicker", postback: { id: "m2", text: "both", selectedOptions } })).toMatchObject({
    text: "both",
    content: ["a", "b"].map((payload) => ({
      buttonResponse: { type: "ListPicker", payload, originatingMessageId: "m2" },
    })),
  });
  const formData = [{ id: "name", text: "Ada", payload: "Ada" }];
  const postback = { id: "m3", text: "done", cannedResponseId: "c", formData };
  expect(await sent({ type: "form", postback })).toMatchObject({
    content: [
      {
        contentType: "Form",
        form: {
          originatingMessageId: "m3",
          cannedResponseId: "c",
          response: [{ id: "name", component: { buttonResponse: { type: "Form", text: "Ada", payload: "Ada" } } }],
        },
      },
    ],
  });
});

test("clearing wipes the conversation", async ({ page }) => {
  await visit(page, 'on("MessagingService.conversationCleared"); on("Messenger.cleared");');
  await page.getByRole("button", { name: "Chat" }).click();
  await command(page, "MessagingService.sendMessage", { message: "forget this" });
  await command(page, "Messenger.clear");
  await heard(page, "MessagingService.conversationCleared");
  await expect(page.getByRole("listitem")).toHaveCount(0);
  expect(simulator.sessions()).toEqual([]);
  expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.endsWith(":actmu")))).toEqual([]);
});

test("an agent who leaves a read-only deployment locks the window", async ({ page }) => {
  await visit(page, 'on("MessagingService.readOnlyConversation");', {}, { readOnly: true });
  await page.getByRole("button", { name: "Chat" }).click();
  await expect(page.getByRole("textbox", { name: "Message" })).toBeEnabled();
  await expect.poll(() => simulator.sessions().length).toBe(1);
  simulator.say({ events: [{ eventType: "Presence", presence: { type: "Disconnect" } }] });
  await heard(page, "MessagingService.readOnlyConversation");
  await expect(page.getByRole("textbox", { name: "Message" })).toBeDisabled();
});

test("a page that is not allowed is told so, and no more", async ({ page }) => {
  await visit(page, 'on("GenesysJS.domainNotAllowed");', {}, { allowedDomains: ["shop.example"] });
  await heard(page, "GenesysJS.domainNotAllowed");
  await expect(page.getByRole("button", { name: "Chat" })).toHaveCount(0);
});
