/** The panel's frame, and its head. Colours and lengths come from the element; nothing is inline, so any CSP is fine. */
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
      transform 0.24s var(--_ease);
  }
  .panel:dir(rtl),
  :host([placement="start"]) .panel {
    transform-origin: 0 100%;
  }
  .panel[hidden] {
    opacity: 0;
    transform: translateY(10px) scale(0.97);
    transition-behavior: allow-discrete;
    transition-property: opacity, transform, display;
  }
  @starting-style {
    .panel {
      opacity: 0;
      transform: translateY(10px) scale(0.97);
    }
  }
  .panel:focus-visible {
    outline: 0;
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
    padding: 10px;
    padding-inline-start: 20px;
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
  .title,
  .hello-title {
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
  .line:is(.busy, .bad) span::before {
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
  .round,
  .send,
  .avatar {
    flex: none;
    display: grid;
    place-items: center;
    inline-size: 40px;
    block-size: 40px;
    border-radius: 50%;
  }
  .round {
    color: var(--_mute);
    transition: background 0.12s;
  }
  .round:hover,
  .round[aria-expanded="true"] {
    background: var(--_line);
    color: var(--_text);
  }
  @keyframes rise {
    from {
      opacity: 0;
      transform: translateY(8px);
    }
  }
  @keyframes breathe {
    50% {
      opacity: 0.35;
    }
  }
`;
