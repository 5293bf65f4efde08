// The forty scenarios of silent refresh, by their numbers: each has to be among the titles of tests that have passed, and
// those that a browser can show among the browser's. Reads what ran, not what is written; fails when it saw nothing.

const ALL = 40;
/** A life of 90 days, odd answers, jitter, a refused fresh token and the like need virtual time or another side. */
const NOT_IN_A_PAGE = new Set([5, 6, 13, 29, 30, 31, 32, 34]);
const NUMBER = /(?<![\w&])#(\d{1,2})\b/g;

/** Passed tests of a Vitest JSON report, with where they ran. */
export function vitestTitles({ testResults }) {
  return testResults
    .filter(({ name }) => /packages\/tokens\//.test(name))
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === "passed")
    .map(({ title }) => ({ title, where: "virtual time" }));
}

/** Passed tests of a Playwright JSON report; a suite `in Firefox` says where they ran. */
export function playwrightTitles({ suites }, where = "Chromium") {
  return (suites ?? []).flatMap((suite) => {
    const here = /^in (\w+)$/.exec(suite.title)?.[1] ?? where;
    const own = (suite.specs ?? [])
      .filter(({ ok, file }) => ok && /packages\/(?:tokens|embed)\//.test(file))
      .map(({ title }) => ({ title, where: here }));
    return [...own, ...playwrightTitles(suite, here)];
  });
}

/** A line for each number, and what is missing. */
export function checkMatrix(titles) {
  const shown = new Map(Array.from({ length: ALL }, (_, n) => [n + 1, new Map()]));
  for (const { title, where } of titles) {
    for (const [, digits] of title.matchAll(NUMBER)) {
      const places = shown.get(Number(digits));
      places?.set(where, (places.get(where) ?? 0) + 1);
    }
  }
  const faults = [];
  const lines = [];
  for (const [number, places] of shown) {
    const told = [...places].map(([where, count]) => `${count} in ${where}`).join(", ");
    lines.push(`#${String(number).padEnd(3)}${told}`);
    if (places.size === 0) faults.push(`no test that passed shows scenario #${number}`);
    else if (!NOT_IN_A_PAGE.has(number) && !places.has("Chromium"))
      faults.push(`#${number} was not shown in a browser`);
  }
  return { faults, lines, saw: `${titles.length} titles, ${ALL - faults.length} of ${ALL} scenarios` };
}

/** Which engines ran, and which this machine does not have. */
export function enginesNote(titles, wanted = ["Chromium", "Firefox", "WebKit"]) {
  const ran = wanted.filter((name) => titles.some(({ where }) => where === name));
  const missing = wanted.filter((name) => !ran.includes(name));
  return `ran in ${ran.join(", ") || "no engine"}${missing.length > 0 ? `; not on this machine: ${missing.join(", ")}` : ""}`;
}
