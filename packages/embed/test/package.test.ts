/** What the package promises to those who install it: imports without a browser, types, a manifest that is true. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { properties } from "../src/attributes.js";
import * as embed from "../src/index.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, "custom-elements.json"), "utf8")).modules[0].declarations[0];
const names = (list: { name: string }[]): string[] => list.map(({ name }) => name).sort((a, b) => a.localeCompare(b));
const sorted = (list: Iterable<string>): string[] => [...new Set(list)].sort((a, b) => a.localeCompare(b));
const sources = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts"))
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
  .join("\n");
const found = (pattern: RegExp): string[] => sorted([...sources.matchAll(pattern)].map(([, name]) => name ?? ""));

describe("without a browser", () => {
  test("the class can be imported, and importing defines nothing", () => {
    expect(typeof embed.GuestpassMessenger).toBe("function");
    expect(embed.GuestpassMessenger.version).toBe(embed.VERSION);
    expect("window" in globalThis).toBe(false);
  });

  test("the define entry can be imported too, and does nothing where there is nothing to define", async () => {
    const { define } = await import("../src/define.js");
    expect(() => define()).not.toThrow();
  });

  test("an element made on a server starts nothing", () => {
    const element = new embed.GuestpassMessenger();
    expect([element.state, element.conversationState, element.unread, element.expiresIn]).toEqual([
      "idle",
      "none",
      0,
      0,
    ]);
    expect(element.debugReport()).toEqual({
      version: embed.VERSION,
      state: "idle",
      conversationState: "none",
      expiresIn: 0,
      entries: [],
    });
  });
});

test("the version is the package's", () => {
  expect(embed.VERSION).toBe(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version);
});

describe("the custom elements manifest is true", () => {
  test("attributes", () => {
    const observed = Object.entries(properties).flatMap(([name, { attribute }]) =>
      attribute === false ? [] : [typeof attribute === "string" ? attribute : name],
    );
    expect(names(manifest.attributes)).toEqual(sorted(observed));
    expect(names(manifest.attributes)).toEqual(sorted(embed.GuestpassMessenger.observedAttributes));
  });

  test("fields and methods are there", () => {
    const own = embed.GuestpassMessenger.prototype as unknown as Record<string, unknown>;
    for (const { kind, name, readonly } of manifest.members) {
      if (kind === "method") expect(typeof own[name], name).toBe("function");
      else expect(readonly === true || name in properties, name).toBe(true);
    }
  });

  test("events have their classes", () => {
    expect(names(manifest.events)).toEqual(found(/^ {2}"(guestpass-[\w-]+)": Guestpass/gm));
    for (const { type } of manifest.events) expect(Object.keys(embed)).toContain(type.text);
  });

  test("parts, slots and custom properties", () => {
    const parts = found(/\bpart="([^"]+)"/g).flatMap((value) =>
      value.replace(/\$\{direction\}/, "sent received").split(" "),
    );
    expect(names(manifest.cssParts)).toEqual(sorted(parts));
    expect(names(manifest.slots)).toEqual(found(/<slot name="([\w-]+)"/g));
    expect(names(manifest.cssProperties)).toEqual(found(/var\((--guestpass-[\w-]+)/g));
  });
});

describe("events", () => {
  test("bubble, are composed, and only two can be prevented", () => {
    const error = new embed.GuestpassError("network", "no network", { retryable: true, cause: "wire" });
    const all: Event[] = [
      new embed.GuestpassBeforeOpenEvent("method"),
      new embed.GuestpassBeforeCloseEvent("method"),
      new embed.GuestpassOpenEvent("launcher"),
      new embed.GuestpassErrorEvent(error),
      new embed.GuestpassTokenRefreshedEvent(60, true, "secret"),
      new embed.GuestpassUnreadEvent(1),
    ];
    for (const event of all) expect([event.bubbles, event.composed], event.type).toEqual([true, true]);
    expect(all.filter(({ cancelable }) => cancelable).map(({ type }) => type)).toEqual([
      "guestpass-before-open",
      "guestpass-before-close",
    ]);
    expect(all[3]).toMatchObject({ code: "network", message: "no network", retryable: true, cause: "wire" });
  });

  test("the token is a getter of one event, and in no log of it", () => {
    const event = new embed.GuestpassTokenRefreshedEvent(60, false, "secret");
    expect(event.token).toBe("secret");
    expect(Object.keys(event)).not.toContain("token");
    expect(JSON.stringify(event)).not.toContain("secret");
  });
});

describe("types for frameworks", () => {
  test.each(["react", "vue", "svelte"])("%s", (framework) => {
    const folder = mkdtempSync(join(tmpdir(), "guestpass-types-"));
    const use: Record<string, string> = {
      react: `declare module "react" { type Ref<T> = { current: T | null }; interface HTMLAttributes<T> { id?: string; title?: T extends object ? string : never } namespace JSX { interface IntrinsicElements {} } }`,
      vue: `declare module "vue" { type DefineComponent<P> = { props: P }; interface GlobalComponents {} }`,
      svelte: `declare module "svelte/elements" { interface HTMLAttributes<T> { id?: string; title?: T extends object ? string : never } interface SvelteHTMLElements {} }`,
    };
    const check: Record<string, string> = {
      react: `import type { JSX } from "react"; type Props = JSX.IntrinsicElements["guestpass-messenger"];`,
      vue: `import type { GlobalComponents } from "vue"; type Props = GlobalComponents["guestpass-messenger"]["props"];`,
      svelte: `import type { SvelteHTMLElements } from "svelte/elements"; type Props = SvelteHTMLElements["guestpass-messenger"];`,
    };
    try {
      writeFileSync(join(folder, "module.d.ts"), use[framework] ?? "");
      writeFileSync(
        join(folder, "use.ts"),
        `import "${join(root, `frameworks/${framework}.d.ts`)}";
        ${check[framework]}
        export const good: Props = { endpoint: "/", "deployment-id": "d", theme: "dark", "onguestpass-message": (e) => e.text.trim() };
        // @ts-expect-error there is no such theme
        export const bad: Props = { theme: "pink" };`,
      );
      writeFileSync(
        join(folder, "tsconfig.json"),
        JSON.stringify({
          compilerOptions: {
            noEmit: true,
            strict: true,
            skipLibCheck: true,
            module: "nodenext",
            types: [],
            lib: ["ES2023", "DOM", "DOM.Iterable"],
          },
          files: ["module.d.ts", "use.ts"],
        }),
      );
      const tsc = join(root, "../../node_modules/typescript/bin/tsc");
      expect(spawnSync(process.execPath, [tsc, "-p", folder], { encoding: "utf8" }).stdout).toBe("");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
