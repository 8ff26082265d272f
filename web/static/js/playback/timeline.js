/**
 * The timeline as a control: a slider for keyboards and screen readers, a tape for pointers and fingers.
 *
 * Fires `seek` (detail: instant), `scrub` (detail: instant, while dragging), `marks` (detail: {in_us, out_us}) and `view`.
 * @module
 */

import { pageData, text } from "../page_data.js";
import { centred, clamp, nextZoom, panned, spanOf, timeAt, xOf, zoomed } from "./timeline_model.js";
import { openCanvas, paint, palette } from "./timeline_paint.js";
import { labelTimeline } from "./timeline_labels.js";
import { clock, dateLong, DAY_US, dayOf, dayPlus, dayStartUs, HOUR_US, MINUTE_US, nowUs, SECOND_US } from "../site_time.js";

const EDGE_GRIP_PX = 7;
const CLICK_PX = 4;
const CENTRED_BELOW_PX = 600;

/** @typedef {{kind: "scrub" | "pan" | "in" | "out", startX: number, startView: import("./timeline_model.js").View, startUs: number, hasMoved: boolean}} Drag */

export class Timeline extends EventTarget {
  /** @type {Drag | null} */
  #drag = null;
  /** @type {Map<number, number>} */
  #fingers = new Map();
  #pinch = 0;
  #isPlanned = false;
  #colour = palette();

