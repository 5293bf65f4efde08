import { describe, expect, it } from "vitest";
import { platform, texts, visitor } from "./rig.js";

describe("a conversation", () => {
  it("configures a new session, sends a text and resolves with the platform's echo", async () => {
    const simulator = await platform();
    const { conversation, ears } = visitor(simulator.url);
    expect(conversation.state).toBe("none");
    await conversation.connect();
    expect(conversation.state).toBe("open");
    expect(ears.of("started").map((event) => event.newSession)).toEqual([true]);
    const { id } = await conversation.send("Good morning");
    expect(conversation.transcript).toMatchObject([
      { id, direction: "sent", status: "delivered", text: "Good morning" },
    ]);
    expect(ears.of("message").map((event) => event.message.text)).toEqual(["Good morning"]);
    expect(ears.of("state").map((event) => event.state)).toEqual(["connecting", "open"]);
  });

  it("hears the agent", async () => {
    const simulator = await platform();
    const { conversation, ears } = visitor(simulator.url);
    await conversation.connect();
    simulator.say({ text: "What can I do for you?" });
    const { message } = await ears.next("message", 0);
    expect(message).toMatchObject({
      direction: "received",
      text: "What can I do for you?",
      from: { name: "Robin", bot: false },
    });
    expect(texts(conversation)).toEqual(["What can I do for you?"]);
  });
});
