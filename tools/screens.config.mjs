// The pictures are taken by the browser tests' own runner, from the states that the tests walk through.
import base from "../playwright.config.ts";

export default { ...base, testDir: "..", testMatch: ["packages/embed/e2e/screens.ts"], workers: 2, reporter: "list" };
