/** That the other side is writing: three dots for those who see, a sentence for those who hear. Loaded with the first. */
import { css, html, type TemplateResult } from "lit";

/** What this room needs to look as it should. */
export const styles = [
  css`
    .typing .bubble {
      display: flex;
      gap: 4px;
      padding: 14px;
    }
    .typing i {
      inline-size: 7px;
      block-size: 7px;
      border-radius: 50%;
      background: var(--_mute);
      animation: bob 1.2s ease-in-out infinite;
    }
    .typing i + i {
      animation-delay: 0.15s;
    }
    .typing i:last-child {
      animation-delay: 0.3s;
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
    @media (forced-colors: active) {
      .typing i {
        background: CanvasText;
      }
    }
  `,
];

function typingTemplate(text: string): TemplateResult {
  return html`<div class="group received typing">
    <div class="bubble" aria-hidden="true"><i></i><i></i><i></i></div>
    <span class="sr">${text}</span>
  </div>`;
}

export function room() {
  return typingTemplate;
}
