import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RunningEndpoint, startEndpoint } from "./running-endpoint.js";

interface Operation {
  operationId: string;
  responses: Record<string, { content?: Record<string, { schema: { $ref: string } }> }>;
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
}

let endpoint: RunningEndpoint;
let document: Document;
beforeAll(async () => {
  endpoint = await startEndpoint();
  const answer = await endpoint.ask("GET", "/openapi.json");
  expect(answer.headers.get("content-type")).toContain("application/json");
  document = JSON.parse(answer.text) as Document;
});
afterAll(() => endpoint.close());

it("is valid OpenAPI 3.1", async () => {
  const validator = new Validator();
  const result = await validator.validate(JSON.parse(JSON.stringify(document)) as Record<string, unknown>);
  expect(result.errors).toBeUndefined();
  expect(result.valid).toBe(true);
  expect(validator.version).toBe("3.1");
});

it("describes every call of the contract, and no other", () => {
  const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  expect(calls.sort()).toEqual([
    "delete /v1/sessions",
    "get /embed/guestpass.js",
    "get /embed/manifest.json",
    "get /health/live",
    "get /health/ready",
    "get /openapi.json",
    "get /v1/messenger",
    "post /api/webchat/guest-token",
    "post /v1/sessions",
    "post /v1/sessions/refresh",
  ]);
});

it("answers refusals with problems everywhere", () => {
  const start = document.paths["/v1/sessions"]?.["post"]?.responses;
  expect(Object.keys(start ?? {}).sort()).toEqual(["201", "4XX", "5XX"]);
  expect(start?.["4XX"]?.content?.["application/problem+json"]?.schema.$ref).toBe("#/components/schemas/Problem");
  expect(start?.["201"]?.content?.["application/json"]?.schema.$ref).toBe("#/components/schemas/Session");
});

it("names its schemas as the contract does", () => {
  for (const name of ["StartSessionRequest", "Session", "RefreshedSession", "MessengerInfo", "Problem"])
    expect(Object.keys(document.components.schemas)).toContain(name);
});
