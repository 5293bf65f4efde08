/** What stands between the messages: days, ends, the way to older and newer ones, and nothing yet. */
import { css } from "lit";

export const transcriptStyles = css`
  .rule {
    display: flex;
    align-items: center;
    gap: 12px;
    margin-block: 16px 2px;
    color: var(--_mute);
    font-size: 12px;
    text-align: center;
    text-wrap: balance;
  }
  .rule::before,
  .rule::after {
    content: "";
    flex: 1 1 12px;
    border-block-start: 1px solid var(--_line);
  }
  .rule.day {
    --_line: transparent;
  }
  .rule.new {
    --_line: color-mix(in srgb, var(--_accent) 45%, var(--_surface));
    color: var(--_tint);
    font-weight: 600;
  }
  .older {
    align-self: center;
    display: inline-flex;
    align-items: center;
    gap: 8px;
    min-block-size: 32px;
    color: var(--_mute);
    font-size: 12.5px;
    font-weight: 500;
  }
  .spinner {
    inline-size: 14px;
    block-size: 14px;
    border: 2px solid var(--_line);
    border-block-start-color: var(--_accent);
    border-radius: 50%;
    animation: turn 0.8s linear infinite;
  }
  .empty {
    margin: auto;
    padding: 24px;
    color: var(--_mute);
    text-align: center;
    text-wrap: balance;
  }
  .empty p {
    margin: 0;
  }
  .hello {
    margin-block-end: 18px;
    color: var(--_accent);
    scale: 1.6;
  }
  .hello-title {
    color: var(--_text);
  }
  .jump {
    position: absolute;
    inset-block-end: 12px;
    inset-inline: 0;
    display: flex;
    align-items: center;
    gap: 6px;
    inline-size: fit-content;
    min-block-size: 36px;
    margin-inline: auto;
    padding-inline: 16px 12px;
    border-radius: 18px;
    background: var(--_text);
    color: var(--_surface);
    box-shadow: 0 6px 18px -2px rgb(0 0 0 / 0.34);
    font-size: 13px;
    font-weight: 600;
    animation: rise 0.2s var(--_ease);
  }
`;
