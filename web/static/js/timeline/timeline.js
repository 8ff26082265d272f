/**
 * The timeline as a control: up to sixteen lanes, a slider for keyboards and screen readers, a tape for fingers. It holds
 * the view, the playhead and the marks, and reports what people do with them.
 * @module
 */

import { OverviewStrip } from "./overview_strip.js";
import { HoverPicture } from "./hover_picture.js";
import { LaneGutter } from "./lane_gutter.js";
import { laneAt, layLanes, scrollToFocus } from "./lane_layout.js";
import { Emitter } from "../page/emitter.js";
import { every } from "../page/every.js";
import { part, text } from "../page/page_data.js";
import { SpanTable } from "./span_table.js";
import { spokenTime } from "./tick_words.js";
import { instantOfKey, TimelineGestures, zoomOfKey } from "./timeline_gestures.js";
import {
  centred,
  clamp,
  kept,
  NARROWEST_US,
  nextZoom,
  panned,
  settled,
  spanOf,
  WIDEST_US,
  xOf,
  zoomed,
} from "./timeline_model.js";
import { SHAPE_PX } from "./mark_paint.js";
import { TimelinePicture } from "./timeline_picture.js";
import { DAY_US, dateShort, dayOf, dayPlus, dayStartUs, HOUR_US, nowUs, SECOND_US } from "../page/site_time.js";

const EDGE_GRIP_PX = 7;
/** The playhead that moved further at once was sent there, and the view goes with it. */
const JUMP_US = 30 * SECOND_US;
const LIVE_US = 30 * SECOND_US;
const REST_MS = 350;
/** Where the timeline is not shown, its facts are still asked for. */
const HIDDEN_WIDTH = 800;

/**
 * @typedef {import("./timeline_model.js").View} View
 * @typedef {import("../page/page_data.js").CameraFacts} CameraFacts
 * @typedef {import("./timeline_data.js").Bookmark} Bookmark
 * @typedef {object} TimelineEvents
 * @property {number} seek an instant
 * @property {number} scrub an instant, while something is dragged
 * @property {undefined} scrub-cancel
 * @property {{in_us: number | null, out_us: number | null}} marks
 * @property {import("./hover_picture.js").Place | null} hover
 * @property {undefined} view
 * @property {number} focus a camera id
 * @property {Bookmark} bookmark the one that was clicked
 * @property {number} bookmark-wish an instant: a long press asks for a new one
 */

/** @extends {Emitter<TimelineEvents>} */
export class Timeline extends Emitter {
  #isPlanned = false;
  /** @type {readonly CameraFacts[]} */
  #cameras = [];
  #focusedId = 0;
  /** Where a scrub began, null while none is under way. @type {{us: number, view: View} | null} */
  #scrub = null;
  /** The marks as they were when one of them was taken. @type {{in_us: number | null, out_us: number | null} | null} */
  #ends = null;
  /** What a double click came from. @type {{view: View, to: View} | null} */
  #back = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #rest;
  #drawnHead = { x: NaN, second: NaN };
  #heights = { ruler: 0, focus: 0, row: 0, thin: 0 };
  /** @type {import("./lane_layout.js").LaneLayout} */
  #layout = { rows: [], height: 0, seen: 0 };
  width = 0;
  isTape = false;
  /** @type {number | null} */
  hoverUs = null;
  /** @type {number | null} */
  inUs = null;
  /** @type {number | null} */
  outUs = null;
  /** @type {{at_us: number, length_us: number} | null} */
  frame = null;

  /**
   * @param {HTMLElement} root
   * @param {import("./timeline_data.js").TimelineData} data
   * @param {number} at_us
   * @param {AbortSignal} signal of its owner
   */
  constructor(root, data, at_us, signal) {
    super();
    this.signal = signal;
    this.root = root;
    this.data = data;
    this.playheadUs = at_us;
    this.plot = part("[data-plot]", HTMLElement, root);
    this.picture = new TimelinePicture(
      part("[data-canvas]", HTMLCanvasElement, root),
      part("[data-labels]", HTMLElement, root),
    );
    this.gutter = new LaneGutter(root);
    this.overview = new OverviewStrip(
      part("[data-overview]", HTMLElement, root),
      root.querySelector("[data-overview-days]"),
      signal,
    );
    this.table = new SpanTable(root, this);
    this.hoverPicture = new HoverPicture(this, data);
    this.gestures = new TimelineGestures(this.plot, this);
    this.date = part("[data-gutter-date]", HTMLElement, root);
    this.stale = part("[data-stale]", HTMLElement, root);
    const day = dayOf(at_us);
    this.view = { from_us: dayStartUs(day), to_us: dayStartUs(dayPlus(day, 1)) };
    this.#listen();
    this.#measure();
    this.setView(this.isTape ? centred(at_us, HOUR_US / 2) : this.view);
    this.#describe();
  }

