/** The life of a token in Chromium: every scenario. */
import { engines } from "./engines/find.js";
import { openPuppeteer } from "./engines/puppeteer.js";
import { scenarios } from "./scenarios.js";

const { chromium } = engines();

scenarios("Chromium", () => openPuppeteer("chrome", chromium), true);
