// That each fault of tools/mutants still fits the source that it changes, and names a test that is there: running them all
// takes minutes, and a fault that fits no more is noticed by nobody.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MUTANTS } from "../mutants/table.mjs";
import { root } from "../setup/steps.mjs";

export function checkMutants(mutants = MUTANTS) {
  const read = (file) => readFileSync(join(root, file), "utf8");
  const faults = mutants.flatMap(({ fault, file, edits, test, title }) => {
    const source = read(file);
    const misfits = edits.filter(([from]) => source.split(from).length !== 2);
    const found = misfits.map(([from]) => `mutant "${fault}" does not fit ${file}: ${from}`);
    // A title may be put together from a table's rows: its number alone has to be there.
    const [start = title] = /^#\d+ /.exec(title) ?? [];
    return read(test).includes(start) ? found : [...found, `mutant "${fault}" names no test of ${test}: ${title}`];
  });
  if (mutants.length === 0) faults.push("there are no mutants");
  return { faults, saw: `${mutants.length} faults` };
}