  #listen() {
    const { data, gutter, overview, plot, signal } = this;
    data.on("change", () => this.plan(), signal);
    gutter.on("focus", (id) => this.emit("focus", id));
    gutter.on("scroll", () => this.plan());
    overview.on("pan", (at) => this.setView(centred(at, spanOf(this.view))));
    overview.on("seek", (at) => {
      this.setView(centred(at, spanOf(this.view)));
      this.emit("seek", at);
    });
    plot.addEventListener("keydown", (event) => this.#onKey(event));
    plot.addEventListener("focus", () => this.#describe());
    new ResizeObserver(() => this.#measure()).observe(plot);
    addEventListener("resize", () => this.#measure(), { signal });
    const onSecond = () => {
      this.#showAge();
      // The present moves on.
      if (this.view.to_us > nowUs()) this.plan();
    };
    every(1000, onSecond, signal);
  }

  /** @param {readonly CameraFacts[]} cameras @param {number} focusedId */
  setLanes(cameras, focusedId) {
    this.#cameras = cameras;
    this.#focusedId = focusedId;
    this.data.setCameras(cameras);
    this.gutter.show(cameras, focusedId);
    const focused = cameras.find((camera) => camera.id === focusedId);
    if (focused) this.overview.setCamera(focused);
    this.#lay();
    this.gutter.scrollTo(scrollToFocus(this.#layout, this.gutter.scroll));
    this.data.want(this.view, this.width || HIDDEN_WIDTH);
    this.#describe();
  }

  get cameras() {
    return this.#cameras;
  }

  get focusedId() {
    return this.#focusedId;
  }

  /** Sizes come from the style sheet: a phone's tape is another timeline than a desk's. */
  #measure() {
    const style = getComputedStyle(this.plot);
    const px = (/** @type {string} */ name) => parseFloat(style.getPropertyValue(name)) || 0;
    const wasTape = this.isTape;
    this.#heights = { ruler: px("--tl-ruler"), focus: px("--tl-focus"), row: px("--tl-row"), thin: px("--tl-thin") };
    this.isTape = px("--tl-tape") === 1;
    this.#lay();
    this.picture.fit();
    const width = this.plot.clientWidth;
    if (width === this.width && wasTape === this.isTape) return;
    this.width = width;
    this.setView(this.view);
  }

  #lay() {
    this.#layout = layLanes(
      this.#cameras.map((camera) => camera.id),
      this.#focusedId,
      this.#heights,
      window.innerHeight,
    );
    const { seen, rows } = this.#layout;
    this.root.style.setProperty("--tl-lanes", `${rows.length > 0 ? seen : this.#heights.focus}px`);
    this.plan();
  }

  /** @param {View} view */
  setView(view) {
    const now = nowUs();
    const known = this.#cameras.map((camera) => camera.oldest_us ?? now);
    const oldest = known.length > 0 ? Math.min(this.playheadUs, now - DAY_US, ...known) : 0;
    this.view = this.isTape
      ? centred(this.playheadUs, spanOf(view))
      : kept(view, oldest, Math.max(now, this.playheadUs));
    this.data.want(this.view, this.width || HIDDEN_WIDTH);
    this.overview.setSeen(this.view);
    // Exact values for tests and other tools.
    Object.assign(this.plot.dataset, { fromUs: this.view.from_us, toUs: this.view.to_us });
    const date = dateShort(clamp(this.view.from_us, 0, now));
    if (this.date.textContent !== date) this.date.textContent = date;
    this.emit("view");
    this.plan();
  }

  /** Show a whole local day. @param {string} day */
  showDay(day) {
    this.setView({ from_us: dayStartUs(day), to_us: dayStartUs(dayPlus(day, 1)) });
  }

  /** Show so much time round an instant, and little of what lies ahead. @param {number} us @param {number} span_us */
  show(us, span_us) {
    this.setView(settled(centred(us, clamp(span_us, NARROWEST_US, WIDEST_US)), nowUs(), us));
  }

  /** @param {1 | -1} direction 1 sees more time */
  zoom(direction) {
    const span = spanOf(this.view);
    const around = this.#sees(this.playheadUs) ? this.playheadUs : this.view.from_us + span / 2;
    this.setView(settled(zoomed(this.view, nextZoom(span, direction) / span, around), nowUs(), around));
  }

  /** Zoom to the hour round an instant; again: back to where that was done. @param {number} us */
  toggleHour(us) {
    const back = this.#back;
    this.#back = null;
    if (back && Math.abs(spanOf(this.view) - HOUR_US) < SECOND_US && back.to.from_us === this.view.from_us) {
      this.setView(back.view);
      return;
    }
    const before = this.view;
    this.show(us, HOUR_US);
    this.#back = { view: before, to: this.view };
  }

  /** @param {number} us */
  #sees(us) {
    return us >= this.view.from_us && us <= this.view.to_us;
  }

  /**
   * Move the playhead. The view follows where it runs out of sight or was sent elsewhere, but not when people look elsewhere.
   * @param {number} us
   */
  setPlayhead(us) {
    if (this.gestures.isScrubbing) return;
    const before = this.playheadUs;
    const wasSeen = this.#sees(before);
    this.playheadUs = us;
    const isJump = Math.abs(us - before) > JUMP_US;
    if (this.isTape) this.setView(this.view);
    else if (!this.#sees(us) && (wasSeen || isJump) && !this.gestures.isHeld) this.#follow(us);
    if (isJump) this.#describe();
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#onRest(), REST_MS);
    const x = Math.round(xOf(this.view, this.width, us) * 2);
    const second = Math.floor(us / SECOND_US);
    if (x === this.#drawnHead.x && second === this.#drawnHead.second) return;
    this.#drawnHead = { x, second };
    this.plan();
  }

  /** @param {number} us */
  #follow(us) {
    const span = spanOf(this.view);
    const isWholeDay = this.view.from_us === dayStartUs(dayOf(this.view.from_us)) && Math.abs(span - DAY_US) <= HOUR_US;
    if (isWholeDay) this.showDay(dayOf(us));
    else if (us > nowUs() - LIVE_US) this.setView(panned(this.view, us - (this.view.from_us + span * 0.8)));
    else if (us > this.view.to_us && us < this.view.to_us + span) this.setView(panned(this.view, span * 0.9));
    else this.setView(panned(this.view, us - span / 2 - this.view.from_us));
  }

  /** It stands, or was sent somewhere: say where, and know what is round it. */
  #onRest() {
    this.#describe();
    this.hoverPicture.follow();
    void this.data.attend(this.playheadUs);
  }

  /** @param {number | null} in_us @param {number | null} out_us */
  setMarks(in_us, out_us) {
    this.inUs = in_us;
    this.outUs = out_us;
    this.plan();
  }

  /** The frame on screen, for its ticks; null: unknown. @param {{at_us: number, length_us: number} | null} frame */
  setFrame(frame) {
    this.frame = frame && frame.length_us > 0 ? frame : null;
    if (spanOf(this.view) < 10 * SECOND_US) this.plan();
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
    if (this.width === 0) return;
    const { view, isTape, frame } = this;
    this.root.dataset["fromUs"] = String(view.from_us);
    this.root.dataset["toUs"] = String(view.to_us);
    const isUnfinished = this.picture.draw(
      {
        view,
        layout: this.#layout,
        scroll: this.gutter.scroll,
        heights: this.#heights,
        now_us: nowUs(),
        playhead_us: this.playheadUs,
        frame,
        hover_us: this.hoverUs,
        in_us: this.inUs,
        out_us: this.outUs,
        isTape,
      },
      this.data,
      this.#layout.rows.map((row) => this.#cameras.find((camera) => camera.id === row.camera_id)?.number ?? 0),
    );
    this.table.plan();
    if (isUnfinished) this.plan();
  }

  #showAge() {
    const age = this.data.hasFailed ? this.data.ageSeconds : null;
    const words = !this.data.hasFailed
      ? ""
      : age === null
        ? text("timeline.no_data")
        : text("timeline.old_data", { n: age });
    if (this.stale.textContent !== words) this.stale.textContent = words;
    this.stale.hidden = words === "";
  }

