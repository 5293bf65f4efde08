// The size budgets of the script-tag build, in bytes of minified brotli. Fails when one is exceeded, and when it
// measured nothing: a budget over no file is always kept.

const KIB = 1024;

/** What the loader weighs; what a page has before anybody acts; what it has once the panel has been opened. */
const BUDGETS = [
  { name: "loader", limit: 3 * KIB, least: 500 },
  { name: "before opening", limit: 14 * KIB, least: 5 * KIB },
  // Of equal code some 45 bytes more or less come of the letters of the hash in the names of parts.
  // The aim is 32 KiB (docs/decisions/0004). Until it is reached the limit goes down, or up by a mend that 0004 names.
  { name: "panel opened", limit: 34_920, aim: 32 * KIB, least: 12 * KIB },
];

/**
 * Modules whose chunks are loaded when the built-in panel opens in English: panel, conversation, words, token keeper.
 */
export const OPENED = [
  /embed\/src\/panel\/panel\.ts$/,
  /embed\/src\/messengers\/panel\.ts$/,
  /embed\/src\/strings\/en\.ts$/,
  /tokens\/src\/desk\.ts$/,
];

/**
 * @param chunks Rolldown's output chunks.
 * @param files sizes by file name.
 * @returns the budgets with what was measured, and a verdict where one is not kept. Throws when it measured nothing.
 */
export function measureBudgets(chunks, files) {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const entry = chunks.find((chunk) => chunk.isEntry);
  const before = closure([entry.fileName], byName);
  const lazy = OPENED.map((module) => {
    const chunk = chunks.find(({ moduleIds }) => moduleIds.some((id) => module.test(id)));
    if (!chunk) throw new Error(`The budgets saw no chunk with ${module}`);
    return chunk.fileName;
  });
  const opened = closure([entry.fileName, ...lazy], byName);
  const groups = {
    loader: ["guestpass.js"],
    "before opening": [...before],
    "panel opened": ["guestpass.js", ...opened],
  };
  const measured = BUDGETS.map(({ name, limit, aim = limit, least }) => {
    const brotli = groups[name].reduce((sum, file) => sum + files[file].brotli, 0);
    if (brotli < least) throw new Error(`Budget "${name}": only ${brotli} bytes were measured`);
    return { name, limit, aim, brotli, files: groups[name] };
  });
  const broken = measured.filter(({ brotli, limit }) => brotli > limit);
  const verdict = broken
    .map(({ name, brotli, limit }) => `Budget "${name}" exceeded: ${brotli} of ${limit} bytes`)
    .join("\n");
  return { budgets: measured, verdict };
}

/** The chunks and all that they import statically. */
function closure(names, byName) {
  const seen = new Set();
  const visit = (name) => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const next of byName.get(name)?.imports ?? []) visit(next);
  };
  for (const name of names) visit(name);
  return seen;
}
