import { expect, test } from "vitest";
import { call, start } from "./call.js";

test("the bootstrap and its modules are served as scripts, to any page", async () => {
  const simulator = await start();
  const entry = await call(simulator, "GET", "/genesys-bootstrap/genesys.min.js");
  expect(entry.status).toBe(200);
  expect(entry.headers.get("content-type")).toContain("text/javascript");
  expect(entry.headers.get("access-control-allow-origin")).toBe("*");
  const wanted = new Set(["start.js"]);
  for (const name of wanted) {
    const { status, body, headers } = await call(simulator, "GET", `/genesys-bootstrap/messenger/${name}`);
    expect([name, status, headers.get("access-control-allow-origin")]).toEqual([name, 200, "*"]);
    for (const [, other] of String(body).matchAll(/from "\.\/([\w-]+\.js)"/g)) if (other) wanted.add(other);
  }
  expect(wanted.size).toBeGreaterThan(6);
});
