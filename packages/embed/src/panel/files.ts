/**
 * The file beside what is typed: brought over while the visitor writes on, one at a time. Loaded with the first one.
 * Says why one is not taken; takes no other in its place.
 */
import type { UploadedAttachment } from "@guestpass/messaging";
import { html, nothing } from "lit";
import { toGuestpassError } from "../errors.js";
import { fill } from "../strings/strings.js";
import { sizeOf } from "./attachment.js";
import { filesStyles } from "./files.styles.js";
import type { View } from "./host.js";
import { alertIcon, closeIcon } from "./icons.js";
import { richStyles } from "./rich.styles.js";
import { fileIcon } from "./rich-icons.js";

/** What this room needs to look as it should. */
export const styles = [richStyles, filesStyles];

interface Chosen {
  readonly file: File;
  readonly stop: AbortController;
  /** 0 to 1. */
  share: number;
  uploaded?: UploadedAttachment;
}

class Files {
  readonly #view: View;
  #chosen: Chosen | undefined;
  #trouble = "";

  constructor(view: View) {
    this.#view = view;
  }

  /** The file that is there to be sent. */
  get ready(): UploadedAttachment | undefined {
    return this.#chosen?.uploaded;
  }

  /** A file is on its way: what is typed waits for it. */
  get busy(): boolean {
    return this.#chosen !== undefined && !this.#chosen.uploaded;
  }

  async add(file: File): Promise<void> {
    const { strings, language, talk } = this.#view;
    if (!talk) return;
    const limit = talk.attachmentLimits.maxFileSizeKB * 1024;
    this.#trouble = "";
    if (this.#chosen) this.#trouble = strings.oneFile;
    else if (file.size > limit) this.#trouble = fill(strings.fileTooLarge, { size: sizeOf(limit, language) });
    this.#changed();
    if (this.#trouble) return;
    const chosen: Chosen = { file, stop: new AbortController(), share: 0 };
    this.#chosen = chosen;
    this.#changed();
    try {
      chosen.uploaded = await talk.attach(file, {
        signal: chosen.stop.signal,
        onProgress: (sent, total) => {
          chosen.share = total > 0 ? sent / total : 0;
          this.#changed();
        },
      });
    } catch (error) {
      if (this.#chosen !== chosen) return;
      this.#chosen = undefined;
      const { code } = toGuestpassError(error);
      this.#trouble = code === "upload_refused" ? strings.fileRefused : strings.fileFailed;
    }
    this.#changed();
  }

  /** Takes the file away again; the platform forgets it. */
  remove(): void {
    const chosen = this.#chosen;
    this.sent();
    chosen?.stop.abort();
    if (chosen?.uploaded) this.#view.talk?.detach(chosen.uploaded.id).catch(() => {});
    this.#changed();
  }

  /** It went with a message. */
  sent(): void {
    this.#chosen = undefined;
    this.#trouble = "";
  }

  render(): unknown {
    const { strings, language } = this.#view;
    const chosen = this.#chosen;
    return html`<div class="files">
      ${
        chosen
          ? html`<div class="file">
              ${fileIcon}
              <span>
                <b>${chosen.file.name}</b>
                ${
                  chosen.uploaded
                    ? html`<small>${sizeOf(chosen.file.size, language)}</small>`
                    : html`<progress max="1" .value=${chosen.share} aria-label=${strings.uploading}></progress>`
                }
              </span>
              <button class="round" type="button" aria-label=${strings.removeFile} @click=${() => this.remove()}>${closeIcon}</button>
            </div>`
          : nothing
      }
      <div class="over" role="alert">${this.#trouble ? html`${alertIcon}${this.#trouble}` : nothing}</div>
    </div>`;
  }

  #changed(): void {
    this.#view.host.requestUpdate();
  }
}

export function room(view: View): Files {
  return new Files(view);
}
