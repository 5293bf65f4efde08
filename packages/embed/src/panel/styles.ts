/** All of the panel's styles, in their order. */
import { adaptStyles } from "./adapt.styles.js";
import { composerStyles } from "./composer.styles.js";
import { messageStyles } from "./message.styles.js";
import { panelStyles } from "./panel.styles.js";
import { transcriptStyles } from "./transcript.styles.js";

const STYLES = [panelStyles, messageStyles, transcriptStyles, composerStyles, adaptStyles];

/** Puts the panel's styles beside those that the root has. */
export function adoptPanelStyles(root: ShadowRoot): void {
  const sheets = STYLES.map(({ styleSheet }) => styleSheet).filter((sheet) => sheet !== undefined);
  root.adoptedStyleSheets = [...new Set([...root.adoptedStyleSheets, ...sheets])];
}
