// Everything that says whether Guestpass works, in one command: build with its budgets, types, lint, gates, unit and
// integration tests, the browser tests. The last line is the sum: `N passed, N failed`.
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "./build.mjs";
import { checkBundle } from "./gates/bundle.mjs";
import { checkExports } from "./gates/exports.mjs";
import { checkImports } from "./gates/imports.mjs";
import { checkMatrix, enginesNote, playwrightTitles, vitestTitles } from "./gates/matrix.mjs";
import { checkMutants } from "./gates/mutants.mjs";
import { playwrightFailures, vitestFailures } from "./gates/reports.mjs";
import { browser, redisServer } from "./setup/browser.mjs";
import { bin, run, say } from "./setup/steps.mjs";

const results = [];
/** Titles of the tests that have passed, for the matrix of refresh scenarios. */
const titles = [];
const started = Date.now();

/** Runs one suite; a suite that throws has failed, and the next one still runs. */
async function suite(name, work) {
  say(`${name} ...`);
  const from = Date.now();
  let result;
  try {
    result = await work();
  } catch (error) {
    say(`${name}: ${error.message}`);
    result = { passed: 0, failed: 1 };
  }
  const seconds = ((Date.now() - from) / 1000).toFixed(1);
  results.push({ name, seconds, ...result });
  say(
    `${name}: ${result.passed} passed, ${result.failed} failed (${seconds} s)${result.note ? ` · ${result.note}` : ""}`,
  );
}

const one = (ok, note) => ({ passed: ok ? 1 : 0, failed: ok ? 0 : 1, note });

async function command(name, args) {
  const { status } = await run(bin(name), args, { label: name });
  return one(status === 0);
}

function gate(check) {
  return async () => {
    const { faults, saw } = await check();
    for (const fault of faults) say(`  ${fault}`);
    return one(faults.length === 0, saw);
  };
}

/** Counts and names of a Vitest or Playwright JSON report; a report that is missing or empty is a failure. */
async function reported(label, args, env, count, quiet = false) {
  const file = join(tmpdir(), `guestpass-${label}-${process.pid}.json`);
  const { status } = await run(bin(label), args(file), {
    label,
    quiet,
    env: { ...process.env, ...env(file) },
  });
  let counts = { passed: 0, failed: 0 };
  try {
    counts = count(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    say(`${label} left no report`);
  }
  rmSync(file, { force: true });
  if (counts.passed === 0 || (status !== 0 && counts.failed === 0)) counts.failed += 1;
  return counts;
}

const vitest = () =>
  reported(
    "vitest",
    (file) => ["run", "--retry=1", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`],
    () => ({}),
    (report) => {
      titles.push(...vitestTitles(report));
      return {
        passed: report.numPassedTests,
        names: vitestFailures(report),
        failed:
          report.numFailedTests +
          report.testResults.filter((r) => r.status === "failed" && r.assertionResults.length === 0).length,
        note:
          report.numPendingTests + report.numTodoTests > 0
            ? `${report.numPendingTests + report.numTodoTests} did not run`
            : undefined,
      };
    },
    true,
  );

const playwright = () =>
  reported(
    "playwright",
    () => ["test", "--reporter=list,json"],
    (file) => ({ PLAYWRIGHT_JSON_OUTPUT_NAME: file, FORCE_COLOR: "0" }),
    (report) => {
      const { stats } = report;
      const inBrowsers = playwrightTitles(report);
      titles.push(...inBrowsers);
      return {
        passed: stats.expected + stats.flaky,
        failed: stats.unexpected,
        names: playwrightFailures(report),
        note: enginesNote(inBrowsers) + (stats.skipped > 0 ? ` · ${stats.skipped} did not run` : ""),
      };
    },
  );

say("everything: about four minutes on two cores, longer the first time");
await suite("set-up: a browser and Redis", async () => {
  process.env.CHROME_PATH = await browser();
  process.env.REDIS_SERVER = await redisServer();
  return one(true, `Chromium at ${process.env.CHROME_PATH}`);
});
await suite("build, with the size budgets", async () => {
  await build();
  return one(true);
});

/** What reads the code and runs none of it. */
async function reading() {
  await suite("types of the tests", () => command("tsc", ["-p", "tsconfig.test.json"]));
  await suite("format (Biome)", () => command("biome", ["check", "--error-on-warnings", "."]));
  await suite("lint with types (oxlint)", () =>
    command("oxlint", ["--type-aware", "--deny-warnings", "packages", "examples", "tools"]));
  await suite("gate: import directions", gate(checkImports));
  await suite("gate: exports contract", gate(checkExports));
  await suite("gate: bundle contents", gate(checkBundle));
  await suite("gate: the keeper's mutants fit", gate(checkMutants));
}

// Beside each other: each waits a good deal for tokens to grow old and servers to start. Vitest is heard when it fails.
await Promise.all([
  suite("browsers (Playwright; other engines where they are)", playwright),
  suite("unit and integration (Vitest)", vitest),
  reading(),
]);
await suite("gate: the forty scenarios of silent refresh", async () => {
  const { faults, lines, saw } = checkMatrix(titles);
  for (const line of lines) say(`  ${line}`);
  for (const fault of faults) say(`  ${fault}`);
  return one(faults.length === 0, saw);
});

const sum = (key) => results.reduce((total, result) => total + result[key], 0);
console.log("");
for (const { name, passed, failed, seconds, note, names = [] } of results) {
  const more = note ? ` · ${note}` : "";
  console.log(`${failed > 0 ? "FAIL" : "ok  "} ${name}: ${passed} passed, ${failed} failed, ${seconds} s${more}`);
  for (const failure of names) console.log(`     ${failure}`);
}
console.log(`in ${Math.round((Date.now() - started) / 1000)} s`);
console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
process.exitCode = sum("failed") > 0 ? 1 : 0;
