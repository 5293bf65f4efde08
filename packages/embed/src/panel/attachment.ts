/**
 * A file that was sent: a picture is shown, sound and film are played, anything else is a link with its name and size.
 * Links of the platform expire: what does not load asks for a fresh one, once, and so does a link that is old.
 */
import type { Attachment } from "@guestpass/protocol";
import { html, nothing, type TemplateResult } from "lit";
import { fileIcon } from "./rich-icons.js";
import type { RichView } from "./rich-view.js";
import { safeImage, safeUrl } from "./safe-url.js";

/** A link that is older is renewed before it is followed. */
const FRESH_MS = 300_000;

/** Renewed links by the attachment's id. */
const fresh = new Map<string, { url: string; at: number }>();
/** What could not be shown, renewed or not. */
const missing = new Set<string>();

export function attachmentTemplate(attachment: Attachment, at: number, view: RichView): TemplateResult {
  const { id, filename, fileSize, mediaType, text } = attachment;
  const { strings, language } = view;
  const name = filename || text || strings.file;
  const url = fresh.get(id)?.url ?? attachment.url;
  const href = safeUrl(url);
  const media = missing.has(id) ? undefined : safeImage(url);
  const renew = (): void => void renewed(id, view);
  if (media && mediaType === "Image") {
    return html`<a class="picture" href=${media} target="_blank" rel="noopener noreferrer">
      <img src=${media} alt=${name} loading="lazy" referrerpolicy="no-referrer" @error=${renew} />
      <span class="sr"> (${strings.opensNewTab})</span>
    </a>`;
  }
  const inside = html`${fileIcon}<span><b dir="auto">${name}</b>${
    fileSize === undefined ? nothing : html`<small>${sizeOf(fileSize, language)}</small>`
  }</span>`;
  if (!href) return html`<div class="file">${inside}</div>`;
  const link = html`<a
    class="file"
    href=${href}
    target="_blank"
    rel="noopener noreferrer"
    download=${name}
    @click=${(event: Event) => follow(event, id, at, view)}
  >
    ${inside}<span class="sr"> (${strings.opensNewTab})</span>
  </a>`;
  if (media && mediaType === "Audio") {
    return html`<audio class="player" controls preload="metadata" src=${media} aria-label=${name} @error=${renew}></audio>${link}`;
  }
  if (media && mediaType === "Video") {
    return html`<video class="player" controls playsinline preload="metadata" src=${media} aria-label=${name} @error=${renew}></video>${link}`;
  }
  return link;
}

/** Asks for a fresh link once in a while; what does not load with one is left as a link. */
async function renewed(id: string, view: RichView): Promise<void> {
  const last = fresh.get(id);
  if (last && Date.now() - last.at < FRESH_MS) missing.add(id);
  else {
    try {
      fresh.set(id, { url: await view.renew(id), at: Date.now() });
    } catch {
      missing.add(id);
    }
  }
  view.host.requestUpdate();
}

/** An old link is renewed first; where that fails it is followed as it is. */
function follow(event: Event, id: string, at: number, view: RichView): void {
  const link = event.currentTarget as HTMLAnchorElement;
  const since = Math.max(at, fresh.get(id)?.at ?? 0);
  if (Date.now() - since < FRESH_MS) return;
  event.preventDefault();
  void view
    .renew(id)
    .then((url) => safeUrl(url) ?? link.href)
    .catch(() => link.href)
    .then((href) => {
      fresh.set(id, { url: href, at: Date.now() });
      link.href = href;
      link.click();
    });
}

/** Bytes as a reader writes them, such as 1.4 MB. */
export function sizeOf(bytes: number, language: string): string {
  const units = ["byte", "kilobyte", "megabyte"] as const;
  const step = Math.min(bytes < 1 ? 0 : Math.floor(Math.log(bytes) / Math.log(1000)), units.length - 1);
  const unit = units[step] ?? "byte";
  const format = { style: "unit", unit, unitDisplay: "short", maximumSignificantDigits: 2 } as const;
  return new Intl.NumberFormat(language, format).format(bytes / 1000 ** step);
}
