/** The button that a file is chosen with. Loaded where the deployment takes files. */
import { css, html, svg, type TemplateResult } from "lit";
import { icon } from "./icons.js";

/** What this room needs to look as it should. */
export const styles = [
  css`
    .attach + input + textarea {
      padding-inline-start: 4px;
    }
    .attach:disabled {
      opacity: 0.5;
      cursor: default;
    }
  `,
];

const attachIcon = icon(
  svg`<path d="m19.5 11.2-7.6 7.6a4.6 4.6 0 0 1-6.5-6.5l7.9-7.9a3.1 3.1 0 0 1 4.4 4.4l-7.8 7.8a1.6 1.6 0 0 1-2.2-2.2l7.1-7.1" />`,
);

export interface AttachView {
  readonly label: string;
  /** What a file field accepts. */
  readonly accepts: string;
  readonly disabled: boolean;
  pick(files: FileList | null): void;
}

export function attachTemplate({ label, accepts, disabled, pick }: AttachView): TemplateResult {
  const picked = (event: Event): void => {
    const field = event.target as HTMLInputElement;
    pick(field.files);
    // The same file again is a change, too.
    field.value = "";
  };
  return html`<button
      class="round attach"
      type="button"
      aria-label=${label}
      ?disabled=${disabled}
      @click=${(event: Event) => ((event.currentTarget as Element).nextElementSibling as HTMLElement).click()}
    >
      ${attachIcon}</button
    ><input type="file" hidden accept=${accepts} @change=${picked} />`;
}
