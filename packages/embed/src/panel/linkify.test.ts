import { describe, expect, test } from "vitest";
import { linkify } from "./linkify.js";
import { safeImage, safeUrl } from "./safe-url.js";

const links = (text: string): (string | undefined)[] =>
  linkify(text).flatMap(({ href }) => (href === undefined ? [] : [href]));

describe("what is a link", () => {
  test.each([
    ["see https://shop.example/a?b=c#d", "https://shop.example/a?b=c#d"],
    ["see http://shop.example.", "http://shop.example/"],
    ["(https://shop.example/a_(b))", "https://shop.example/a_(b)"],
    ["www.shop.example/x, please", "https://www.shop.example/x"],
    ["write to help@shop.example!", "mailto:help@shop.example"],
    ["“https://shop.example/ä”", "https://shop.example/%C3%A4"],
    ["https://shop.example/a]", "https://shop.example/a"],
    ["看 https://shop.example/价格。", "https://shop.example/%E4%BB%B7%E6%A0%BC"],
  ])("%s", (text, href) => {
    expect(links(text)).toEqual([href]);
  });

  test.each([
    "javascript:alert(1)",
    "data:text/html,<b>x</b>",
    "vbscript:x",
    "file:///etc/passwd",
    "1.5 and e.g. this",
    "a@b",
    "https://",
    "HTTPS://[",
  ])("no link: %s", (text) => {
    expect(links(text)).toEqual([]);
  });

  test("nothing of the text is lost or changed, whatever it is", () => {
    for (const text of [
      "",
      "plain",
      "<img src=x onerror=alert(1)> https://a.example <b>",
      "https://a.example https://b.example",
      "x@y.example,z@y.example",
      `https://a.example/${"(".repeat(2000)}`,
      "a".repeat(4096),
      `${"a.".repeat(2000)}@`,
    ]) {
      expect(
        linkify(text)
          .map((segment) => segment.text)
          .join(""),
      ).toBe(text);
    }
  });

  // A pattern that runs away on these is noticed by the test's own limit of time; one that is merely slow is not.
  test.each([`${"a-".repeat(2048)}@`, "www.".repeat(1024), `https://${")".repeat(4000)}`])(
    "%.12s... is split",
    (text) => {
      expect(
        linkify(text)
          .map((part) => part.text)
          .join(""),
      ).toBe(text);
    },
  );
});

test("only web, mail and telephone addresses may be followed, only web addresses shown as images", () => {
  expect(safeUrl("https://a.example")).toBe("https://a.example/");
  expect(safeUrl("tel:+49301234")).toBe("tel:+49301234");
  expect(safeUrl("javascript:alert(1)")).toBeUndefined();
  expect(safeUrl(" java\nscript:alert(1)")).toBeUndefined();
  expect(safeUrl("/relative")).toBeUndefined();
  expect(safeUrl(undefined)).toBeUndefined();
  expect(safeImage("https://a.example/x.png")).toBe("https://a.example/x.png");
  expect(safeImage("data:image/svg+xml,<svg onload=alert(1)>")).toBeUndefined();
  expect(safeImage("tel:1")).toBeUndefined();
});
