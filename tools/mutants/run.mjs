// `node tools/mutants/run.mjs [PART OF A FAULT'S NAME]`: puts each fault of the table into the token keeper, one at a time
// and in memory alone, and runs the test that has to notice it. Ends with 1 where a fault is survived, no longer fits its
// source, or names a test that is not there.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bin, root, run, say } from "../setup/steps.mjs";
import { MUTANTS } from "./table.mjs";

const folder = mkdtempSync(join(tmpdir(), "guestpass-mutants-"));
const chosen = MUTANTS.filter(({ fault }) => fault.includes(process.argv[2] ?? ""));

/** The outcomes of the tests of this file whose titles begin so. */
async function outcomes({ test, title }, mutant) {
  const report = join(folder, "report.json");
  rmSync(report, { force: true });
  const pattern = title.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const args = ["run", "--config", "tools/mutants/vitest.config.mjs", test, "-t", pattern];
  await run(bin("vitest"), [...args, "--reporter=json", `--outputFile=${report}`], {
    quiet: true,
    label: title,
    env: { ...process.env, MUTANT: JSON.stringify(mutant) },
  });
  const { testResults } = JSON.parse(readFileSync(report, "utf8"));
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter((result) => result.title.startsWith(title))
    .map(({ status }) => status);
}

async function verdict({ file, edits, ...where }) {
  const source = readFileSync(join(root, file), "utf8");
  const misfit = edits.find(([from]) => source.split(from).length !== 2);
  if (misfit) return `does not fit ${file}: ${misfit[0]}`;
  const sound = await outcomes(where, { file: "", edits: [] });
  if (sound.length === 0 || sound.some((status) => status !== "passed")) return "its test does not pass without it";
  const broken = await outcomes(where, { file, edits });
  return broken.includes("failed") ? null : "survived";
}

let survivors = 0;
for (const mutant of chosen) {
  const wrong = await verdict(mutant);
  if (wrong) survivors += 1;
  say(`${wrong ? `NOT NOTICED (${wrong})` : "noticed"}: ${mutant.fault} · ${mutant.title}`);
}
rmSync(folder, { recursive: true });
console.log(`${chosen.length - survivors} of ${chosen.length} faults noticed`);
process.exitCode = survivors > 0 || chosen.length === 0 ? 1 : 0;
