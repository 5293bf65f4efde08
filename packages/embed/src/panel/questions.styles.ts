/** How the menu and the question before an end look. Loaded with them. */
import { css } from "lit";

export const questionsStyles = css`
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
  .item[aria-checked] {
    display: flex;
    align-items: center;
    gap: 12px;
  }
  .item[aria-checked]::after {
    flex: none;
    inline-size: 20px;
    margin-inline-start: auto;
    border-radius: 6px;
    box-shadow: inset 0 0 0 1.5px var(--_mute);
    line-height: 20px;
    text-align: center;
  }
  .item[aria-checked="false"]::after {
    content: "\\a0";
  }
  .item[aria-checked="true"]::after {
    content: "✓";
    background: var(--_accent);
    box-shadow: none;
    color: var(--_on-accent);
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
  @media (forced-colors: active) {
    .menu,
    .confirm {
      border: 1px solid CanvasText;
    }
    .item:disabled {
      color: GrayText;
    }
  }
`;
