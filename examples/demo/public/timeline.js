/** The drawn token timeline: one bar for each token's life, with the refresh that was due and what became of it. */

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 720;
const PAST_MS = 90_000;
const FUTURE_MS = 45_000;
const LANES = 4;
const KEPT = 40;

export function createTimeline(svg) {
  const lives = [];

  function draw() {
    const now = Date.now();
    const from = now - PAST_MS;
    const x = (at) => ((at - from) / (PAST_MS + FUTURE_MS)) * WIDTH;
    const shapes = [];
    for (let at = Math.ceil(from / 15_000) * 15_000; at < now + FUTURE_MS; at += 15_000) {
      shapes.push(shape("line", { class: "grid", x1: x(at), x2: x(at), y1: 0, y2: 160 }));
      const seconds = Math.round((at - now) / 1000);
      if (Math.abs(seconds) > 6 && x(at) > 24 && x(at) < WIDTH - 24)
        shapes.push(label(x(at), 180, `${seconds > 0 ? "+" : ""}${seconds} s`));
    }
    lives.forEach((life, index) => {
      const y = 12 + (index % LANES) * 37;
      const end = Math.min(life.endedAt ?? life.expiresAt, life.expiresAt);
      const current = index === lives.length - 1;
      const left = Math.max(x(life.issuedAt), -10);
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
      if (life.dueAt && life.dueAt <= life.expiresAt)
        shapes.push(shape("line", { class: "due", x1: x(life.dueAt), x2: x(life.dueAt), y1: y - 4, y2: y + 28 }));
      if (life.refreshedAt)
        shapes.push(shape("circle", { class: "refreshed", cx: x(life.refreshedAt), cy: y + 12, r: 7 }));
      if (life.expiredAt) {
        const until = life.endedAt ?? now;
        shapes.push(
          shape("rect", {
            class: "late",
            x: x(life.expiredAt),
            y: y + 8,
            width: Math.max(x(until) - x(life.expiredAt), 2),
            height: 8,
          }),
        );
        shapes.push(
          shape("line", { class: "expired", x1: x(life.expiredAt), x2: x(life.expiredAt), y1: y - 4, y2: y + 28 }),
        );
      }
    });
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
