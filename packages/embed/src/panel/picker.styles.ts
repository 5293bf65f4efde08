/** How dates and lists to choose from look. */
import { css } from "lit";

export const pickerStyles = css`
  .picker .chip {
    min-inline-size: 76px;
    justify-content: center;
  }
  .day-times {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    padding: 0 16px 14px;
  }
  .day-name {
    flex: 1 0 100%;
    color: var(--_mute);
    font-size: 12.5px;
    font-weight: 600;
  }
  fieldset {
    min-inline-size: 0;
    margin: 0;
    padding: 0 0 8px;
    border: 0;
  }
  legend {
    padding: 0 16px;
    color: var(--_mute);
    font-size: 12.5px;
    font-weight: 600;
  }
  .item-row {
    display: flex;
    align-items: center;
    gap: 12px;
    min-block-size: 44px;
    padding: 6px 16px;
    font-size: 14px;
    cursor: pointer;
  }
  .item-row:hover {
    background: var(--_soft);
  }
  fieldset:disabled .item-row {
    background: none;
    color: var(--_mute);
    cursor: default;
  }
  .item-row input {
    flex: none;
    inline-size: 18px;
    block-size: 18px;
    margin: 0;
    outline: 0;
    accent-color: var(--_accent);
  }
  .item-row img {
    inline-size: 36px;
    block-size: 36px;
    border-radius: 8px;
    object-fit: cover;
  }
`;