  /** What a screen reader says: the moment, and whether there is footage. */
  #describe() {
    const { plot, playheadUs } = this;
    plot.dataset["playheadUs"] = String(playheadUs);
    plot.setAttribute("aria-valuemax", String(DAY_US / SECOND_US));
    plot.setAttribute("aria-valuenow", String(Math.round((playheadUs - dayStartUs(dayOf(playheadUs))) / SECOND_US)));
    const words = spokenTime(playheadUs, this.data.hasFootage(this.#focusedId, playheadUs));
    if (plot.getAttribute("aria-valuetext") !== words) plot.setAttribute("aria-valuetext", words);
  }

  // What gestures may do.

  /** @param {number} x @param {number} y @returns {import("./timeline_gestures.js").Grip} */
  gripAt(x, y) {
    for (const [kind, mark] of /** @type {["in" | "out", number | null][]} */ ([
      ["in", this.inUs],
      ["out", this.outUs],
    ])) {
      if (
        mark !== null &&
        Math.abs(xOf(this.view, this.width, mark) - x) <= EDGE_GRIP_PX &&
        y < this.#heights.ruler + this.#layout.seen
      )
        return kind;
    }
    const isLane = y >= this.#heights.ruler && y < this.#heights.ruler + this.#layout.seen;
    return isLane || this.isTape ? "scrub" : "pan";
  }

  /** @param {number} us */
  scrub(us) {
    this.#scrub ??= { us: this.playheadUs, view: this.view };
    this.playheadUs = us;
    if (this.isTape) this.setView(this.view);
    this.emit("scrub", us);
    this.plan();
  }

  /** @param {number} us */
  seek(us) {
    this.#scrub = null;
    this.emit("seek", us);
  }

  cancelScrub() {
    const scrub = this.#scrub;
    this.#scrub = null;
    if (!scrub) return;
    this.playheadUs = scrub.us;
    this.setView(scrub.view);
    this.emit("scrub-cancel");
  }

  /** @param {"in" | "out"} end @param {number} us */
  moveEnd(end, us) {
    this.#ends ??= { in_us: this.inUs, out_us: this.outUs };
    const other = end === "in" ? this.#ends.out_us : this.#ends.in_us;
    const isBefore = other === null ? end === "in" : us <= other;
    this.emit("marks", isBefore ? { in_us: us, out_us: other } : { in_us: other, out_us: us });
  }

  cancelEnd() {
    if (this.#ends) this.emit("marks", this.#ends);
    this.#ends = null;
  }

  dropEnd() {
    this.#ends = null;
  }

  /** The bookmark whose flag or title lies there. @param {number} x @param {number} y @returns {import("./timeline_data.js").Bookmark | null} */
  markAt(x, y) {
    const top = this.#heights.ruler + this.#layout.seen + this.#heights.thin;
    if (this.#heights.thin === 0 || y < top || y >= top + this.#heights.thin) return null;
    const near = this.data.bookmarks.filter((mark) => {
      const left = xOf(this.view, this.width, mark.start_us) - SHAPE_PX / 2;
      return x >= left && x <= Math.max(left + SHAPE_PX, xOf(this.view, this.width, mark.end_us));
    });
    return near.at(-1) ?? null;
  }

  /** @param {number} x @param {number} y @returns {boolean} */
  openMarkAt(x, y) {
    const mark = this.markAt(x, y);
    if (mark) this.emit("bookmark", mark);
    return mark !== null;
  }

  /** @param {number} us */
  wishBookmark(us) {
    this.emit("bookmark-wish", us);
  }

  /** @param {number | null} x null: the pointer has left @param {number} y */
  hover(x, y) {
    const us = x === null ? null : Math.round(this.view.from_us + (x / this.width) * spanOf(this.view));
    if (us === null && this.hoverUs === null) return;
    this.hoverUs = us;
    const lane = laneAt(this.#layout, y - this.#heights.ruler + this.gutter.scroll);
    const isLane = y >= this.#heights.ruler && y < this.#heights.ruler + this.#layout.seen;
    const mark = x === null ? null : this.markAt(x, y);
    this.emit(
      "hover",
      us === null ? null : { us, camera_id: isLane && lane ? lane.camera_id : this.#focusedId, bookmark: mark },
    );
    this.plan();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const at = instantOfKey(event, this.playheadUs, nowUs());
    const zoom = zoomOfKey(event.key);
    if (at === null && zoom === null && event.key !== "0") return;
    event.preventDefault();
    event.stopPropagation();
    if (at !== null) this.seek(at);
    else if (zoom !== null) this.zoom(zoom);
    else this.showDay(dayOf(this.playheadUs));
  }
}
