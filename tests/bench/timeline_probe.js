/**
 * Draws timelines of generated footage while the view pans and zooms, and notes how long each picture took.
 * @module
 */

/** A generator of numbers in [0, 1) that repeats. */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
}

/** One camera's footage as the interface would tell it, gap by gap: lost for seconds to minutes, every so often. */
function toldLane(camera_id, from_us, to_us, every_us, random) {
  const spans = [];
  const gaps = [];
  let at = from_us;
  while (at < to_us) {
    const end = Math.min(to_us, at + Math.round(every_us * (0.2 + 1.6 * random())));
    spans.push([at, end]);
    at = Math.min(to_us, end + Math.round(1e6 * 10 ** (0.3 + 2.5 * random() ** 2)));
    if (at < to_us) gaps.push({ start_us: end, end_us: at, cause: "unreachable", detail: "" });
  }
  const bins = 1440;
  const rates = Array.from({ length: bins }, (_, i) => Math.round(1e5 * (1 + Math.sin(i / 9) + 3 * random() ** 5)));
  const activity = { start_us: from_us, width_us: (to_us - from_us) / bins, rates };
  return { camera_id, oldest_us: from_us, newest_us: to_us, purged_until_us: null, spans, gaps, cells: null, activity };
}

window.timelineProbe = {
  /** Make a timeline of so many lanes and days, as wide as on a desk. */
  async make(base, lanes, days, every_us, row_px) {
    const [{ LaneFacts }, { layLanes }, { TimelinePicture }] = await Promise.all(
      ["lane_facts", "lane_layout", "timeline_picture"].map((name) => import(`${base}/${name}.js`)),
    );
    document.body.replaceChildren();
    const root = document.body.appendChild(document.createElement("div"));
    root.className = "tln";
    const plot = root.appendChild(document.createElement("div"));
    plot.className = "tl-plot";
    const canvas = plot.appendChild(document.createElement("canvas"));
    const labels = plot.appendChild(document.createElement("div"));
    labels.className = "tl-labels";
    const ids = Array.from({ length: lanes }, (_, i) => i + 1);
    const heights = { ruler: 40, focus: 56, row: row_px, thin: 18 };
    const layout = layLanes(ids, 1, heights, 1e5);
    plot.style.width = "1240px";
    plot.style.height = `${heights.ruler + layout.seen + 3 * heights.thin}px`;
    const now = 1.7e15;
    const from = now - days * 8.64e10;
    const random = randomFrom(lanes);
    const facts = new Map(ids.map((id) => [id, new LaneFacts(toldLane(id, from, now, every_us, random), from, now)]));
    const known = {
      holds: [{ id: 1, camera_ids: [1], start_us: now - 3e9, end_us: now - 1e9, reason: "Kasus 114/2025" }],
      bookmarks: Array.from({ length: 60 }, (_, i) => ({
        start_us: from + ((i + 0.5) / 60) * (now - from),
        end_us: from + ((i + 0.5) / 60) * (now - from),
        title: "Truk sampah masuk",
      })),
      cover(pieces, id, view) {
        pieces.length = 0;
        const [start, end] = [Math.max(view.from_us, from), Math.min(view.to_us, now)];
        if (end > start) pieces.push({ facts: facts.get(id), from_us: start, to_us: end });
      },
    };
    const picture = new TimelinePicture(canvas, labels);
    picture.fit();
    this.canvas = canvas;
    this.gaps = [...facts.values()].reduce((sum, lane) => sum + lane.gaps.length, 0);
    this.span_us = now - from;
    this.draw = (view) =>
      picture.draw(
        {
          view,
          layout,
          scroll: 0,
          heights,
          now_us: now,
          playhead_us: (view.from_us + view.to_us) / 2,
          frame: null,
          hover_us: view.from_us + 1e6,
          in_us: view.from_us + (view.to_us - view.from_us) * 0.3,
          out_us: view.from_us + (view.to_us - view.from_us) * 0.4,
          isTape: false,
        },
        known,
        ids,
      );
    this.viewAt = (share) => {
      // From all of it down to an hour and back, moving along all the while.
      const span = Math.exp(
        Math.log(this.span_us) + (Math.log(3.6e9) - Math.log(this.span_us)) * (1 - Math.abs(2 * share - 1)),
      );
      const start = from + (this.span_us - span) * (0.15 + 0.7 * share);
      return { from_us: Math.round(start), to_us: Math.round(start + span) };
    };
    await document.fonts.ready;
    return this.gaps;
  },

  /** Run `act` in each of so many refreshes; how long it took, and how long it was to the next one. */
  async frames(count, act) {
    const took = [];
    const apart = [];
    let last = 0;
    for (let number = -20; number <= count; number += 1) {
      await new Promise((resolve) => {
        requestAnimationFrame((at) => {
          if (number > 0) apart.push(at - last);
          last = at;
          const began = performance.now();
          act(Math.max(0, number) / count);
          if (number > 0) took.push(performance.now() - began);
          resolve();
        });
      });
    }
    return { took, apart };
  },

  /** The timeline panned and zoomed. */
  drawn(count) {
    return this.frames(count, (share) => this.draw(this.viewAt(share)));
  },

  /** The least that any drawing does. */
  bare(count) {
    const g = this.canvas.getContext("2d");
    return this.frames(count, () => g.clearRect(0, 0, 1e4, 1e4));
  },
};
