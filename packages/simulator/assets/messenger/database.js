/** Plugin Database: what the page gives along, such as `{messaging: {customAttributes: {}}}`. */

export function startDatabase(bus) {
  const plugin = bus.register("Database");
  let content = {};
  const changed = () => plugin.publish("updated", structuredClone(content));

  plugin.handle("set", (data) => {
    content = { ...content, ...structuredClone(data) };
    changed();
    return content;
  });
  plugin.handle("update", (data) => {
    content = merge(content, structuredClone(data));
    changed();
    return content;
  });
  plugin.handle("get", ({ name }) => (name === undefined ? content : { [name]: content[name] }));
  plugin.handle("remove", ({ name }) => {
    delete content[name];
    plugin.publish("removed", { name });
    return content;
  });
  plugin.ready();

  return { customAttributes: () => content.messaging?.customAttributes ?? {} };
}

function merge(into, from) {
  const result = { ...into };
  for (const [key, value] of Object.entries(from)) {
    if (key === "__proto__") continue;
    result[key] = isObject(value) && isObject(result[key]) ? merge(result[key], value) : value;
  }
  return result;
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
