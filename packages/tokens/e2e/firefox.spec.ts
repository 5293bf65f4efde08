/** The life of a token in Firefox, where the machine has one. */
import { engines } from "./engines/find.js";
import { openPuppeteer } from "./engines/puppeteer.js";
import { scenarios } from "./scenarios.js";

/** `ENGINES=all`: every scenario, those besides where engines hardly differ. */
const thorough = process.env["ENGINES"] === "all";

const { firefox } = engines();

if (firefox) scenarios("Firefox", () => openPuppeteer("firefox", firefox), thorough);
