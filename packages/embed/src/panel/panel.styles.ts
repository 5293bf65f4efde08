/** The panel's frame, its head and its questions. Colours and lengths come from the element; nothing is inline, so any CSP is fine. */
import { css } from "lit";

export const panelStyles = css`
  .panel {
    position: absolute;
    inset-block-end: calc(100% + 14px);
    inset-inline-end: 0;
    display: flex;
    flex-direction: column;
    inline-size: min(392px, calc(100vw - 2 * var(--_offset)));
    block-size: min(640px, calc(100dvh - 2 * var(--_offset) - var(--_size) - 14px));
    overflow: clip;
    border-radius: var(--_radius);
    background: var(--_surface);
    color: var(--_text);
    box-shadow:
      0 0 0 1px light-dark(rgb(0 0 0 / 0.07), rgb(255 255 255 / 0.13)),
      0 4px 10px -2px rgb(0 0 0 / 0.1),
      0 24px 56px -8px rgb(0 0 0 / 0.28);
    transform-origin: 100% 100%;
    transition:
      opacity 0.18s,
      transform 0.24s var(--_ease),
      display 0.18s allow-discrete;
  }
  .panel:dir(rtl),
  :host([placement="start"]) .panel {
    transform-origin: 0 100%;
  }
  .panel[hidden] {
    opacity: 0;
    transform: translateY(10px) scale(0.97);
  }
  @starting-style {
    .panel {
      opacity: 0;
      transform: translateY(14px) scale(0.96);
    }
  }
  .panel:focus-visible {
    outline-offset: -3px;
  }
  :host([placement="start"]) .panel {
    inset-inline: 0 auto;
  }
  :host([placement="inline"][open]) {
    block-size: 640px;
  }
  :host([placement="inline"]) .panel {
    position: static;
    inline-size: 100%;
    block-size: 100%;
    box-shadow: 0 0 0 1px var(--_line);
  }
  .head {
    position: relative;
    z-index: 2;
    display: flex;
    align-items: center;
    gap: 2px;
    min-block-size: 68px;
    padding: 10px 10px 10px 20px;
    padding-inline: 20px 10px;
    border-block-end: 1px solid var(--_line);
    background: linear-gradient(
      color-mix(in srgb, var(--_accent) 11%, var(--_surface)),
      color-mix(in srgb, var(--_accent) 4%, var(--_surface))
    );
  }
  .who {
    flex: 1;
    min-inline-size: 0;
  }
  .title {
    font-size: 17px;
    font-weight: 650;
    letter-spacing: -0.012em;
    line-height: 1.3;
  }
  .line {
    overflow: hidden;
    color: var(--_mute);
    font-size: 13px;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .line.busy span::before,
  .line.bad span::before {
    content: "";
    display: inline-block;
    inline-size: 8px;
    block-size: 8px;
    margin-inline-end: 6px;
    border-radius: 50%;
    background: #d98a00;
    animation: breathe 1.4s ease-in-out infinite;
  }
  .line.bad span::before {
    background: var(--_bad);
    animation: none;
  }
  .round {
    flex: none;
    display: grid;
    place-items: center;
    inline-size: 40px;
    block-size: 40px;
    border-radius: 50%;
    color: var(--_mute);
    transition: background 0.12s;
  }
  .round:hover,
  .round[aria-expanded="true"] {
    background: var(--_line);
    color: var(--_text);
  }
  .menu {
    position: absolute;
    inset-block-start: calc(100% - 10px);
    inset-inline-end: 12px;
    min-inline-size: 200px;
    padding: 6px;
    border-radius: 14px;
    background: var(--_surface);
    box-shadow:
      0 0 0 1px var(--_line),
      0 12px 32px -4px rgb(0 0 0 / 0.28);
    animation: drop 0.14s var(--_ease);
  }
  .item {
    display: block;
    inline-size: 100%;
    min-block-size: 40px;
    padding-inline: 12px;
    border-radius: 9px;
    font-size: 14px;
  }
  .item:hover,
  .item:focus-visible {
    background: var(--_soft);
  }
  .item:disabled {
    color: var(--_mute);
    opacity: 0.65;
    cursor: default;
    background: none;
  }
  .veil {
    position: absolute;
    inset: 0;
    z-index: 3;
    background: rgb(0 0 0 / 0.34);
    animation: fade 0.16s;
  }
  .confirm {
    position: absolute;
    inset-block-end: 0;
    inset-inline: 0;
    z-index: 4;
    padding: 20px 20px max(20px, env(safe-area-inset-bottom));
    border-start-start-radius: 18px;
    border-start-end-radius: 18px;
    background: var(--_surface);
    animation: rise 0.22s var(--_ease);
  }
  .confirm p {
    margin: 0 0 16px;
    font-size: 16px;
    font-weight: 600;
    text-align: center;
  }
  .confirm div {
    display: flex;
    gap: 10px;
  }
  .confirm .pill {
    flex: 1;
    min-block-size: 44px;
    border-radius: 22px;
    text-align: center;
  }
  @keyframes rise {
    from {
      opacity: 0;
      transform: translateY(8px);
    }
  }
  @keyframes drop {
    from {
      opacity: 0;
      transform: translateY(-6px);
    }
  }
  @keyframes fade {
    from {
      opacity: 0;
    }
  }
  @keyframes breathe {
    50% {
      opacity: 0.35;
    }
  }
  @keyframes bob {
    0%,
    60%,
    100% {
      transform: none;
      opacity: 0.5;
    }
    30% {
      transform: translateY(-4px);
      opacity: 1;
    }
  }
`;
