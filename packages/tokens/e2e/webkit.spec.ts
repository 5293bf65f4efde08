/** The life of a token in WebKit, where the machine has it with its driver and a display. */
import { engines } from "./engines/find.js";
import { openWebKit } from "./engines/webkit.js";
import { scenarios } from "./scenarios.js";

/** `ENGINES=all`: every scenario, those besides where engines hardly differ. */
const thorough = process.env["ENGINES"] === "all";

const { webkit } = engines();

if (webkit) scenarios("WebKit", () => openWebKit(webkit), thorough);
