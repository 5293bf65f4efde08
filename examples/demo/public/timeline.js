/** The drawn token timeline: one bar for each token's life, with the refresh that was due and what became of it. */

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 720;
/** What is shown, in lives of the current token: so many gone by, so many to come. */
const PAST_LIVES = 3.4;
const FUTURE_LIVES = 1.4;
const FIRST_LIFE_MS = 15_000;
const STEPS_S = [5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400];
const LANES = 4;
const KEPT = 40;

export function createTimeline(svg) {
  const lives = [];
  /** Lines of the debug report that have a place in time. */
  let decisions = [];

  function draw() {
    const now = Date.now();
    const last = lives.at(-1);
    const life = last ? last.expiresAt - last.issuedAt : FIRST_LIFE_MS;
    const from = now - PAST_LIVES * life;
    const span = (PAST_LIVES + FUTURE_LIVES) * life;
    const x = (at) => ((at - from) / span) * WIDTH;
    const shapes = [];
    const step = (STEPS_S.find((seconds) => span / (seconds * 1000) <= 9) ?? 86_400) * 1000;
    for (let at = now - Math.floor((PAST_LIVES * life) / step) * step; at < from + span; at += step) {
      shapes.push(shape("line", { class: "grid", x1: x(at), x2: x(at), y1: 0, y2: 160 }));
      const seconds = Math.round((at - now) / 1000);
      if (seconds !== 0 && x(at) > 24 && x(at) < WIDTH - 24) shapes.push(label(x(at), 180, relative(seconds)));
    }
    lives.forEach((each, index) => {
      const y = 12 + (index % LANES) * 37;
      const end = Math.min(each.endedAt ?? each.expiresAt, each.expiresAt);
      const current = index === lives.length - 1;
      const left = Math.max(x(each.issuedAt), -10);
      shapes.push(
        shape("rect", {
          class: current ? "life current" : "life",
          x: left,
          y,
          width: Math.max(x(end) - left, 3),
          height: 24,
          rx: 6,
        }),
      );
      if (each.dueAt && each.dueAt <= each.expiresAt)
        shapes.push(shape("line", { class: "due", x1: x(each.dueAt), x2: x(each.dueAt), y1: y - 4, y2: y + 28 }));
      if (each.refreshedAt)
        shapes.push(shape("circle", { class: "refreshed", cx: x(each.refreshedAt), cy: y + 12, r: 7 }));
      if (each.expiredAt) {
        const until = each.endedAt ?? now;
        shapes.push(
          shape("rect", {
            class: "late",
            x: x(each.expiredAt),
            y: y + 8,
            width: Math.max(x(until) - x(each.expiredAt), 2),
            height: 8,
          }),
        );
        shapes.push(
          shape("line", { class: "expired", x1: x(each.expiredAt), x2: x(each.expiredAt), y1: y - 4, y2: y + 28 }),
        );
      }
    });
    for (const { at, what, inMs = 0 } of decisions) {
      const from = x(Date.parse(at));
      if (from < 0) continue;
      if (what === "sent") shapes.push(shape("circle", { class: "asked", cx: from, cy: 156, r: 4 }));
      else shapes.push(shape("line", { class: "deferred", x1: from, x2: x(Date.parse(at) + inMs), y1: 156, y2: 156 }));
    }
    shapes.push(shape("line", { class: "now", x1: x(now), x2: x(now), y1: 0, y2: 160 }), label(x(now), 180, "now"));
    svg.replaceChildren(...shapes);
  }

  return {
    draw,
    issued(expiresIn) {
      const now = Date.now();
      const last = lives.at(-1);
      if (last && !last.endedAt) {
        last.endedAt = now;
        last.refreshedAt = now;
      }
      lives.push({ issuedAt: now, expiresAt: now + expiresIn * 1000 });
      if (lives.length > KEPT) lives.splice(0, lives.length - KEPT + ((lives.length - KEPT) % LANES));
    },
    due(at) {
      const last = lives.at(-1);
      if (last) last.dueAt = at;
    },
    decided(entries) {
      decisions = entries.filter(({ what }) => what === "sent" || what === "deferred");
    },
    expired() {
      const last = lives.at(-1);
      if (last) last.expiredAt = Date.now();
    },
    ended() {
      const last = lives.at(-1);
      if (last && !last.endedAt) last.endedAt = Date.now();
    },
  };
}

function shape(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes))
    node.setAttribute(key, typeof value === "number" ? value.toFixed(1) : value);
  return node;
}

function label(x, y, text) {
  const node = shape("text", { x, y, "text-anchor": "middle" });
  node.textContent = text;
  return node;
}

function relative(seconds) {
  const sign = seconds > 0 ? "+" : "−";
  const size = Math.abs(seconds);
  if (size >= 3600) return `${sign}${+(size / 3600).toFixed(1)} h`;
  return size >= 120 ? `${sign}${+(size / 60).toFixed(1)} min` : `${sign}${size} s`;
}
