/**
 * Plugins, their commands and events: what `Genesys(...)` in the page talks to. Knows no plugin by name.
 *
 * A command waits until its plugin is ready. Who subscribes to `ready` too late hears it at once.
 */

export function createBus() {
  const plugins = new Map();
  const subscribers = new Map();

  function find(name) {
    let plugin = plugins.get(name);
    if (!plugin) {
      let announce;
      const ready = new Promise((resolve) => {
        announce = resolve;
      });
      plugin = {
        name,
        commands: new Map(),
        events: new Set(["ready"]),
        data: new Map(),
        ready,
        announce,
        isReady: false,
      };
      plugins.set(name, plugin);
    }
    return plugin;
  }

  function envelope(event, data) {
    const [publisher, eventName] = split(event);
    return { time: Date.now(), publisher, event, eventName, data };
  }

  /** A listener that throws spoils nothing for the others. */
  function tell(callback, event, data) {
    try {
      callback(envelope(event, data));
    } catch (error) {
      setTimeout(() => {
        throw error;
      });
    }
  }

  function publish(event, data = {}) {
    for (const callback of subscribers.get(event) ?? []) tell(callback, event, data);
  }

  function subscribe(event, callback) {
    if (typeof callback !== "function") throw new TypeError(`subscribe to ${event} needs a function`);
    if (!subscribers.has(event)) subscribers.set(event, []);
    subscribers.get(event).push(callback);
    const [name, eventName] = split(event);
    if (eventName === "ready" && find(name).isReady) tell(callback, event, {});
  }

  async function command(name, data = {}) {
    const [pluginName, commandName] = split(name);
    const plugin = find(pluginName);
    await plugin.ready;
    const run = plugin.commands.get(commandName);
    if (!run) throw new Error(`${pluginName} has no command ${commandName}`);
    return new Promise((resolve, reject) => run({ command: name, data, resolve, reject }));
  }

  /** What a plugin gets of itself. */
  function register(name) {
    const plugin = find(name);
    return {
      name,
      command,
      subscribe,
      /** `run` gets `{command, data, resolve, reject}`. */
      registerCommand: (commandName, run) => void plugin.commands.set(commandName, run),
      registerEvents: (names) => names.forEach((eventName) => void plugin.events.add(eventName)),
      publish: (eventName, data) => publish(`${name}.${eventName}`, data),
      data(key, value) {
        if (value !== undefined) plugin.data.set(key, value);
        return plugin.data.get(key);
      },
      /** An own command as a plain async function. */
      handle(commandName, run) {
        plugin.commands.set(commandName, async ({ data, resolve, reject }) => {
          try {
            resolve(await run(data ?? {}));
          } catch (error) {
            reject(error);
          }
        });
      },
      ready() {
        if (plugin.isReady) return;
        plugin.isReady = true;
        plugin.announce();
        publish(`${name}.ready`);
      },
    };
  }

  async function commandOfPage(name, [data, done, failed]) {
    try {
      const answer = await command(name, data);
      done?.(answer);
    } catch (error) {
      if (failed) failed(error);
      else console.warn(`${name} failed:`, error);
    }
  }

  /** The global function of the page. */
  function genesys(kind, name, ...rest) {
    if (kind === "subscribe") subscribe(name, rest[0]);
    else if (kind === "registerPlugin") rest[0](register(name));
    else if (kind === "command") void commandOfPage(name, rest);
    else console.warn(`Genesys("${kind}") is not known`);
  }

  return { register, genesys, isRegistered: (name) => plugins.get(name)?.isReady === true };
}

function split(name) {
  const dot = String(name).indexOf(".");
  return dot < 0 ? [String(name), ""] : [name.slice(0, dot), name.slice(dot + 1)];
}
