/** The panel's drawings. */
import { icon } from "../icon.js";

export const sendIcon = icon("M12 19.5V5M5.5 11.2 12 4.7l6.5 6.5");
export const closeIcon = icon("m6.5 6.5 11 11m0-11-11 11");
export const moreIcon = icon("M5.5 12h.01M12 12h.01M18.5 12h.01", 20, 3);
export const alertIcon = icon("M20.8 12a8.8 8.8 0 1 1-17.6 0 8.8 8.8 0 0 1 17.6 0ZM12 7.6v5M12 16.2h.01");
