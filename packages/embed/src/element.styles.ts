/**
 * The element's frame: colours, place on the page, launcher and badge. What the panel needs beyond this comes with it.
 * Every colour derives from four properties that a page may set; every length is logical.
 */
import { css } from "lit";

export const elementStyles = css`
  :host {
    --_accent: var(--guestpass-color-accent, #3b4fe4);
    --_on-accent: var(--guestpass-color-on-accent, #fff);
    --_surface: var(--guestpass-color-surface, light-dark(#fff, #181a20));
    --_text: var(--guestpass-color-text, light-dark(#15171c, #f2f3f6));
    --_mute: color-mix(in srgb, var(--_text) 66%, var(--_surface));
    --_line: color-mix(in srgb, var(--_text) 13%, var(--_surface));
    --_soft: color-mix(in srgb, var(--_text) 6.5%, var(--_surface));
    --_tint: color-mix(in srgb, var(--_accent) 42%, var(--_text));
    --_bad: light-dark(#b42318, #ff9a8f);
    --_focus: light-dark(#1d4fd8, #9db2ff);
    --_radius: var(--guestpass-radius, 20px);
    --_offset: var(--guestpass-offset, 20px);
    --_size: 60px;
    --_ease: cubic-bezier(0.2, 0.9, 0.3, 1);
    color-scheme: light dark;
    position: fixed;
    inset-block-end: max(var(--_offset), env(safe-area-inset-bottom));
    inset-inline-end: max(var(--_offset), env(safe-area-inset-right));
    z-index: var(--guestpass-z-index, 2147483000);
    font: 400 15px / 1.45 var(--guestpass-font, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif);
    color: var(--_text);
    text-align: start;
    -webkit-text-size-adjust: 100%;
    -webkit-tap-highlight-color: transparent;
  }
  @supports (color: oklch(from red l c h)) {
    :host {
      --_on-accent: var(--guestpass-color-on-accent, oklch(from var(--_accent) clamp(0, (0.68 - l) * 1000, 1) 0 h));
    }
  }
  :host(:not([dir]):state(rtl)) {
    direction: rtl;
  }
  :host(:not([dir]):state(ltr)) {
    direction: ltr;
  }
  :host([theme="light"]) {
    color-scheme: light;
  }
  :host([theme="dark"]) {
    color-scheme: dark;
  }
  :host([placement="start"]) {
    inset-inline: max(var(--_offset), env(safe-area-inset-left)) auto;
  }
  :host([placement="inline"]) {
    display: block;
    position: relative;
    inset: auto;
    z-index: auto;
  }
  :host([hidden]),
  :host([messenger="none"]),
  [hidden] {
    display: none !important;
  }
  *,
  ::before,
  ::after {
    box-sizing: border-box;
  }
  button {
    margin: 0;
    padding: 0;
    border: 0;
    background: none;
    color: inherit;
    font: inherit;
    text-align: inherit;
    cursor: pointer;
    touch-action: manipulation;
  }
  :focus-visible {
    outline: 3px solid var(--_focus);
    outline-offset: 2px;
  }
  .launcher {
    position: relative;
    display: grid;
    place-items: center;
    inline-size: var(--_size);
    block-size: var(--_size);
    border-radius: 50%;
    background: var(--_accent);
    color: var(--_on-accent);
    box-shadow:
      0 1px 2px rgb(0 0 0 / 0.2),
      0 8px 24px -4px rgb(0 0 0 / 0.32);
    transition:
      transform 0.2s var(--_ease),
      box-shadow 0.2s;
  }
  .launcher:hover {
    transform: translateY(-2px);
    box-shadow:
      0 2px 4px rgb(0 0 0 / 0.2),
      0 14px 30px -4px rgb(0 0 0 / 0.36);
  }
  .launcher:active {
    transform: scale(0.95);
  }
  .launcher:focus-visible {
    outline-offset: 4px;
  }
  .launcher > span {
    grid-area: 1 / 1;
    display: grid;
    place-items: center;
    transition:
      opacity 0.16s,
      transform 0.24s var(--_ease);
  }
  .launcher .when-open,
  :host([open]) .launcher .when-closed {
    opacity: 0;
    transform: rotate(45deg) scale(0.6);
  }
  :host([open]) .launcher .when-open {
    opacity: 1;
    transform: none;
  }
  .launcher[aria-busy="true"]::after {
    content: "";
    position: absolute;
    inset: 4px;
    border-radius: 50%;
    border: 2px solid transparent;
    border-block-start-color: currentColor;
    animation: turn 0.8s linear infinite;
  }
  .badge {
    position: absolute;
    inset-block-start: -3px;
    inset-inline-end: -3px;
    min-inline-size: 22px;
    block-size: 22px;
    padding-inline: 6px;
    border-radius: 11px;
    background: #d92d20;
    color: #fff;
    box-shadow: 0 0 0 2px var(--_surface);
    font-size: 12px;
    font-weight: 650;
    line-height: 22px;
    text-align: center;
    font-variant-numeric: tabular-nums;
    animation: pop 0.24s var(--_ease);
  }
  :host([placement="inline"]) .launcher {
    display: inline-flex;
    gap: 10px;
    inline-size: auto;
    block-size: 48px;
    padding-inline: 18px 22px;
    border-radius: 24px;
    font-weight: 600;
  }
  :host([placement="inline"]) .when-open,
  :host([placement="inline"][open]) .launcher {
    display: none;
  }
  .sr {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @keyframes turn {
    to {
      transform: rotate(1turn);
    }
  }
  @keyframes pop {
    from {
      transform: scale(0.4);
      opacity: 0;
    }
  }
  @media (max-width: 480px), (max-height: 440px) {
    :host([open]:not([placement="inline"])) .launcher {
      visibility: hidden;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    ::before,
    ::after {
      animation: 0s !important;
      transition: 0s !important;
    }
  }
  @media (forced-colors: active) {
    .launcher,
    .badge {
      border: 1px solid ButtonText;
    }
  }
  @media print {
    :host {
      display: none !important;
    }
  }
`;
