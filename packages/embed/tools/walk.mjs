/** Visits each node of a syntax tree, the outer one first. */
export function walk(node, visit) {
  if (node === null || typeof node !== "object") return;
  if (Array.isArray(node)) {
    for (const child of node) walk(child, visit);
    return;
  }
  if (typeof node.type === "string") visit(node);
  for (const key in node) if (key !== "parent") walk(node[key], visit);
}
