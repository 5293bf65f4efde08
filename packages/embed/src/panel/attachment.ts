/**
 * A file that was sent: a picture is shown, anything else is a link with its name and size. Links of the platform
 * expire; a picture that does not load asks for a fresh one, once.
 */
import type { Attachment } from "@guestpass/protocol";
import { html, nothing, type TemplateResult } from "lit";
import { fileIcon } from "./rich-icons.js";
import type { RichView } from "./rich-view.js";
import { safeImage, safeUrl } from "./safe-url.js";

export function attachmentTemplate(attachment: Attachment, view: RichView): TemplateResult {
  const { id, filename, fileSize, mediaType, text } = attachment;
  const { strings, language } = view;
  const name = filename || text || strings.file;
  const href = safeUrl(attachment.url);
  const image = mediaType === "Image" ? safeImage(attachment.url) : undefined;
  if (image) {
    return html`<a class="picture" href=${image} target="_blank" rel="noopener noreferrer">
      <img
        src=${image}
        alt=${name}
        loading="lazy"
        referrerpolicy="no-referrer"
        @error=${(event: Event) => refresh(event, id, view)}
      />
      <span class="sr"> (${strings.opensNewTab})</span>
    </a>`;
  }
  const inside = html`${fileIcon}<span><b>${name}</b>${
    fileSize === undefined ? nothing : html`<small>${sizeOf(fileSize, language)}</small>`
  }</span>`;
  return href
    ? html`<a class="file" href=${href} target="_blank" rel="noopener noreferrer" download=${name}>
        ${inside}<span class="sr"> (${strings.opensNewTab})</span>
      </a>`
    : html`<div class="file">${inside}</div>`;
}

const renewed = new WeakSet<HTMLImageElement>();

function refresh(event: Event, id: string, view: RichView): void {
  const image = event.target as HTMLImageElement;
  if (renewed.has(image)) {
    image.classList.add("missing");
    return;
  }
  renewed.add(image);
  view.renew(id).then(
    (url) => {
      image.src = safeImage(url) ?? "";
    },
    () => image.classList.add("missing"),
  );
}

/** Bytes as a reader writes them, such as 1.4 MB. */
export function sizeOf(bytes: number, language: string): string {
  const units = ["byte", "kilobyte", "megabyte"] as const;
  const step = Math.min(bytes < 1 ? 0 : Math.floor(Math.log(bytes) / Math.log(1000)), units.length - 1);
  const unit = units[step] ?? "byte";
  const format = { style: "unit", unit, unitDisplay: "short", maximumSignificantDigits: 2 } as const;
  return new Intl.NumberFormat(language, format).format(bytes / 1000 ** step);
}
