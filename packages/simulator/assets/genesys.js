/** The bootstrap that a page loads: finds its own origin, which speaks for all of the platform's hosts, and starts. */
(() => {
  const { src } = document.currentScript;
  import(new URL("messenger/start.js", src).href)
    .then(({ start }) => start(new URL(src).origin))
    .catch((error) => console.error("Genesys Messenger could not start:", error));
})();
