// mulberry32: the same run at each run, so that a failure can be looked at again.
export function seeded(seed) {
  let state = seed;
  const random = (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
  return { random, pick: (list) => list[random(list.length)] };
}
