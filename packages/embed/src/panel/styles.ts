/** All of the panel's styles, in their order. */
import type { CSSResult } from "lit";
import { adaptStyles } from "./adapt.styles.js";
import { composerStyles } from "./composer.styles.js";
import { messageStyles } from "./message.styles.js";
import { panelStyles } from "./panel.styles.js";
import { transcriptStyles } from "./transcript.styles.js";

const STYLES = [panelStyles, messageStyles, transcriptStyles, composerStyles, adaptStyles];

/** Puts styles beside those that the root has: the panel's, or what a room brings with it. */
export function adopt(root: HTMLElement | DocumentFragment, styles: readonly CSSResult[] = STYLES): void {
  if (!(root instanceof ShadowRoot)) return;
  const sheets = styles.map(({ styleSheet }) => styleSheet).filter((sheet) => sheet !== undefined);
  root.adoptedStyleSheets = [...new Set([...root.adoptedStyleSheets, ...sheets])];
}
