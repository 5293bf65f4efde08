/** The panel on a small screen, and in forced colours. Comes last: it overrides. */
import { css } from "lit";

export const adaptStyles = css`
  @media (max-width: 480px), (max-height: 440px) {
    :host(:not([placement="inline"])) .panel {
      position: fixed;
      inset: var(--_seen-top, 0) 0 auto;
      inline-size: 100%;
      block-size: var(--_seen-height, 100dvh);
      border-radius: 0;
      box-shadow: none;
    }
    :host(:not([placement="inline"])) .head {
      padding-block-start: max(10px, env(safe-area-inset-top));
    }
    textarea {
      font-size: 16px;
    }
    .round {
      inline-size: 44px;
      block-size: 44px;
    }
  }
  @media (forced-colors: active) {
    .panel,
    .bubble,
    .composer,
    .notice,
    .pill,
    .send,
    .avatar {
      border: 1px solid CanvasText;
    }
    .send:disabled,
    textarea:disabled {
      color: GrayText;
      border-color: GrayText;
    }
    .composer:focus-within {
      outline: 2px solid Highlight;
    }
  }
`;
