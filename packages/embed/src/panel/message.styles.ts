/** How one sender's messages look. */
import { css } from "lit";

export const messageStyles = css`
  .body {
    position: relative;
    flex: 1;
    min-block-size: 0;
  }
  .transcript {
    position: absolute;
    inset: 0;
    overflow: hidden auto;
    overscroll-behavior: contain;
    overflow-anchor: none;
    scrollbar-width: thin;
    scrollbar-color: var(--_line) transparent;
  }
  .transcript:focus-visible {
    outline-offset: -3px;
  }
  .rows {
    display: flex;
    flex-direction: column;
    min-block-size: 100%;
    padding: 8px 16px 14px;
  }
  .group {
    display: grid;
    grid-template-columns: 30px minmax(0, 1fr);
    gap: 3px 8px;
    margin-block-start: 14px;
    animation: rise 0.2s var(--_ease);
  }
  .group > * {
    grid-column: 2;
    justify-self: start;
  }
  .group.sent {
    grid-template-columns: minmax(0, 1fr);
  }
  .group.sent > * {
    grid-column: 1;
    justify-self: end;
  }
  .avatar {
    position: relative;
    grid-column: 1;
    grid-row: 2;
    inline-size: 30px;
    block-size: 30px;
    overflow: hidden;
    background: color-mix(in srgb, var(--_accent) 16%, var(--_surface));
    color: var(--_tint);
    font-size: 11.5px;
    font-weight: 650;
  }
  .avatar img {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
    object-fit: cover;
  }
  .bubble {
    max-inline-size: min(86%, 30em);
    padding: 8px 13px 9px;
    border-radius: 18px;
    background: var(--_soft);
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }
  .avatar + .bubble,
  .typing .bubble {
    border-start-start-radius: 6px;
  }
  .sent .bubble {
    max-inline-size: 82%;
    background: var(--_accent);
    color: var(--_on-accent);
  }
  .sent .bubble:has(+ .meta) {
    border-end-end-radius: 6px;
  }
  .bubble.sending {
    opacity: 0.8;
  }
  .bubble.failed {
    background: color-mix(in srgb, var(--_bad) 9%, var(--_surface));
    color: var(--_text);
    box-shadow: inset 0 0 0 1.5px var(--_bad);
  }
  .name,
  .meta {
    padding-inline: 2px;
    color: var(--_mute);
    font-size: 12px;
  }
  .name {
    font-weight: 550;
  }
  .meta {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 8px;
    font-variant-numeric: tabular-nums;
  }
  .meta .status::before {
    content: "·";
    margin-inline-end: 8px;
  }
  .bad {
    color: var(--_bad);
  }
  .meta svg,
  .over svg {
    inline-size: 15px;
    block-size: 15px;
    flex: none;
  }
  .meta.bad {
    gap: 5px;
    margin-block-end: 4px;
  }
  .link {
    min-block-size: 24px;
    padding-inline: 3px;
    border-radius: 4px;
    color: var(--_text);
    font-weight: 600;
    text-decoration: underline;
    text-underline-offset: 3px;
  }
`;
