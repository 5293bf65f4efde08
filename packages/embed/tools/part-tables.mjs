// A table of parts that are loaded on demand, `{ link: () => import("./panel-link-hash.js"), … }`, says each name
// three times. In what goes to browsers it is one function of the name. Works on the syntax tree of a finished chunk.
import { parseAst } from "vite";
import { walk } from "./walk.mjs";

/** Fewer entries than this weigh no more as a table. */
const LEAST = 4;

/**
 * @param code a chunk, not minified yet.
 * @returns it with `TABLE[name]()` as `TABLE(name)` where the addresses of all entries but one follow from their names.
 *   A table that is used in any other way stays as it is.
 */
export function shortenPartTables(code) {
  const tree = parseAst(code);
  const tables = new Map();
  walk(tree, (node) => {
    if (node.type !== "VariableDeclarator" || node.init?.type !== "ObjectExpression") return;
    const made = asFunction(node.init, code);
    if (made) tables.set(node.id.name, { made, table: node.init, named: 0, calls: [] });
  });
  if (tables.size === 0) return code;
  walk(tree, (node) => {
    const table = node.type === "Identifier" && tables.get(node.name);
    if (table) table.named += 1;
    const called = node.type === "CallExpression" && node.arguments.length === 0 && node.callee;
    if (called?.type === "MemberExpression" && called.computed) tables.get(called.object.name)?.calls.push(node);
  });
  const edits = [];
  for (const { made, table, named, calls } of tables.values()) {
    // Where it is declared and where it is called: anything else, or another variable of that name, and it stays.
    if (named !== calls.length + 1) continue;
    edits.push([table.start, table.end, made]);
    for (const { start, end, callee } of calls) {
      edits.push([start, end, `${callee.object.name}(${code.slice(callee.property.start, callee.property.end)})`]);
    }
  }
  return edits
    .sort((a, b) => b[0] - a[0])
    .reduce((result, [start, end, text]) => result.slice(0, start) + text + result.slice(end), code);
}

/** The source of the function that loads what the table does; undefined when it is no such table. */
function asFunction(table, code) {
  const parts = table.properties.map(({ computed, key, value }) => {
    const body = !computed && value?.type === "ArrowFunctionExpression" && value.params.length === 0 && value.body;
    const loaded = body ? code.slice(body.start, body.end) : "";
    return { name: key?.name ?? key?.value, loaded, from: body?.source?.value };
  });
  if (parts.length < LEAST || !parts.every(({ loaded }) => loaded.startsWith("import("))) return;
  const [before, after] = frame(parts.find(({ from }) => from));
  const exceptions = parts.filter(({ name, from }) => from !== `${before}${name}${after}`);
  if (exceptions.length > 1) return;
  const [exception] = exceptions;
  const otherwise = exception ? `name === ${JSON.stringify(exception.name)} ? ${exception.loaded} : ` : "";
  return `(name) => ${otherwise}import(${JSON.stringify(before)} + name + ${JSON.stringify(after)})`;
}

/** What stands before and after the name in an address. */
function frame({ name, from } = {}) {
  const at = from?.lastIndexOf(`-${name}-`) ?? -1;
  return at < 0 ? [] : [from.slice(0, at + 1), from.slice(at + 1 + name.length)];
}
