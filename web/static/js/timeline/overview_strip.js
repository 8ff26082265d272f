/**
 * The overview strip: one camera's whole archive in one row, with how complete it is, its evidence locks and bookmarks,
 * and a frame around what the timeline shows. Dragging the frame pans, a click seeks; the keyboard does both on the timeline.
 * @module
 */

import { askTimeline } from "./timeline_data.js";
import { LaneFacts } from "./lane_facts.js";
import { paintCompleteness } from "./lane_paint.js";
import { LabelPool } from "./label_pool.js";
import { Emitter } from "../page/emitter.js";
import { text } from "../page/page_data.js";
import { dayWords, offsetOf } from "./tick_words.js";
import { clamp, ticks, timeAt, xOf } from "./timeline_model.js";
import { Hatches, openCanvas, palette } from "./timeline_canvas.js";
import { DAY_US, dayOf, dayPlus, dayStartUs, nowUs } from "../page/site_time.js";

const REFRESH_MS = 60_000;
const LONGEST_US = 400 * DAY_US;
const COLUMN_PX = 4;
const [TOP, TALL] = [5, 17];
const LABEL_PX = 64;
const LEAST_FRAME_PX = 8;
const GRIP_PX = 6;
const CLICK_PX = 4;
const NICE_DAYS = [1, 2, 7, 14, 28, 56, 112];

/**
 * @typedef {import("./timeline_model.js").View} View
 * @typedef {{start_us: number, end_us: number | null}} Mark
 */

/** Emits instants: `pan` with the middle of the frame, `seek` with the one clicked. @extends {Emitter<{pan: number, seek: number}>} */
export class OverviewStrip extends Emitter {
  #colour = palette();
  /** @type {Hatches | null} */
  #hatches = null;
  /** @type {LaneFacts[]} */
  #parts = [];
  /** @type {{holds: Mark[], bookmarks: Mark[]}} */
  #marks = { holds: [], bookmarks: [] };
  /** @type {AbortController | null} */
  #running = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {{x: number, by: number, isFrame: boolean, hasMoved: boolean} | null} */
  #drag = null;
  #isPlanned = false;
  /** @type {import("../page/page_data.js").CameraFacts | null} */
  #camera = null;
  /** @type {View} */
  seen = { from_us: 0, to_us: 0 };

