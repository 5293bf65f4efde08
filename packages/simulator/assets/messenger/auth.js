/**
 * Plugins Auth and AuthProvider: the site's provider gives a sign-in code, the platform a JWT for it. Without a provider
 * guests are anonymous.
 */

export function startAuth(bus, { origin, deploymentId, storage }) {
  const plugin = bus.register("Auth");
  const BASE = `${origin}/api/v2/webdeployments/token`;
  let flight;

  async function call(method, path, body, headers = {}) {
    const answer = await fetch(`${BASE}/${path}`, {
      method,
      headers: { ...(body ? { "content-type": "application/json" } : {}), ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!answer.ok) throw Object.assign(new Error(`The platform answered ${answer.status}`), { status: answer.status });
    return answer.status === 204 ? {} : answer.json();
  }

  function keep({ jwt, refreshToken }) {
    storage.set("gcatkn", jwt);
    if (refreshToken) storage.set("gcartkn", refreshToken);
    const tokens = { jwt, refreshToken: refreshToken ?? storage.get("gcartkn") };
    plugin.publish("authenticated", tokens);
    return tokens;
  }

  async function authenticate(forceUpdate) {
    plugin.publish("authenticating");
    try {
      const { authCode, idToken, ...rest } = await plugin.command("AuthProvider.getAuthCode", { forceUpdate });
      const oauth = { ...rest, ...(idToken ? { idToken } : { code: authCode }) };
      return keep(await call("POST", "oauthcodegrantjwtexchange", { deploymentId, oauth }));
    } catch (error) {
      plugin.publish(error?.status ? "authError" : "authProviderError", { error: String(error?.message ?? error) });
      throw error;
    }
  }

  async function refresh() {
    const refreshToken = storage.get("gcartkn");
    if (!refreshToken) return authenticate(true);
    try {
      return keep(await call("POST", "refresh", { deploymentId, refreshToken }));
    } catch (error) {
      forget();
      plugin.publish("tokenError", { error: String(error?.message ?? error) });
      return authenticate(true);
    }
  }

  /** Whoever asks while an answer is under way gets the same one. */
  function once(work) {
    flight ??= work().finally(() => {
      flight = undefined;
    });
    return flight;
  }

  function forget() {
    storage.remove("gcatkn", "gcartkn");
  }

  plugin.handle("getTokens", () => {
    const jwt = storage.get("gcatkn");
    return jwt ? { jwt, refreshToken: storage.get("gcartkn") } : once(() => authenticate(false));
  });
  plugin.handle("refreshToken", () => once(refresh));
  plugin.handle("reAuthenticate", async () => {
    forget();
    await plugin.command("AuthProvider.reAuthenticate");
    return once(() => authenticate(true));
  });
  plugin.handle("logout", async () => {
    const jwt = storage.get("gcatkn");
    forget();
    try {
      if (jwt) await call("DELETE", "revoke", undefined, { authorization: `bearer ${jwt}` });
    } catch (error) {
      plugin.publish("logoutError", { error: String(error?.message ?? error) });
    }
    plugin.publish("loggedOut");
  });
  plugin.ready();

  return {
    /** True when the site has a provider of its own, or somebody is signed in already. */
    wanted: () => bus.isRegistered("AuthProvider") || storage.get("gcatkn") !== undefined,
    jwt: async () => (await plugin.command("Auth.getTokens")).jwt,
    renew: async () => (await plugin.command("Auth.refreshToken")).jwt,
    /** The platform logged the guest out. */
    loggedOut() {
      forget();
      plugin.publish("loggedOut");
    },
  };
}
