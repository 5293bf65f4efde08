/**
 * The kinds of values that environment variables have: each turns text into a value or says what is wrong and how to
 * write it. Knows no variable by name; echoes nothing of a secret or a URL.
 */
import { isIP, isIPv6 } from "node:net";
import { findRegion, REGIONS } from "@guestpass/protocol";
import { quote } from "./origins.js";

export interface Kind<T> {
  /** What may be written, for the explanation of the configuration. */
  readonly hint: string;
  /** @throws TypeError with a sentence that names the mend. */
  parse(text: string): T;
}

export function text(hint = "text", maxLength = 4096): Kind<string> {
  return {
    hint,
    parse(value) {
      if (value.length > maxLength) throw new TypeError(`is longer than ${maxLength} characters`);
      if (hasControl(value)) throw new TypeError("has a control character or a line break in it");
      return value;
    },
  };
}

export function choice<const T extends string>(...choices: readonly T[]): Kind<T> {
  return {
    hint: choices.join("|"),
    parse(value) {
      const found = choices.find((one) => one === value);
      if (found === undefined) throw new TypeError(`is ${quote(value)}, must be one of: ${choices.join(", ")}`);
      return found;
    },
  };
}

/** `true` or `false`, nothing else. */
export const onOff: Kind<boolean> = {
  hint: "true|false",
  parse(value) {
    if (value !== "true" && value !== "false") throw new TypeError(`is ${quote(value)}, must be true or false`);
    return value === "true";
  },
};

export function count(min: number, max: number, unit = "a whole number"): Kind<number> {
  return {
    hint: unit,
    parse(value) {
      const figure = Number(value);
      if (!/^\d{1,12}$/.test(value) || figure < min || figure > max)
        throw new TypeError(`is ${quote(value)}, must be ${unit} from ${min} to ${max}`);
      return figure;
    },
  };
}

/** A duration: whole seconds without a unit. */
export function seconds(min: number, max: number): Kind<number> {
  return count(min, max, "whole seconds");
}

export function decimal(min: number, max: number): Kind<number> {
  return {
    hint: `${min} to ${max}`,
    parse(value) {
      const figure = Number(value);
      if (!/^\d{1,6}(?:\.\d{1,6})?$/.test(value) || figure < min || figure > max)
        throw new TypeError(`is ${quote(value)}, must be a number from ${min} to ${max}`);
      return figure;
    },
  };
}

/** Separated by commas; blanks around an entry and repeated entries are dropped. */
export function list<T extends string>(item: Kind<T> | ((value: string) => T), hint: string): Kind<T[]> {
  const parse = typeof item === "function" ? item : item.parse.bind(item);
  return {
    hint,
    parse(value) {
      const entries = value.split(",").map((entry) => entry.trim());
      const parsed = entries.filter((entry) => entry !== "").map((entry) => parse(entry));
      if (parsed.length === 0) throw new TypeError("lists nothing");
      return [...new Set(parsed)];
    },
  };
}

/** An id of the platform: no blanks, nothing that would have to be escaped in a path. */
export const identifier: Kind<string> = {
  hint: "id",
  parse(value) {
    if (!/^[\w.~-]{1,128}$/.test(value))
      throw new TypeError(`has the entry ${quote(value)}, an id has letters, digits, "-", "_" and "." only`);
    return value;
  },
};

/** A region by its domain or AWS name; gives the domain. */
export const region: Kind<string> = {
  hint: "a domain such as mypurecloud.ie, or its AWS name",
  parse(value) {
    const found = findRegion(value);
    if (!found) {
      const known = REGIONS.map((one) => one.domain).join(", ");
      throw new TypeError(`is ${quote(value)}, which is no region of Genesys Cloud; known: ${known}`);
    }
    return found.domain;
  },
};

/** An address or a network in CIDR notation: `10.0.0.0/8`, `192.0.2.7`, `fd00::/8`. */
export const network: Kind<string> = {
  hint: "10.0.0.0/8,192.0.2.7",
  parse(value) {
    if (value === "true" || /^\d+$/.test(value))
      throw new TypeError(
        `is ${quote(value)}: that would believe any forwarded address; list the proxies' networks, e.g. 10.0.0.0/8`,
      );
    const [address = "", bits, ...rest] = value.split("/");
    const version = isIP(address);
    const width = isIPv6(address) ? 128 : 32;
    const valid = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= width);
    if (version === 0 || !valid || rest.length > 0)
      throw new TypeError(`has the entry ${quote(value)}, which is no address or network, e.g. 10.0.0.0/8`);
    if (Number(bits) === 0 && bits !== undefined)
      throw new TypeError(`has the entry ${quote(value)}, which trusts the whole world; list the proxies' networks`);
    return value;
  },
};

/** An absolute URL of one of the schemes, without user name or fragment. Never echoed: a URL may carry a secret. */
export function url(schemes: readonly string[] = ["https", "http"], allowCredentials = false): Kind<string> {
  const hint = `${schemes.join(":// or ")}:// URL`;
  return {
    hint,
    parse(value) {
      const parsed = URL.canParse(value) ? new URL(value) : undefined;
      if (!parsed || !schemes.includes(parsed.protocol.slice(0, -1)))
        throw new TypeError(`must be an absolute ${hint}`);
      if (!allowCredentials && (parsed.username !== "" || parsed.password !== ""))
        throw new TypeError("must not carry a user name or password");
      if (parsed.hash !== "") throw new TypeError("must not carry a fragment (#)");
      return value;
    },
  };
}

/** One base for other URLs: no query; given without the slash at its end. */
export const baseUrl: Kind<string> = {
  hint: "https:// or http:// URL",
  parse(value) {
    const parsed = url().parse(value);
    if (new URL(parsed).search !== "") throw new TypeError("must not carry a query (?)");
    return parsed.replace(/\/+$/, "");
  },
};

function hasControl(value: string): boolean {
  for (let at = 0; at < value.length; at += 1) {
    const unit = value.charCodeAt(at);
    if (unit < 0x20 || unit === 0x7f) return true;
  }
  return false;
}
