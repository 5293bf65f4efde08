/** Drawings that only rich content and files need. */
import { icon } from "../icon.js";

export const nextIcon = icon("m9.5 5.5 6.5 6.5-6.5 6.5", 18, 2.2);
export const fileIcon = icon(
  "M13.5 3.5H8a2.2 2.2 0 0 0-2.2 2.2v12.6A2.2 2.2 0 0 0 8 20.5h8a2.2 2.2 0 0 0 2.2-2.2V8.2zM13.5 3.5v4.7h4.7M9 13h6M9 16.5h4",
  22,
  1.8,
);
