/** Many messages at once: the page stays at hand. */
import { expect, tag, test } from "./fixtures.js";

test.use({ stageOptions: { simulator: { quietAgent: true } } });

test("a room that many messages wait for is entered once, not once for each of them", async ({
  page,
  stage,
  widget,
}) => {
  await page.goto(stage.page(tag()));
  await widget.open();
  await expect.poll(() => widget.get("conversationState")).toBe("open");
  await widget.element.evaluate((element) => {
    const counted = element as HTMLElement & { requestUpdate(): void; updates: number };
    const ask = counted.requestUpdate.bind(counted);
    Object.assign(counted, { updates: 0 });
    counted.requestUpdate = () => {
      counted.updates += 1;
      ask();
    };
  });
  const pageComponents = [{ formComponentType: "Input", input: { id: "name", title: "Name" } }];
  const form = { receivedMessage: { title: "A form" }, formPages: [{ title: "Page", pageComponents }] };
  for (let line = 1; line <= 100; line += 1) {
    stage.simulator.say({ text: `see https://example.com/${line}`, content: [{ contentType: "Form", form }] });
  }
  await expect(widget.messages.filter({ hasText: "https://example.com/100" }).locator("a")).toHaveCount(1);
  await expect(widget.panel.locator(".form").last()).toBeAttached();
  // A change or two for each message, and a few for what is loaded.
  expect(await widget.get("updates")).toBeLessThan(400);
});
