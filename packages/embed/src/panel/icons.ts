/** The panel's drawings, on a 24-unit grid with one stroke. They take their colour from the text around them. */
import { svg, type TemplateResult } from "lit";

/** A drawing of these shapes. */
export function icon(shape: TemplateResult): TemplateResult {
  return svg`<svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${shape}</svg>`;
}

export const sendIcon = icon(svg`<path d="M12 19.5V5M5.5 11.2 12 4.7l6.5 6.5" />`);
export const closeIcon = icon(svg`<path d="m6.5 6.5 11 11m0-11-11 11" />`);
export const moreIcon = icon(svg`<path d="M5.5 12h.01M12 12h.01M18.5 12h.01" stroke-width="3" />`);
export const alertIcon = icon(svg`<circle cx="12" cy="12" r="8.8" /><path d="M12 7.6v5M12 16.2h.01" />`);
