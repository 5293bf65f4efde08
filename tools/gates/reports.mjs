// What failed, or passed only at a second try, from the JSON reports of Vitest and Playwright: the end of a long output
// names it.
import { relative } from "node:path";
import { root } from "../setup/steps.mjs";

/**
 * `FAILED file > title: why` of a Vitest JSON report, `FLAKY` where a second try passed; a file that could not be
 * loaded counts by its name.
 */
export function vitestFailures({ testResults }) {
  return testResults.flatMap(({ name, status, assertionResults, message }) => {
    const file = relative(root, name);
    const troubled = assertionResults.filter(({ failureMessages }) => failureMessages.length > 0);
    if (status === "failed" && troubled.length === 0) return [`FAILED ${file}: ${first(message)}`];
    return troubled.map(({ fullName, failureMessages, status }) => {
      const word = status === "passed" ? "FLAKY" : "FAILED";
      return `${word} ${file} > ${fullName}: ${first(failureMessages[0])}`;
    });
  });
}

/** The same of a Playwright JSON report. */
export function playwrightFailures({ suites }) {
  return (suites ?? []).flatMap((suite) => {
    const own = (suite.specs ?? []).flatMap(({ file, title, tests }) =>
      tests
        .filter(({ status }) => status === "unexpected" || status === "flaky")
        .map(({ status, results }) => {
          const word = status === "flaky" ? "FLAKY" : "FAILED";
          return `${word} ${file} > ${title}: ${first(results[0]?.error?.message)}`;
        }),
    );
    return [...own, ...playwrightFailures(suite)];
  });
}

/** One line of what was said. */
function first(message = "no reason was given") {
  return message.split("\n")[0].slice(0, 200);
}
