/**
 * What pointers, wheels, fingers and keys do on the timeline: seek, scrub, pan, zoom, move the ends of the selection.
 * @module
 */

import { clamp, edgePace, panned, pinched, spanOf, timeAt, zoomed } from "./timeline_model.js";
import { dayOf, dayPlus, dayStartUs, MINUTE_US, nowUs, SECOND_US } from "../page/site_time.js";

const CLICK_PX = 4;
const LONG_PRESS_MS = 600;
const LINE_PX = 16;

/**
 * @typedef {import("./timeline_model.js").View} View
 * @typedef {"scrub" | "pan" | "in" | "out"} Grip
 * @typedef {object} Held what the timeline lets gestures do
 * @property {View} view
 * @property {number} width
 * @property {boolean} isTape the playhead stands still and the tape moves
 * @property {number} playheadUs
 * @property {AbortSignal} signal
 * @property {(view: View) => void} setView
 * @property {(x: number, y: number) => Grip} gripAt
 * @property {(us: number) => void} scrub
 * @property {(us: number) => void} seek
 * @property {() => void} cancelScrub
 * @property {(end: "in" | "out", us: number) => void} moveEnd
 * @property {() => void} cancelEnd
 * @property {() => void} dropEnd
 * @property {(x: number, y: number) => boolean} openMarkAt whether a bookmark lies there
 * @property {(us: number) => void} wishBookmark
 * @property {(us: number) => void} toggleHour
 * @property {(x: number | null, y: number) => void} hover
 * @typedef {{kind: Grip, id: number, x: number, y: number, lastX: number, view: View, head_us: number, hasMoved: boolean}} Drag
 */

export class TimelineGestures {
  /** @type {Drag | null} */
  #drag = null;
  /** @type {Map<number, number>} */
  #fingers = new Map();
  /** @type {{view: View, began: [number, number]} | null} */
  #pinch = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #press;
  #panned = 0;

