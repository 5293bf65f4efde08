// Where the platform is and as whom it is asked, from the environment: what the examples share.

/** `GENESYS_REGION` (or `GENESYS_BASE_URL`), `GENESYS_CLIENT_ID` and `_SECRET`, and `_2` where there is a second pair. */
export function platformOf(env) {
  const pairs = ["", "_2"].map((suffix) => ({
    clientId: env[`GENESYS_CLIENT_ID${suffix}`],
    clientSecret: env[`GENESYS_CLIENT_SECRET${suffix}`],
  }));
  return {
    ...(env.GENESYS_REGION && { region: env.GENESYS_REGION }),
    ...(env.GENESYS_BASE_URL && { baseUrl: env.GENESYS_BASE_URL }),
    credentials: pairs.filter(({ clientId, clientSecret }) => clientId && clientSecret),
  };
}

/** Runs an example that was called by its name, and says what went wrong in a line. */
export function runAs(moduleUrl, main) {
  if (process.argv[1] === undefined || moduleUrl !== new URL(process.argv[1], "file:").href) return;
  main(process.env, console.log).catch((error) => {
    console.error(`${error.code ?? error.name}: ${error.message}`);
    process.exitCode = 1;
  });
}
