/** How rich content and files look. Loaded with them. */
import { css } from "lit";

export const richStyles = css`
  .replies {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    margin-block: 6px 4px;
  }
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    min-block-size: 36px;
    padding: 6px 14px;
    border-radius: 18px;
    background: var(--_surface);
    box-shadow: inset 0 0 0 1.5px color-mix(in srgb, var(--_accent) 62%, var(--_surface));
    color: var(--_tint);
    font-size: 14px;
    font-weight: 600;
    text-align: start;
    transition: background 0.12s;
  }
  .chip:hover:enabled {
    background: color-mix(in srgb, var(--_accent) 9%, var(--_surface));
  }
  .chip:disabled,
  .action:disabled {
    box-shadow: inset 0 0 0 1px var(--_line);
    color: var(--_mute);
    cursor: default;
  }
  .chip img {
    inline-size: 22px;
    block-size: 22px;
    border-radius: 6px;
    object-fit: cover;
  }
  .card {
    inline-size: min(272px, 100%);
    overflow: clip;
    border-radius: 18px;
    background: var(--_surface);
    box-shadow: inset 0 0 0 1px var(--_line);
  }
  .card > * {
    position: relative;
  }
  .cover {
    display: block;
    inline-size: 100%;
    aspect-ratio: 16 / 9;
    background: var(--_soft);
    object-fit: cover;
  }
  .words {
    padding: 12px 16px;
    overflow-wrap: anywhere;
  }
  .words p {
    margin: 2px 0 0;
    color: var(--_mute);
    font-size: 14px;
  }
  .card-title a {
    color: inherit;
  }
  .card-title {
    font-weight: 650;
    letter-spacing: -0.008em;
  }
  .action {
    display: block;
    inline-size: 100%;
    min-block-size: 44px;
    padding: 10px 16px;
    border-block-start: 1px solid var(--_line);
    color: var(--_tint);
    font-size: 14px;
    font-weight: 600;
    text-align: center;
    text-decoration: none;
  }
  .action:disabled {
    box-shadow: none;
  }
  .action:hover:not(:disabled) {
    background: color-mix(in srgb, var(--_accent) 7%, var(--_surface));
  }
  .action:focus-visible,
  .item-row:has(:focus-visible) {
    outline: 3px solid var(--_focus);
    outline-offset: -3px;
    border-radius: 12px;
  }
  .carousel {
    position: relative;
    inline-size: calc(100% + 16px);
    margin-inline-end: -16px;
  }
  .cards {
    display: flex;
    gap: 10px;
    overflow-x: auto;
    overscroll-behavior-x: contain;
    padding-block: 2px 6px;
    padding-inline-end: 16px;
    scroll-snap-type: x mandatory;
    scrollbar-width: none;
  }
  .cards > .card {
    display: flex;
    flex: none;
    flex-direction: column;
    inline-size: 228px;
    scroll-snap-align: start;
  }
  .cards > .card .words {
    flex: 1;
  }
  .step {
    position: absolute;
    inset-block-start: 48px;
    inset-inline-end: 12px;
    display: grid;
    place-items: center;
    inline-size: 36px;
    block-size: 36px;
    border-radius: 50%;
    background: var(--_surface);
    box-shadow:
      0 0 0 1px var(--_line),
      0 4px 12px rgb(0 0 0 / 0.2);
    opacity: 0;
    transition: opacity 0.15s;
  }
  .step.back {
    inset-inline: 6px auto;
    rotate: 180deg;
  }
  .step:dir(rtl) svg {
    scale: -1 1;
  }
  @media (hover: hover) {
    .carousel:hover .step {
      opacity: 1;
    }
  }
  .item-row b,
  .file b {
    display: block;
    font-weight: 550;
    overflow-wrap: anywhere;
  }
  .item-row small,
  .file small {
    display: block;
    color: var(--_mute);
    font-size: 12.5px;
  }
  .picture img {
    display: block;
    max-inline-size: min(240px, 100%);
    max-block-size: 260px;
    min-block-size: 48px;
    border-radius: 18px;
    background: var(--_soft);
  }
  .player {
    inline-size: min(300px, 100%);
    border-radius: 18px;
  }
  video.player {
    max-block-size: 260px;
    background: #000;
  }
  .file {
    display: inline-flex;
    align-items: center;
    gap: 10px;
    max-inline-size: 100%;
    padding: 10px 16px 10px 12px;
    padding-inline: 12px 16px;
    border-radius: 16px;
    background: var(--_soft);
    color: inherit;
    font-size: 14px;
    text-decoration: none;
  }
  a.file:hover b {
    text-decoration: underline;
  }
  .unknown {
    color: var(--_mute);
    font-style: italic;
  }
  @media (forced-colors: active) {
    .card,
    .chip,
    .file {
      border: 1px solid CanvasText;
    }
  }
`;
