import { expect, it } from "vitest";
import { originMatcher, parseOrigin } from "./origins.js";

it.each([
  ["https://shop.example", "https://shop.example"],
  ["HTTPS://Shop.Example", "https://shop.example"],
  ["https://shop.example:443", "https://shop.example"],
  ["http://localhost:8080", "http://localhost:8080"],
  ["http://[::1]:8080", "http://[::1]:8080"],
  ["https://*.shop.example", "https://*.shop.example"],
  ["https://*.shop.example:8443", "https://*.shop.example:8443"],
])("%s is written %s", (text, origin) => {
  expect(parseOrigin(text)).toBe(origin);
});

const allowed = originMatcher([
  "https://shop.example",
  "http://localhost:8080",
  "https://*.brand.example",
  "https://*.b.example:8443",
]);

it.each([
  ["https://shop.example", true],
  ["http://localhost:8080", true],
  ["https://www.brand.example", true],
  ["https://a-b.brand.example", true],
  ["https://www.b.example:8443", true],
  ["https://brand.example", false],
  ["https://a.b.brand.example", false],
  ["http://www.brand.example", false],
  ["https://www.brand.example:8443", false],
  ["https://www.b.example", false],
  ["https://evil.example#.brand.example", false],
  ["https://evil.example/.brand.example", false],
  ["https://evil@x.brand.example", false],
  ["https://.brand.example", false],
  ["https://-.brand.example", false],
  ["https://evilbrand.example", false],
  ["https://shop.example.evil.example", false],
  ["https://SHOP.example", false],
  ["http://shop.example", false],
  ["https://shop.example/", false],
  ["null", false],
  ["", false],
])("%s may ask: %s", (origin, answer) => {
  expect(allowed(origin)).toBe(answer);
});