  /**
   * @param {HTMLElement} plot
   * @param {Held} held
   */
  constructor(plot, held) {
    this.plot = plot;
    this.held = held;
    plot.addEventListener("pointerdown", (event) => this.#onDown(event));
    plot.addEventListener("pointermove", (event) => this.#onMove(event));
    plot.addEventListener("pointerup", (event) => this.#onUp(event, true));
    plot.addEventListener("pointercancel", (event) => this.#onUp(event, false));
    plot.addEventListener("pointerleave", () => held.hover(null, 0));
    plot.addEventListener("dblclick", (event) => {
      if (!held.isTape && !this.#isOnEnd(event)) held.toggleHour(timeAt(held.view, held.width, this.#at(event)[0]));
    });
    plot.addEventListener("wheel", (event) => this.#onWheel(event), { passive: false });
    // Before other parts of the page take Escape for themselves.
    document.addEventListener(
      "keydown",
      (event) => {
        if (event.key === "Escape" && this.#cancel()) event.stopPropagation();
      },
      { capture: true, signal: held.signal },
    );
  }

  /** Whether the view or the playhead is in somebody's hand. */
  get isHeld() {
    return this.#pinch !== null || this.#drag?.hasMoved === true;
  }

  get isScrubbing() {
    return this.#drag?.kind === "scrub" && this.#drag.hasMoved;
  }

  /** @param {MouseEvent} event @returns {[number, number]} pixels in the plot */
  #at(event) {
    const box = this.plot.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /** @param {MouseEvent} event */
  #isOnEnd(event) {
    const grip = this.held.gripAt(...this.#at(event));
    return grip === "in" || grip === "out";
  }

  /** @param {PointerEvent} event */
  #onDown(event) {
    if (event.button !== 0 && event.button !== 1) return;
    const [x, y] = this.#at(event);
    this.plot.setPointerCapture(event.pointerId);
    this.#fingers.set(event.pointerId, x);
    if (this.#fingers.size === 2) {
      this.#cancel();
      this.#pinch = { view: this.held.view, began: this.#twoFingers() };
      return;
    }
    const { held } = this;
    const kind = event.button === 1 ? "pan" : held.gripAt(x, y);
    this.#drag = {
      kind,
      id: event.pointerId,
      x,
      y,
      lastX: x,
      view: held.view,
      head_us: held.playheadUs,
      hasMoved: false,
    };
    if (event.button === 1) event.preventDefault();
    if (event.pointerType === "touch" && kind === "scrub")
      this.#press = setTimeout(() => this.#onLongPress(x), LONG_PRESS_MS);
  }

  /** @param {PointerEvent} event */
  #onMove(event) {
    const [x, y] = this.#at(event);
    if (this.#fingers.has(event.pointerId)) this.#fingers.set(event.pointerId, x);
    if (this.#pinch && this.#fingers.size >= 2) this.#onPinch(this.#pinch);
    else if (this.#drag?.id === event.pointerId) this.#onDrag(this.#drag, x);
    else if (event.pointerType === "mouse") {
      const grip = this.held.gripAt(x, y);
      this.plot.dataset["cursor"] = grip === "pan" ? "pan" : grip === "scrub" ? "" : "edge";
      this.held.hover(x, y);
    }
  }

  /** @param {PointerEvent} event @param {boolean} isMeant */
  #onUp(event, isMeant) {
    clearTimeout(this.#press);
    this.#fingers.delete(event.pointerId);
    if (this.#fingers.size < 2) this.#pinch = null;
    const drag = this.#drag;
    if (!drag || drag.id !== event.pointerId) return;
    const { held } = this;
    if (!isMeant) {
      this.#cancel();
      return;
    }
    this.#drag = null;
    const [x, y] = this.#at(event);
    if (drag.kind === "scrub" && drag.hasMoved) held.seek(held.playheadUs);
    else if (drag.kind === "in" || drag.kind === "out") held.dropEnd();
    else if (!drag.hasMoved && event.button === 0 && !held.openMarkAt(x, y)) {
      held.seek(clamp(timeAt(held.view, held.width, x), 0, nowUs()));
    }
  }

  /** Give up what is being dragged. @returns {boolean} whether anything was */
  #cancel() {
    clearTimeout(this.#press);
    const drag = this.#drag;
    this.#drag = null;
    if (!drag?.hasMoved) return false;
    if (drag.kind === "scrub") this.held.cancelScrub();
    else if (drag.kind === "pan") this.held.setView(drag.view);
    else this.held.cancelEnd();
    return true;
  }

  /** @param {Drag} drag @param {number} x */
  #onDrag(drag, x) {
    if (!drag.hasMoved && Math.abs(x - drag.x) < CLICK_PX) return;
    clearTimeout(this.#press);
    if (!drag.hasMoved) {
      drag.hasMoved = true;
      this.held.hover(null, 0);
      if (drag.kind !== "pan" && !this.held.isTape) this.#watchEdges(drag);
    }
    drag.lastX = x;
    this.#follow(drag);
  }

  /** @param {Drag} drag */
  #follow(drag) {
    const { held } = this;
    const by = ((drag.x - drag.lastX) / held.width) * spanOf(drag.view);
    if (drag.kind === "pan") held.setView(panned(drag.view, by));
    else if (drag.kind === "scrub" && held.isTape) held.scrub(clamp(Math.round(drag.head_us + by), 0, nowUs()));
    else {
      const at = clamp(timeAt(held.view, held.width, clamp(drag.lastX, 0, held.width)), 0, nowUs());
      if (drag.kind === "scrub") held.scrub(at);
      else held.moveEnd(drag.kind, at);
    }
  }

  /** While something is dragged near an edge the view runs that way. @param {Drag} drag */
  #watchEdges(drag) {
    this.#panned = performance.now();
    const onRefresh = () => {
      if (this.#drag !== drag) return;
      const { held } = this;
      const passed = performance.now() - this.#panned;
      this.#panned += passed;
      const pace = edgePace(drag.lastX, held.width);
      if (pace !== 0) {
        held.setView(panned(held.view, (pace * spanOf(held.view) * passed) / 1000));
        this.#follow(drag);
      }
      requestAnimationFrame(onRefresh);
    };
    requestAnimationFrame(onRefresh);
  }

  /** @param {number} x */
  #onLongPress(x) {
    if (!this.#drag || this.#drag.hasMoved) return;
    this.#drag = null;
    const { held } = this;
    held.wishBookmark(clamp(timeAt(held.view, held.width, x), 0, nowUs()));
  }

  /** @returns {[number, number]} */
  #twoFingers() {
    const [a = 0, b = 0] = [...this.#fingers.values()];
    return [a, b];
  }

  /** @param {{view: View, began: [number, number]}} pinch */
  #onPinch(pinch) {
    this.held.setView(pinched(pinch.view, this.held.width, pinch.began, this.#twoFingers()));
  }

  /** @param {WheelEvent} event */
  #onWheel(event) {
    event.preventDefault();
    const { held } = this;
    const unit =
      event.deltaMode === WheelEvent.DOM_DELTA_LINE
        ? LINE_PX
        : event.deltaMode === WheelEvent.DOM_DELTA_PAGE
          ? held.width
          : 1;
    const sideways = (event.shiftKey ? event.deltaX || event.deltaY : event.deltaX) * unit;
    const upwards = event.shiftKey ? 0 : event.deltaY * unit;
    if (Math.abs(sideways) > Math.abs(upwards)) {
      if (!held.isTape) held.setView(panned(held.view, (sideways / held.width) * spanOf(held.view)));
      return;
    }
    // Two fingers on a pad arrive as a wheel with Ctrl, in finer steps.
    const factor = (event.ctrlKey ? 1.01 : 1.0018) ** clamp(upwards, -240, 240);
    held.setView(
      zoomed(held.view, factor, held.isTape ? held.playheadUs : timeAt(held.view, held.width, this.#at(event)[0])),
    );
  }
}

/**
 * The instant to which one of the slider's keys leads.
 * @param {{key: string, shiftKey: boolean}} event
 * @param {number} at_us
 * @param {number} now_us
 * @returns {number | null} null for a key that leads nowhere
 */
export function instantOfKey({ key, shiftKey }, at_us, now_us) {
  const small = shiftKey ? MINUTE_US : 5 * SECOND_US;
  /** @type {Record<string, () => number>} */
  const moves = {
    ArrowLeft: () => at_us - small,
    ArrowDown: () => at_us - small,
    ArrowRight: () => at_us + small,
    ArrowUp: () => at_us + small,
    PageUp: () => at_us + 10 * MINUTE_US,
    PageDown: () => at_us - 10 * MINUTE_US,
    Home: () => dayStartUs(dayOf(at_us)),
    End: () => dayStartUs(dayPlus(dayOf(at_us), 1)) - SECOND_US,
  };
  const move = moves[key];
  return move ? clamp(Math.round(move()), 0, now_us) : null;
}

/** Which way a key zooms. @param {string} key @returns {1 | -1 | null} 1 sees more time */
export function zoomOfKey(key) {
  return key === "-" || key === "_" ? 1 : key === "+" || key === "=" ? -1 : null;
}
