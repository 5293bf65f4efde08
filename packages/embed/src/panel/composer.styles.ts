/** Where the visitor writes, and what is said above it. */
import { css } from "lit";

export const composerStyles = css`
  .foot {
    padding: 0 12px max(12px, env(safe-area-inset-bottom));
  }
  .composer {
    display: flex;
    align-items: flex-end;
    margin: 0;
    padding: 4px;
    border-radius: 24px;
    background: var(--_surface);
    box-shadow: inset 0 0 0 1px color-mix(in srgb, var(--_text) 46%, var(--_surface));
    transition: box-shadow 0.12s;
  }
  .composer:focus-within {
    box-shadow: inset 0 0 0 2px var(--_focus);
  }
  .composer:has([aria-invalid="true"]) {
    box-shadow: inset 0 0 0 2px var(--_bad);
  }
  .composer:has(textarea:disabled) {
    background: var(--_soft);
    box-shadow: inset 0 0 0 1px var(--_line);
  }
  textarea {
    flex: 1;
    min-inline-size: 0;
    max-block-size: 132px;
    margin: 0;
    padding: 8px 6px;
    padding-inline-start: 14px;
    border: 0;
    background: none;
    color: inherit;
    font: inherit;
    line-height: 24px;
    resize: none;
    field-sizing: content;
    scrollbar-width: thin;
  }
  .attach + input + textarea {
    padding-inline-start: 4px;
  }
  .attach:disabled {
    opacity: 0.5;
    cursor: default;
  }
  textarea:focus-visible {
    outline: 0;
  }
  textarea::placeholder {
    color: var(--_mute);
    opacity: 1;
  }
  textarea:disabled {
    cursor: not-allowed;
  }
  .send {
    background: var(--_accent);
    color: var(--_on-accent);
    transition: 0.12s;
  }
  .send:active {
    transform: scale(0.92);
  }
  .send:disabled {
    background: var(--_soft);
    color: var(--_mute);
    cursor: default;
    transform: none;
  }
  .over {
    display: flex;
    align-items: center;
    gap: 6px;
    color: var(--_bad);
    font-size: 13px;
  }
  .over:has(svg) {
    padding: 6px 8px 0;
  }
  .notice {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 8px 12px;
    margin-block-end: 10px;
    padding: 10px;
    padding-inline-start: 14px;
    border-radius: 14px;
    background: var(--_soft);
    font-size: 13.5px;
    animation: rise 0.2s var(--_ease);
  }
  .notice span {
    flex: 1 1 12em;
    padding-block: 2px;
  }
  .notice.bad {
    background: color-mix(in srgb, var(--_bad) 10%, var(--_surface));
    color: inherit;
  }
  .pill {
    min-block-size: 36px;
    padding-inline: 14px;
    border-radius: 18px;
    background: var(--_surface);
    box-shadow: inset 0 0 0 1px var(--_line);
    font-size: 13.5px;
    font-weight: 600;
  }
  .pill:hover {
    background: var(--_soft);
  }
  .pill.strong {
    background: var(--_accent);
    color: var(--_on-accent);
    box-shadow: none;
  }
  .pill.strong:hover {
    filter: brightness(1.08);
  }
`;
