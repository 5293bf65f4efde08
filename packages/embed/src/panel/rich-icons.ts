/** Drawings that only rich content and files need. */
import { svg } from "lit";

export const nextIcon = svg`<svg viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="m9.5 5.5 6.5 6.5-6.5 6.5" /></svg>`;
export const fileIcon = svg`<svg viewBox="0 0 24 24" width="22" height="22" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M13.5 3.5H8a2.2 2.2 0 0 0-2.2 2.2v12.6A2.2 2.2 0 0 0 8 20.5h8a2.2 2.2 0 0 0 2.2-2.2V8.2zM13.5 3.5v4.7h4.7M9 13h6M9 16.5h4" /></svg>`;
