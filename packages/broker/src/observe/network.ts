/** Which network an address belongs to: an address of IPv4, a /64 of IPv6, as the endpoint's limits count them. Pure. */
import { isIPv4, isIPv6 } from "node:net";

const GROUPS = 8;
/** Groups of an IPv6 address that name its network: 64 bits. */
const NETWORK_GROUPS = 4;

/** The eight groups, in numbers. */
function groupsOf(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const read = (text: string) => (text === "" ? [] : text.split(":")).flatMap((group) => groupOf(group));
  const [before, after] = [read(head), tail === undefined ? [] : read(tail)];
  return [...before, ...Array.from({ length: Math.max(0, GROUPS - before.length - after.length) }, () => 0), ...after];
}

/** One group, or the two that an IPv4 address at the end stands for. */
function groupOf(group: string): number[] {
  if (!group.includes(".")) return [Number.parseInt(group, 16)];
  const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
  return [a * 256 + b, c * 256 + d];
}

/** `192.0.2.7`, `2001:db8:1:2::/64`; undefined for what is no address. An IPv4 address within IPv6 is one of IPv4. */
export function networkOf(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  const bare = address.replace(/%.*$/, "");
  if (isIPv4(bare)) return bare;
  if (!isIPv6(bare)) return undefined;
  const groups = groupsOf(bare);
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (mapped)
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 255])
      .join(".");
  return `${groups
    .slice(0, NETWORK_GROUPS)
    .map((group) => group.toString(16))
    .join(":")}::/64`;
}
