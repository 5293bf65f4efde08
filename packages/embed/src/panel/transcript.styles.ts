/** What stands between the messages: days, ends, what is new; and nothing yet. */
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
`;
