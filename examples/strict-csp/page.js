// Violations of the policy are counted, so that a test can see that there are none.
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective}: ${event.blockedURI}`);
});
document.querySelector("#help").addEventListener("click", () => window.Guestpass("show"));
