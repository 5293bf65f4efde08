/** How the file beside what is typed looks. */
import { css } from "lit";

export const filesStyles = css`
  .files:has(.file, svg) {
    margin-block-end: 8px;
  }
  .files .file {
    display: flex;
    padding-inline-end: 6px;
  }
  .files .file > span {
    flex: 1;
    min-inline-size: 0;
  }
  .files b {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  progress {
    display: block;
    inline-size: 100%;
    block-size: 6px;
    margin-block: 6px 4px;
    border: 0;
    border-radius: 3px;
    background: var(--_line);
    accent-color: var(--_accent);
    appearance: none;
    overflow: hidden;
  }
  progress::-webkit-progress-bar {
    background: var(--_line);
  }
  progress::-webkit-progress-value {
    background: var(--_accent);
    transition: inline-size 0.2s;
  }
  progress::-moz-progress-bar {
    background: var(--_accent);
  }
`;