  /**
   * @param {HTMLElement} plot
   * @param {import("./timeline_data.js").TimelineData} data
   * @param {number} at_us
   */
  constructor(plot, data, at_us) {
    super();
    this.plot = plot;
    this.data = data;
    this.canvas = /** @type {HTMLCanvasElement} */ (plot.querySelector("canvas"));
    this.labels = /** @type {HTMLElement} */ (plot.querySelector("[data-labels]"));
    this.playheadUs = at_us;
    /** @type {number | null} */
    this.hoverUs = null;
    /** @type {number | null} */
    this.inUs = null;
    /** @type {number | null} */
    this.outUs = null;
    const day = dayOf(at_us);
    this.view = this.isCentred ? centred(at_us, HOUR_US / 2) : { from_us: dayStartUs(day), to_us: dayStartUs(dayPlus(day, 1)) };
    data.addEventListener("change", () => this.plan());
    new ResizeObserver(() => this.plan()).observe(plot);
    this.#watchPointer();
    plot.addEventListener("wheel", (event) => this.#onWheel(event), { passive: false });
    plot.addEventListener("keydown", (event) => this.#onKey(event));
    this.setView(this.view);
    setInterval(() => { if (this.view.to_us > nowUs()) this.plan(); }, 1000);
  }

  get width() { return this.plot.clientWidth; }

  /** On narrow screens the playhead stands still in the middle and the tape moves. */
  get isCentred() { return window.innerWidth < CENTRED_BELOW_PX; }

  /** @param {import("./timeline_model.js").View} view */
  setView(view) {
    this.view = this.isCentred ? centred(this.playheadUs, spanOf(view)) : view;
    this.data.want(this.view);
    this.dispatchEvent(new Event("view"));
    this.plan();
  }

  /** Show a whole local day. @param {string} day */
  showDay(day) {
    this.setView({ from_us: dayStartUs(day), to_us: dayStartUs(dayPlus(day, 1)) });
  }

  /** @param {1 | -1} direction 1 sees more time */
  zoom(direction) {
    const span = spanOf(this.view);
    const around = this.playheadUs >= this.view.from_us && this.playheadUs <= this.view.to_us ? this.playheadUs : this.view.from_us + span / 2;
    this.setView(zoomed(this.view, nextZoom(span, direction) / span, around));
  }

  /** Move the playhead; the view follows when it runs out of sight. @param {number} us */
  setPlayhead(us) {
    this.playheadUs = us;
    if (this.#drag?.kind === "scrub" && this.#drag.hasMoved) return;
    const span = spanOf(this.view);
    if (this.isCentred) this.setView(this.view);
    else if (us > this.view.to_us || us < this.view.from_us) {
      if (this.view.from_us === dayStartUs(dayOf(this.view.from_us)) && Math.abs(span - DAY_US) <= HOUR_US) {
        this.showDay(dayOf(us));
        return;
      }
      const by = us > this.view.to_us && us < this.view.to_us + span ? span * 0.9 : us - span / 2 - this.view.from_us;
      this.setView(panned(this.view, by));
    } else this.plan();
  }

  /** @param {number | null} in_us @param {number | null} out_us */
  setMarks(in_us, out_us) {
    this.inUs = in_us;
    this.outUs = out_us;
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
    const style = getComputedStyle(this.plot);
    const row = (/** @type {string} */ name) => parseFloat(style.getPropertyValue(name));
    const rows = { ruler: row("--tl-ruler"), lane: row("--tl-focus"), thin: row("--tl-thin") };
    const scene = {
      view: this.view, facts: this.data.facts, now_us: nowUs(), playhead_us: this.playheadUs, hover_us: this.hoverUs,
      in_us: this.inUs, out_us: this.outUs, isCentred: this.isCentred,
    };
    paint(opened.g, scene, opened.width, rows, this.#colour);
    labelTimeline(this.labels, scene, opened.width, rows);
    this.#describe();
  }

  /** What a screen reader says: the moment, and whether there is footage. */
  #describe() {
    const start = dayStartUs(dayOf(this.playheadUs));
    this.plot.setAttribute("aria-valuemax", String(DAY_US / SECOND_US));
    this.plot.setAttribute("aria-valuenow", String(Math.round((this.playheadUs - start) / SECOND_US)));
    const there = this.data.hasFootage(this.playheadUs);
    const fact = there === null ? "" : text(there ? "player.has_footage" : "player.no_footage");
    const words = `${dateLong(this.playheadUs)} ${clock(this.playheadUs)} ${pageData.zone_label}${fact ? `, ${fact}` : ""}`;
    if (this.plot.getAttribute("aria-valuetext") !== words) this.plot.setAttribute("aria-valuetext", words);
  }

  /** @param {string} kind @param {unknown} detail */
  #tell(kind, detail) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }

  /** @param {PointerEvent} event @returns {number} */
  #x(event) {
    return event.clientX - this.plot.getBoundingClientRect().left;
  }

  /** What a press at a place takes hold of. @param {number} x @param {number} y @returns {Drag["kind"]} */
  #grip(x, y) {
    for (const [kind, mark] of /** @type {["in" | "out", number | null][]} */ ([["in", this.inUs], ["out", this.outUs]])) {
      if (mark !== null && Math.abs(xOf(this.view, this.width, mark) - x) <= EDGE_GRIP_PX) return kind;
    }
    return y < parseFloat(getComputedStyle(this.plot).getPropertyValue("--tl-ruler")) && !this.isCentred ? "pan" : "scrub";
  }

  #watchPointer() {
    const { plot } = this;
    plot.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      plot.setPointerCapture(event.pointerId);
      this.#fingers.set(event.pointerId, this.#x(event));
      if (this.#fingers.size === 2) {
        this.#drag = null;
        this.#pinch = this.#spread();
        return;
      }
      const x = this.#x(event);
      this.#drag = { kind: this.#grip(x, event.offsetY), startX: x, startView: this.view, startUs: this.playheadUs, hasMoved: false };
    });
    plot.addEventListener("pointermove", (event) => {
      const x = this.#x(event);
      if (this.#fingers.has(event.pointerId)) this.#fingers.set(event.pointerId, x);
      if (this.#fingers.size === 2) this.#onPinch();
      else if (this.#drag) this.#onDrag(x);
      else this.#onHover(x, event.offsetY, event.pointerType);
    });
    plot.addEventListener("pointerup", (event) => this.#release(event, true));
    plot.addEventListener("pointercancel", (event) => this.#release(event, false));
    plot.addEventListener("pointerleave", () => this.#setHover(null));
    plot.addEventListener("dblclick", (event) => {
      if (!this.isCentred) this.setView(centred(timeAt(this.view, this.width, event.offsetX), HOUR_US));
    });
  }

  /** @param {PointerEvent} event @param {boolean} isMeant */
  #release(event, isMeant) {
    this.#fingers.delete(event.pointerId);
    const drag = this.#drag;
    this.#drag = null;
    if (!drag) return;
    if (drag.kind === "scrub" && !isMeant && drag.hasMoved) this.#tell("seek", drag.startUs);
    else if (drag.kind === "scrub" && isMeant) {
      const to = drag.hasMoved ? this.playheadUs : timeAt(this.view, this.width, this.#x(event));
      this.#tell("seek", clamp(to, 0, nowUs()));
    }
  }

  /** @param {number} x */
  #onDrag(x) {
    const drag = /** @type {Drag} */ (this.#drag);
    if (!drag.hasMoved && Math.abs(x - drag.startX) < CLICK_PX) return;
    drag.hasMoved = true;
    this.#setHover(null);
    const by = ((drag.startX - x) / this.width) * spanOf(drag.startView);
    if (drag.kind === "pan") this.setView(panned(drag.startView, by));
    else if (drag.kind === "scrub") {
      this.playheadUs = clamp(this.isCentred ? drag.startUs + by : timeAt(this.view, this.width, clamp(x, 0, this.width)), 0, nowUs());
      if (this.isCentred) this.setView(this.view);
      this.#tell("scrub", Math.round(this.playheadUs));
      this.plan();
    } else {
      const at = clamp(timeAt(this.view, this.width, clamp(x, 0, this.width)), 0, nowUs());
      const [in_us, out_us] = drag.kind === "in" ? [at, this.outUs] : [this.inUs, at];
      this.#tell("marks", in_us !== null && out_us !== null && in_us > out_us ? { in_us: out_us, out_us: in_us } : { in_us, out_us });
    }
  }

  /** @returns {number} */
  #spread() {
    const [a = 0, b = 0] = [...this.#fingers.values()];
    return Math.max(20, Math.abs(a - b));
  }

  #onPinch() {
    const now = this.#spread();
    const [a = 0, b = 0] = [...this.#fingers.values()];
    this.setView(zoomed(this.view, this.#pinch / now, timeAt(this.view, this.width, (a + b) / 2)));
    this.#pinch = now;
  }

  /** @param {number} x @param {number} y @param {string} pointer */
  #onHover(x, y, pointer) {
    const kind = this.#grip(x, y);
    this.plot.dataset["cursor"] = kind === "pan" ? "pan" : kind === "scrub" ? "" : "edge";
    this.#setHover(pointer === "mouse" ? timeAt(this.view, this.width, x) : null);
  }

  /** @param {number | null} us */
  #setHover(us) {
    if (us === this.hoverUs) return;
    this.hoverUs = us;
    this.#tell("hover", us);
    this.plan();
  }

  /** @param {WheelEvent} event */
  #onWheel(event) {
    event.preventDefault();
    const sideways = event.shiftKey ? event.deltaY : event.deltaX;
    if (Math.abs(sideways) > (event.shiftKey ? 0 : Math.abs(event.deltaY))) {
      if (!this.isCentred) this.setView(panned(this.view, (sideways / this.width) * spanOf(this.view)));
      return;
    }
    const x = event.clientX - this.plot.getBoundingClientRect().left;
    this.setView(zoomed(this.view, 1.0018 ** clamp(event.deltaY, -240, 240), timeAt(this.view, this.width, x)));
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const small = event.shiftKey ? MINUTE_US : 5 * SECOND_US;
    /** @type {Record<string, () => number>} */
    const moves = {
      ArrowLeft: () => this.playheadUs - small, ArrowDown: () => this.playheadUs - small,
      ArrowRight: () => this.playheadUs + small, ArrowUp: () => this.playheadUs + small,
      PageUp: () => this.playheadUs + 10 * MINUTE_US, PageDown: () => this.playheadUs - 10 * MINUTE_US,
      Home: () => dayStartUs(dayOf(this.playheadUs)),
      End: () => Math.min(nowUs(), dayStartUs(dayPlus(dayOf(this.playheadUs), 1)) - SECOND_US),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    this.#tell("seek", clamp(move(), 0, nowUs()));
  }
}
