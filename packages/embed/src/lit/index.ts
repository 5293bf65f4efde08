/**
 * What stands in for Lit in the script-tag build: the part of it that our element uses, written for that alone, at a
 * quarter of the weight. The sources and the package on npm are Lit's; a test holds the two to the same.
 */
export { LitElement } from "./element.js";
export { css } from "./styles.js";
export { html, nothing } from "./template.js";
