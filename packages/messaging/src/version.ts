/** This package's version, as the platform sees it in `application`. A test holds it to package.json. */
export const VERSION = "0.1.0";
