// Whether those that started this program are still there: pnpm's shell, pnpm and, where npx brought pnpm, npx. Knows no
// program. Where the system does not tell (no /proc), only the parent is looked at.
import { readFileSync } from "node:fs";

/** A chain that is longer is not one of these. */
const LONGEST = 6;

function parentOf(pid) {
  if (pid === process.pid) return process.ppid;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}

function isNpx(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("npm exec");
  } catch {
    return false;
  }
}

/**
 * Gives a function that says whether somebody in the chain has gone. Whoever is above npx, or above pnpm where there is
 * no npx, may go: a program in the background outlives its terminal.
 */
export function watchStarters() {
  const chain = [process.pid, process.ppid];
  while (!isNpx(chain.at(-1)) && chain.length < LONGEST) {
    const parent = parentOf(chain.at(-1));
    if (!parent) break;
    chain.push(parent);
  }
  const watched = isNpx(chain.at(-1)) ? chain : chain.slice(0, 2);
  return () => watched.slice(1).some((pid, at) => parentOf(watched[at]) !== pid);
}
