/**
 * The package as a front-end developer builds it into an application: the compiled modules and Lit itself, where the
 * script tag has what stands in for it.
 */
import { fileURLToPath } from "node:url";
import { build, type Rolldown } from "vite";
import { expect, test } from "./fixtures.js";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
let code = "";

test.use({ stageOptions: { strict: false } });

test.beforeAll(async () => {
  const [{ output }] = (await build({
    root: PACKAGE,
    configFile: false,
    logLevel: "warn",
    build: {
      write: false,
      target: "es2022",
      lib: { entry: fileURLToPath(import.meta.resolve("@guestpass/embed/define")), formats: ["es"] },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  })) as [Rolldown.RolldownOutput];
  code = output[0].code;
});

test("a conversation in a page that was built with the package and with Lit itself", async ({
  page,
  stage,
  widget,
}) => {
  expect(code).toContain("litElementVersions");
  await page.goto(
    stage.page(`<!doctype html><html lang="en"><title>Shop</title><script src="/stub.js"></script>
<guestpass-messenger endpoint="{{endpoint}}" deployment-id="{{deployment}}"></guestpass-messenger>
<script type="module">${code.replaceAll("</script", "<\\/script")}</script>`),
  );
  await widget.open();
  await widget.converse("hello");
  await widget.say("card");
  await expect(widget.panel.locator('[part="card"]').first()).toBeVisible();
  await expect.poll(() => widget.names()).toContain("ready");
  await page.keyboard.press("Escape");
  await expect(widget.panel).toBeHidden();
  stage.simulator.say({ text: "while it is closed" });
  await expect(widget.element.locator('[part="badge"]')).toHaveText("1");
  await widget.element.evaluate((element) => element.setAttribute("lang", "de"));
  await expect(widget.launcher).toHaveAccessibleName(/Ungelesen/);
  await widget.element.evaluate((element) => Object.assign(element, { open: true }));
  await expect(widget.panel).toBeVisible();
  await expect(widget.element).toHaveAttribute("open", "");
});