  /**
   * @param {HTMLElement} plot
   * @param {HTMLElement | null} daysLabel
   * @param {AbortSignal} signal of its owner
   */
  constructor(plot, daysLabel, signal) {
    super();
    this.signal = signal;
    this.plot = plot;
    this.daysLabel = daysLabel;
    this.canvas = /** @type {HTMLCanvasElement} */ (plot.querySelector("canvas"));
    this.pool = new LabelPool(/** @type {HTMLElement} */ (plot.querySelector("[data-overview-labels]")));
    this.#watchPointer();
    new ResizeObserver(() => {
      this.plan();
      if (this.#parts.length === 0) void this.#refresh();
    }).observe(plot);
    signal.addEventListener("abort", () => {
      clearTimeout(this.#timer);
      this.#running?.abort();
      this.#running = null;
    });
  }

  /** @param {import("../page/page_data.js").CameraFacts} camera */
  setCamera(camera) {
    if (this.#camera?.id === camera.id) return;
    this.#camera = camera;
    this.#parts = [];
    this.#marks = { holds: [], bookmarks: [] };
    if (this.daysLabel) {
      const days = camera.oldest_us === null ? null : Math.max(1, Math.round((nowUs() - camera.oldest_us) / DAY_US));
      this.daysLabel.textContent = days === null ? "–" : text("units.days", { n: days });
    }
    this.plan();
    void this.#refresh();
  }

  /** From the day of the oldest footage to the end of today. @returns {View} */
  get view() {
    const oldest = Math.min(this.#camera?.oldest_us ?? Infinity, nowUs() - DAY_US);
    return { from_us: dayStartUs(dayOf(oldest)), to_us: dayStartUs(dayPlus(dayOf(nowUs()), 1)) };
  }

  async #refresh() {
    clearTimeout(this.#timer);
    this.#running?.abort();
    const camera = this.#camera;
    if (!camera || this.plot.clientWidth === 0 || this.signal.aborted) return;
    const running = new AbortController();
    this.#running = running;
    const { from_us, to_us } = this.view;
    try {
      /** @type {LaneFacts[]} */
      const parts = [];
      const marks = { holds: /** @type {Mark[]} */ ([]), bookmarks: /** @type {Mark[]} */ ([]) };
      for (let at = from_us; at < to_us; at += LONGEST_US) {
        const window = { from_us: at, to_us: Math.min(to_us, at + LONGEST_US) };
        const columns = (this.plot.clientWidth / COLUMN_PX) * ((window.to_us - at) / (to_us - from_us));
        const answer = await askTimeline([camera.id], window, columns, { withActivity: false, signal: running.signal });
        for (const lane of answer.lanes) parts.push(new LaneFacts(lane, answer.from_us, answer.known_until_us));
        marks.holds.push(...answer.holds);
        marks.bookmarks.push(...answer.bookmarks);
      }
      this.#parts = parts;
      this.#marks = marks;
      this.plan();
    } catch {
      // The strip is a second view of what the timeline shows and complains about.
    }
    if (this.#running === running) this.#timer = setTimeout(() => void this.#refresh(), REFRESH_MS);
  }

  /** Frame what the timeline shows. @param {View} view */
  setSeen(view) {
    this.seen = view;
    this.plan();
  }

  /** Draw once in the next frame. */
  plan() {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    requestAnimationFrame(() => {
      this.#isPlanned = false;
      this.#draw();
    });
  }

  #draw() {
    const opened = openCanvas(this.canvas);
    if (!opened) return;
    const { g, width, height } = opened;
    const { view } = this;
    const colour = this.#colour;
    this.#hatches ??= new Hatches(g, colour);
    const us_per_px = (view.to_us - view.from_us) / width;
    const x = (/** @type {number} */ us) => xOf(view, width, us);
    g.fillStyle = colour("bg");
    g.fillRect(0, 0, width, height);
    const scale = { from_us: view.from_us, us_per_px, width };
    for (const facts of this.#parts) {
      const part = { from_us: facts.fromUs, to_us: facts.untilUs };
      paintCompleteness(g, colour, this.#hatches, facts, scale, part, TOP, TALL, COLUMN_PX);
      const quiet = clamp(x(facts.quietUntilUs), 0, width);
      g.fillStyle = this.#hatches.quiet;
      if (x(facts.fromUs) < quiet) g.fillRect(x(facts.fromUs), TOP, quiet - x(facts.fromUs), TALL);
    }
    const now = Math.round(x(nowUs()));
    g.fillStyle = this.#hatches.future;
    g.fillRect(now, TOP, Math.max(0, width - now), TALL);
    this.#drawDays(g, view, width);
    this.#drawMarks(g, view, width);
    const [a, b] = this.#frame(width);
    g.strokeStyle = colour("playhead");
    g.lineWidth = 2;
    g.strokeRect(a, TOP - 2, b - a, TALL + 4);
  }

  /** Where the view's frame lies, pixels. @param {number} width @returns {[number, number]} */
  #frame(width) {
    const a = xOf(this.view, width, this.seen.from_us);
    const b = xOf(this.view, width, this.seen.to_us);
    const wide = Math.max(LEAST_FRAME_PX, Math.min(width - 2, b) - Math.max(1, a));
    const left = clamp((Math.max(1, a) + Math.min(width - 2, b)) / 2 - wide / 2, 1, width - 1 - wide);
    return [Math.round(left), Math.round(left + wide)];
  }

  /** @param {CanvasRenderingContext2D} g @param {View} view @param {number} width */
  #drawDays(g, view, width) {
    const days = ticks(view, DAY_US, offsetOf);
    const each = ((LABEL_PX / width) * (view.to_us - view.from_us)) / DAY_US;
    const step = NICE_DAYS.find((n) => n >= each) ?? 224;
    const isApart = width / days.length > 12;
    this.pool.begin();
    days.forEach((at, i) => {
      const x = Math.round(xOf(view, width, at));
      const isNamed = i % step === 0;
      if (isApart && i > 0) {
        g.fillStyle = this.#colour("bg");
        g.fillRect(x - 1, TOP - 1, 2, TALL + 2);
      }
      if (isNamed || isApart) {
        g.fillStyle = this.#colour(isNamed ? "hover" : "gap-hatch");
        g.fillRect(x, TOP + TALL + 2, 1, isNamed ? 14 : 3);
      }
      if (isNamed && x < width - 50) this.pool.put("ovl", dayWords(at), x);
    });
    this.pool.end();
  }

  /** @param {CanvasRenderingContext2D} g @param {View} view @param {number} width */
  #drawMarks(g, view, width) {
    g.fillStyle = this.#colour("hold");
    for (const { start_us, end_us } of this.#marks.holds) {
      const a = clamp(xOf(view, width, start_us), 0, width);
      g.fillRect(a, 0, Math.max(3, clamp(xOf(view, width, end_us ?? nowUs()), 0, width) - a), 2);
    }
    g.fillStyle = this.#colour("mark");
    for (const { start_us } of this.#marks.bookmarks)
      g.fillRect(Math.round(xOf(view, width, start_us)) - 1, TOP + TALL + 1, 2, 5);
  }

  #watchPointer() {
    const { plot } = this;
    const at = (/** @type {PointerEvent} */ event) => event.clientX - plot.getBoundingClientRect().left;
    plot.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !this.#camera) return;
      plot.setPointerCapture(event.pointerId);
      const x = at(event);
      const [a, b] = this.#frame(plot.clientWidth);
      const isFrame = x >= a - GRIP_PX && x <= b + GRIP_PX;
      this.#drag = {
        x,
        by: isFrame ? x - xOf(this.view, plot.clientWidth, (this.seen.from_us + this.seen.to_us) / 2) : 0,
        isFrame,
        hasMoved: false,
      };
    });
    plot.addEventListener("pointermove", (event) => {
      const drag = this.#drag;
      const x = at(event);
      if (!drag || (!drag.hasMoved && Math.abs(x - drag.x) < CLICK_PX)) return;
      drag.hasMoved = true;
      this.#tell("pan", x - drag.by);
    });
    plot.addEventListener("pointerup", (event) => {
      const drag = this.#drag;
      this.#drag = null;
      if (drag && !drag.hasMoved) this.#tell("seek", at(event));
    });
    plot.addEventListener("pointercancel", () => {
      this.#drag = null;
    });
  }

  /** @param {"pan" | "seek"} kind @param {number} x */
  #tell(kind, x) {
    const us = timeAt(this.view, this.plot.clientWidth, x);
    const oldest = this.#camera?.oldest_us ?? this.view.from_us;
    this.emit(kind, kind === "seek" ? clamp(us, oldest, nowUs()) : us);
  }
}
