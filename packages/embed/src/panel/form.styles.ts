/** How forms and their answers look. */
import { css } from "lit";

export const formStyles = css`
  .form {
    inline-size: min(320px, 100%);
    margin: 0;
  }
  .form fieldset {
    padding: 0 16px;
  }
  .form legend {
    display: flex;
    justify-content: space-between;
    gap: 12px;
    inline-size: 100%;
    padding: 0;
    color: var(--_text);
    font-size: 14px;
  }
  .form legend:focus {
    outline: 0;
  }
  .count,
  .hint {
    color: var(--_mute);
    font-size: 12.5px;
    font-weight: 400;
  }
  .hint {
    margin: 2px 0 0;
  }
  .field {
    display: flex;
    flex-direction: column;
    gap: 4px;
    margin-block-start: 12px;
    font-size: 14px;
  }
  .field b {
    font-weight: 550;
  }
  .field small {
    color: var(--_mute);
    font-size: 12.5px;
  }
  .field > :is(input, select, textarea) {
    inline-size: 100%;
    min-block-size: 44px;
    margin: 0;
    padding: 8px 12px;
    border: 1px solid color-mix(in srgb, var(--_text) 46%, var(--_surface));
    border-radius: 12px;
    background: var(--_surface);
    color: inherit;
    font: inherit;
  }
  .field > :is(input, select, textarea):focus-visible {
    outline: 2px solid var(--_focus) !important;
    outline-offset: -1px;
  }
  .field > .long {
    min-block-size: 74px;
  }
  .field > ::placeholder {
    color: var(--_mute);
    opacity: 1;
  }
  .field > [aria-invalid="true"] {
    border-color: var(--_bad);
  }
  .field .item-row {
    margin-inline: -16px;
  }
  .form .over {
    padding-inline: 2px;
  }
  .steps {
    display: flex;
    justify-content: flex-end;
    gap: 8px;
    padding: 16px;
  }
  .steps .pill {
    min-block-size: 44px;
    padding-inline: 18px;
    border-radius: 22px;
  }
  .pill:disabled {
    opacity: 0.5;
    cursor: default;
  }
  .answers {
    max-inline-size: 82%;
    padding: 4px 16px 10px;
    text-align: start;
  }
  .form dl,
  .answers dl {
    margin: 0;
    overflow-wrap: anywhere;
  }
  dt {
    margin-block-start: 8px;
    color: var(--_mute);
    font-size: 12.5px;
  }
  dd {
    margin: 0;
    font-size: 14px;
    white-space: pre-wrap;
  }
  @media (max-width: 480px), (max-height: 440px) {
    .field > :is(input, select, textarea) {
      font-size: 16px;
    }
  }
`;
