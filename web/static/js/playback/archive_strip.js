/**
 * The whole archive in one strip: how complete each stretch is, and where the timeline's view lies in it.
 * @module
 */

import { text } from "../page_data.js";
import { clamp, ticks, timeAt, xOf } from "./timeline_model.js";
import { fetchFacts } from "./timeline_data.js";
import { place } from "./timeline_labels.js";
import { hatch, openCanvas, paintCells, palette } from "./timeline_paint.js";
import { DAY_US, dayMonth, dayOf, dayPlus, dayStartUs, nowUs, zoneOffsetUs } from "../site_time.js";

const REFRESH_MS = 60_000;

/** Fires `seek` (detail: instant). */
export class ArchiveStrip extends EventTarget {
  #colour = palette();
  /** @type {import("./timeline_data.js").Facts | null} */
  #facts = null;

  /**
   * @param {HTMLElement} plot
   * @param {HTMLElement | null} daysLabel
   * @param {import("../page_data.js").CameraFacts} camera
   */
  constructor(plot, daysLabel, camera) {
    super();
    this.plot = plot;
    this.camera = camera;
    this.canvas = /** @type {HTMLCanvasElement} */ (plot.querySelector("canvas"));
    this.labels = /** @type {HTMLElement} */ (plot.querySelector("[data-archive-labels]"));
    /** @type {import("./timeline_model.js").View} */
    this.seen = { from_us: 0, to_us: 0 };
    const oldest = camera.oldest_us ?? nowUs() - DAY_US;
    this.fromUs = dayStartUs(dayOf(Math.min(oldest, nowUs() - DAY_US)));
    if (daysLabel) daysLabel.textContent = camera.oldest_us === null ? "–" : text("units.days", { n: Math.max(1, Math.round((nowUs() - oldest) / DAY_US)) });
    plot.addEventListener("click", (event) => {
      const at = timeAt(this.view, plot.clientWidth, event.offsetX);
      this.dispatchEvent(new CustomEvent("seek", { detail: clamp(at, oldest, nowUs()) }));
    });
    new ResizeObserver(() => this.draw()).observe(plot);
    void this.#refresh();
  }

  /** @returns {import("./timeline_model.js").View} */
  get view() {
    return { from_us: this.fromUs, to_us: dayStartUs(dayPlus(dayOf(nowUs()), 1)) };
  }

  async #refresh() {
    if (this.plot.clientWidth > 0) {
      try {
        this.#facts = await fetchFacts(this.camera.id, this.view.from_us, this.view.to_us);
        this.draw();
      } catch {
        // The strip is a second view of what the timeline shows and complains about.
      }
    }
    setTimeout(() => void this.#refresh(), REFRESH_MS);
  }

  /** Frame what the timeline shows. @param {import("./timeline_model.js").View} view */
  setSeen(view) {
    this.seen = view;
    this.draw();
  }

  draw() {
    const opened = openCanvas(this.canvas);
    if (!opened) return;
    const { g, width, height } = opened;
    const { view } = this;
    const colour = this.#colour;
    const x = (/** @type {number} */ us) => xOf(view, width, us);
    g.fillStyle = colour("bg");
    g.fillRect(0, 0, width, height);
    if (this.#facts) paintCells(g, this.#facts.cells ?? cellsOf(this.#facts, view, width), x, width, -1, 29, colour);
    const now = x(nowUs());
    hatch(g, { x: now, y: 5, width: Math.max(0, width - now), height: 17 }, colour("future"), colour("line"), 6);
    const offset = zoneOffsetUs(view.from_us);
    const days = ticks(view, DAY_US, offset);
    const each = Math.max(1, Math.ceil(((64 / width) * (view.to_us - view.from_us)) / DAY_US));
    const step = [1, 2, 7, 14, 28].find((n) => n >= each) ?? 28;
    /** @type {import("./timeline_labels.js").Label[]} */
    const labels = [];
    days.forEach((at, i) => {
      const isNamed = i % step === 0;
      g.fillStyle = colour(isNamed ? "hover" : "gap-hatch");
      g.fillRect(Math.round(x(at)), 24, 1, isNamed ? 14 : 3);
      if (isNamed && x(at) < width - 50) labels.push({ kind: "ovl", words: dayMonth(at), x: x(at) });
    });
    place(this.labels, labels);
    const a = clamp(Math.round(x(this.seen.from_us)), 0, width - 4);
    const b = clamp(Math.round(x(this.seen.to_us)), a + 4, width);
    g.strokeStyle = colour("playhead");
    g.lineWidth = 2;
    g.strokeRect(a + 1, 3, Math.max(4, b - a - 2), 21);
  }
}

/**
 * Completeness of columns four pixels wide, where the answer held spans.
 * @param {import("./timeline_data.js").Facts} facts
 * @param {import("./timeline_model.js").View} view
 * @param {number} width
 * @returns {import("./timeline_data.js").Cell[]}
 */
function cellsOf(facts, view, width) {
  const step = Math.max(1, Math.round((4 / width) * (view.to_us - view.from_us)));
  /** @type {import("./timeline_data.js").Cell[]} */
  const cells = [];
  let i = 0;
  for (let at = view.from_us; at < Math.min(view.to_us, facts.now_us); at += step) {
    const end = Math.min(at + step, facts.now_us);
    let covered = 0;
    while (i < facts.spans.length && /** @type {readonly [number, number]} */ (facts.spans[i])[1] <= at) i += 1;
    for (let j = i; j < facts.spans.length; j += 1) {
      const [from, to] = /** @type {readonly [number, number]} */ (facts.spans[j]);
      if (from >= end) break;
      covered += Math.min(to, end) - Math.max(from, at);
    }
    cells.push([at, end - at, covered, end - at - covered]);
  }
  return cells;
}
