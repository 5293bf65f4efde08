/** A drawing of one path, in the colour of the text around it. */
import { html, type TemplateResult } from "lit";

/**
 * @param size in pixels.
 * @param stroke in units of the grid; 0 fills the path instead.
 * @param grid units that the drawing is wide and high.
 */
export function icon(path: string, size = 20, stroke = 2, grid = 24): TemplateResult {
  return html`<svg
    viewBox="0 0 ${grid} ${grid}"
    width=${size}
    height=${size}
    fill=${stroke ? "none" : "currentColor"}
    stroke="currentColor"
    stroke-width=${stroke}
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  ><path fill-rule="evenodd" d=${path} /></svg>`;
}
