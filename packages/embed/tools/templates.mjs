// Takes the layout out of html and css template literals: line breaks and indents that a reader of the source
// wants and a browser does not. Works on the syntax tree; a space between words and inside attributes stays.
import { parseAst } from "vite";
import { walk } from "./walk.mjs";

const TAGS = new Set(["html", "css"]);

export function tightenTemplates() {
  return {
    name: "guestpass-templates",
    enforce: "post",
    transform(code, id) {
      if (!/\/packages\/embed\/src\//.test(id) || !/(?:html|css)`/.test(code)) return;
      const edits = [];
      walk(parseAst(code), (node) => {
        if (node.type !== "TaggedTemplateExpression" || !TAGS.has(node.tag.name)) return;
        const tighten = node.tag.name === "css" ? tightenCss : tightenMarkup;
        for (const { start, end } of node.quasi.quasis) edits.push([start, end, tighten]);
      });
      let result = code;
      for (const [start, end, tighten] of edits.sort((a, b) => b[0] - a[0])) {
        result = result.slice(0, start) + tighten(result.slice(start, end)) + result.slice(end);
      }
      return { code: result, map: null };
    },
  };
}

function tightenCss(text) {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\s+/g, " ")
    .replace(/ ?([{};,>/]) ?/g, "$1")
    .replace(/ !/g, "!")
    .replace(/: /g, ":")
    .replace(/(?<![\w.])0\./g, ".")
    .replace(/;}/g, "}")
    .trim();
}

/** Breaks with their indents are layout: nothing between tags, one space elsewhere. */
function tightenMarkup(text) {
  return text
    .replace(/>\s*\n\s*</g, "><")
    .replace(/\s*\n\s*>/g, ">")
    .replace(/>\s*\n\s*$/g, ">")
    .replace(/^\s*\n\s*</g, "<")
    .replace(/\s*\n\s*/g, " ");
}
