// `node tools/screens-themes.mjs`: takes the pictures of docs/THEMING.md from the running demo: the parts by name, and
// the same conversation in a few dresses. A dress here is the CSS that the document shows.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { withDemo } from "./setup/demo.mjs";
import { root, say } from "./setup/steps.mjs";

const OUT = join(root, "docs/screens");
const SIZE = { width: 500, height: 930 };
mkdirSync(OUT, { recursive: true });

/** The style sheets of the document, by the name of their picture. */
const dresses = new Map(
  [
    ...readFileSync(join(root, "docs/THEMING.md"), "utf8").matchAll(
      /!\[[^\]]*\]\(screens\/(theme-[\w-]+)\.png\)\s+```css\n([\s\S]*?)```/g,
    ),
  ].map(([, name, css]) => [name, css]),
);
if (dresses.size === 0) throw new Error("docs/THEMING.md has no pictures with their CSS");

/** Tall enough for all of it, alone, and without the shop's own dress. */
const PLAIN = `
  body > :not(guestpass-messenger, [data-mark]) { display: none !important }
  guestpass-messenger::part(panel) { inline-size: 392px; block-size: 780px }
  guestpass-messenger { --guestpass-offset: 28px; --guestpass-color-on-accent: initial }`;

async function open(chrome, url, css = "", context = {}) {
  const page = await chrome.newPage({ viewport: SIZE, deviceScaleFactor: 2, reducedMotion: "reduce", ...context });
  await page.goto(url);
  await page.evaluate((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    document.body.style.background = "#f1efe9";
  }, `${PLAIN} ${css}`);
  return page;
}

async function talk(page) {
  await page.evaluate(() => globalThis.Guestpass("show"));
  const box = page.getByRole("textbox");
  for (const [text, seen] of [
    ["card", "guestpass-messenger [part~=card]"],
    ["menu", ".replies"],
  ]) {
    await box.fill(text);
    await box.press("Enter");
    await page.locator(seen).waitFor();
  }
  await page.locator("guestpass-messenger [part~=card] img").evaluate((image) => image.decode());
}

async function shoot(page, name) {
  await page.screenshot({ path: join(OUT, `${name}.png`) });
  await page.evaluate(() => globalThis.Guestpass("reset"));
  await page.close();
  say(`docs/screens/${name}.png`);
}

/** Frames and names around each part that a page can style. */
function nameParts() {
  const { shadowRoot } = document.querySelector("guestpass-messenger");
  const taken = [];
  const { top } = shadowRoot.querySelector("[part=transcript]").getBoundingClientRect();
  for (const element of shadowRoot.querySelectorAll("[part]")) {
    const name = element.getAttribute("part").split(" ")[0];
    const box = element.getBoundingClientRect();
    if (taken.includes(name) || box.height === 0) continue;
    if (element.closest("[part=transcript] .rows") && box.top < top) continue;
    taken.push(name);
    const frame = document.createElement("div");
    frame.dataset.mark = name;
    Object.assign(frame.style, {
      position: "fixed",
      inset: "auto",
      left: `${box.x - 2}px`,
      top: `${box.y - 2}px`,
      width: `${box.width + 4}px`,
      height: `${box.height + 4}px`,
      border: "2px dashed #d6006e",
      borderRadius: "6px",
      zIndex: "2147483647",
      boxSizing: "border-box",
    });
    const label = document.createElement("span");
    label.textContent = name;
    Object.assign(label.style, {
      position: "absolute",
      [name === "composer" || name === "panel" ? "left" : "right"]: "-2px",
      top: "-10px",
      font: "600 11px system-ui",
      padding: "1px 6px",
      borderRadius: "6px",
      background: "#d6006e",
      color: "#fff",
    });
    frame.append(label);
    document.body.append(frame);
  }
}

await withDemo(600, async (url, chrome) => {
  const parts = await open(chrome, url);
  await talk(parts);
  await parts.evaluate(nameParts);
  await shoot(parts, "theme-parts");
  for (const [name, css] of dresses) {
    const page = await open(chrome, url, css, { colorScheme: name.includes("dark") ? "dark" : "light" });
    await talk(page);
    await shoot(page, name);
  }
});
