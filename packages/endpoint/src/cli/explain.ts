/** The explanation of the configuration, from the table of variables. */
import { fallbackOf, VARIABLE_GROUPS, type Variable } from "../variables.js";

const WIDTH = 26;

/** Every variable with its default and what it is for. */
export function explainVariables(): string {
  const groups = Object.entries(VARIABLE_GROUPS).map(([group, variables]) => {
    const lines = Object.entries<Variable>(variables).map(([name, variable]) => {
      const fallback = fallbackOf(variable);
      const notes = [
        variable.kind.hint,
        ...(fallback === undefined ? [] : [`default ${String(fallback)}`]),
        ...(variable.secret ? [`or ${name}_FILE`] : []),
        ...(variable.numbered ? [`also ${name}_2, _3, ...`] : []),
      ];
      return `  ${name.padEnd(WIDTH)}${variable.about}\n  ${" ".repeat(WIDTH)}(${notes.join("; ")})`;
    });
    return `${group}\n${lines.join("\n")}`;
  });
  return `Environment. Durations are whole seconds, lists are separated by commas, switches are true or false.\n\n${groups.join("\n\n")}`;
}
