/** The button that a file is chosen with. */
import { html, type TemplateResult } from "lit";
import { icon } from "../icon.js";
import type { View } from "./host.js";

const attachIcon = icon(
  "m19.5 11.2-7.6 7.6a4.6 4.6 0 0 1-6.5-6.5l7.9-7.9a3.1 3.1 0 0 1 4.4 4.4l-7.8 7.8a1.6 1.6 0 0 1-2.2-2.2l7.1-7.1",
);

export interface AttachView extends View {
  /** What a file field may accept; undefined where no file may go. */
  readonly accepts: string | undefined;
  /** Takes the first of these files; false when there is none to take. */
  attach(files: FileList | null | undefined): boolean;
}

/** Nothing where no file may go. */
export function attachTemplate(view: AttachView): TemplateResult | undefined {
  const { accepts, status, strings } = view;
  if (accepts === undefined) return undefined;
  const picked = (event: Event): void => {
    const field = event.target as HTMLInputElement;
    view.attach(field.files);
    // The same file again is a change, too.
    field.value = "";
  };
  return html`<button
      class="round attach"
      type="button"
      aria-label=${strings.attach}
      ?disabled=${!status.writable}
      @click=${(event: Event) => ((event.currentTarget as Element).nextElementSibling as HTMLElement).click()}
    >
      ${attachIcon}</button
    ><input type="file" hidden accept=${accepts} @change=${picked} />`;
}
