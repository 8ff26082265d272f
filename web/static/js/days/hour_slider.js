/**
 * The hours of one day as a slider: what is recorded, the playhead as its knob, and pictures while it is dragged.
 * @module
 */

import { isAborted, json } from "../page/api.js";
import { barsOf, coveredUs, spansOfCells } from "./day_bars.js";
import { Emitter } from "../page/emitter.js";
import { every } from "../page/every.js";
import { pageData, part, text } from "../page/page_data.js";
import {
  clock,
  dateLong,
  dayOf,
  dayPlus,
  dayStartUs,
  duration,
  HOUR_US,
  MINUTE_US,
  nowUs,
  rfc3339,
  SECOND_US,
} from "../page/site_time.js";

const REFRESH_MS = 20_000;
const RETRY_MS = [2_000, 4_000, 8_000, 15_000, 30_000];
/** The playhead rests when it has not moved for this long. */
const REST_MS = 350;
/** What moved further at once was sent there. */
const JUMP_US = 30 * SECOND_US;

/** @typedef {import("./day_bars.js").Range} Range */

/** Emits instants: `scrub` while dragging, `seek` at its end. @extends {Emitter<{scrub: number, "scrub-cancel": undefined, seek: number}>} */
export class HourSlider extends Emitter {
  #cameraId = 0;
  #day = "";
  #us = 0;
  /** @type {readonly Range[] | null} */
  #spans = null;
  /** @type {AbortController | null} */
  #running = null;
  #failures = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #rest;
  /** Where the pointer is while it drags. @type {number | null} */
  #dragged = null;

  /** @param {AbortSignal} signal of its owner */
  constructor(signal) {
    super();
    this.box = part("[data-hours]", HTMLElement);
    this.rail = part("[data-hour-rail]", HTMLElement, this.box);
    this.bars = part("[data-hour-bars]", SVGPathElement, this.box);
    this.knob = part("[data-hour-knob]", HTMLElement, this.box);
    this.future = part("[data-hour-future]", HTMLElement, this.box);
    this.sum = part("[data-hour-sum]", HTMLElement, this.box);
    this.rail.addEventListener("keydown", (event) => this.#onKey(event));
    this.rail.addEventListener("focus", () => this.#describe());
    this.#watchPointer();
    new ResizeObserver(() => this.#draw()).observe(this.rail);
    const refresh = () => {
      if (this.#isShown && this.#day === dayOf(nowUs())) void this.#fetch();
    };
    every(REFRESH_MS, refresh, signal);
    signal.addEventListener("abort", () => this.#cancel());
  }

  /** @param {number} cameraId */
  setCamera(cameraId) {
    if (cameraId === this.#cameraId) return;
    this.#cameraId = cameraId;
    this.#forget();
  }

  /** Follow the playhead. @param {number} us */
  show(us) {
    const isJump = Math.abs(us - this.#us) > JUMP_US;
    this.#us = us;
    const day = dayOf(us);
    if (day !== this.#day) {
      this.#day = day;
      this.#forget();
    }
    if (this.#isShown && this.#spans === null && this.#running === null && this.#retry === undefined)
      void this.#fetch();
    this.#place();
    if (isJump) this.#describe();
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      this.#rest = undefined;
      this.#describe();
    }, REST_MS);
  }

  get #isShown() {
    return this.box.offsetParent !== null;
  }

  /** @returns {Range} */
  get #window() {
    return [dayStartUs(this.#day), dayStartUs(dayPlus(this.#day, 1))];
  }

  #forget() {
    this.#running?.abort();
    this.#running = null;
    this.#spans = null;
    this.#failures = 0;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#draw();
  }

  /** Neither a request nor its next try is under way any more. */
  #cancel() {
    this.#running?.abort();
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  async #fetch() {
    this.#cancel();
    const running = new AbortController();
    this.#running = running;
    const [from, to] = this.#window;
    const query = new URLSearchParams({
      cameras: String(this.#cameraId),
      from: rfc3339(from),
      to: rfc3339(to),
      activity: "0",
    });
    try {
      /** @type {{lanes: {spans: Range[], cells: import("./day_bars.js").Cells | null}[]}} */
      const answer = await json(`/api/v1/timeline?${query}`, { signal: running.signal });
      const lane = answer.lanes[0];
      this.#spans = lane ? (lane.cells ? spansOfCells(lane.cells) : lane.spans) : [];
      this.#failures = 0;
      this.#draw();
      if (this.#rest === undefined) this.#describe();
    } catch (error) {
      if (isAborted(error)) return;
      // The knob works without the bars; they come with a later answer.
      this.#retry = setTimeout(
        () => {
          if (this.#isShown) void this.#fetch();
          else this.#retry = undefined;
        },
        RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)],
      );
      this.#failures += 1;
    } finally {
      if (this.#running === running) this.#running = null;
    }
  }

  #draw() {
    if (this.#day === "") return;
    const [from, to] = this.#window;
    const width = this.rail.clientWidth;
    const bars = barsOf(this.#spans ?? [], [from, to], width);
    this.bars.setAttribute(
      "d",
      bars.map(([a, b]) => `M${a.toFixed(1)} 0H${b.toFixed(1)}V100H${a.toFixed(1)}Z`).join(""),
    );
    this.bars.ownerSVGElement?.setAttribute("viewBox", `0 0 ${Math.max(1, width)} 100`);
    this.future.style.left = `${(Math.min(1, Math.max(0, (nowUs() - from) / (to - from))) * 100).toFixed(3)}%`;
    this.sum.textContent =
      this.#spans === null
        ? ""
        : this.#spans.length === 0
          ? text("player.no_footage_title")
          : text("review.day_has", { time: duration(coveredUs(this.#spans, [from, to])) });
    this.#place();
  }

  #place() {
    if (this.#day === "") return;
    const [from, to] = this.#window;
    const us = this.#dragged ?? this.#us;
    this.knob.style.left = `${(((us - from) / (to - from)) * 100).toFixed(3)}%`;
  }

  /** What a screen reader says: the moment, and whether there is footage; at rest only, or it would never be silent. */
  #describe() {
    if (this.#day === "") return;
    const [from, to] = this.#window;
    const us = this.#us;
    this.rail.setAttribute("aria-valuemax", String(Math.round((to - from) / SECOND_US)));
    this.rail.setAttribute("aria-valuenow", String(Math.round((us - from) / SECOND_US)));
    const there = this.#spans?.some(([a, b]) => a <= us && us < b);
    const fact = there === undefined ? "" : `, ${text(there ? "player.has_footage" : "player.no_footage")}`;
    const words = `${dateLong(us)} ${clock(us)} ${pageData().zone_label}${fact}`;
    if (this.rail.getAttribute("aria-valuetext") !== words) this.rail.setAttribute("aria-valuetext", words);
  }

  /** @param {PointerEvent} event @returns {number} */
  #at(event) {
    const [from, to] = this.#window;
    const box = this.rail.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    return Math.round(Math.min(from + share * (to - from), to - SECOND_US, nowUs()));
  }

  #watchPointer() {
    const { rail } = this;
    rail.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      rail.setPointerCapture(event.pointerId);
      this.#drag(this.#at(event));
    });
    rail.addEventListener("pointermove", (event) => {
      if (this.#dragged !== null) this.#drag(this.#at(event));
    });
    rail.addEventListener("pointerup", (event) => {
      if (this.#dragged === null) return;
      this.#dragged = null;
      this.emit("seek", this.#at(event));
    });
    rail.addEventListener("pointercancel", () => {
      if (this.#dragged === null) return;
      this.#dragged = null;
      this.emit("scrub-cancel");
    });
  }

  /** @param {number} us */
  #drag(us) {
    this.#dragged = us;
    this.#place();
    this.emit("scrub", us);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const small = event.shiftKey ? 10 * MINUTE_US : MINUTE_US;
    const [from, to] = this.#window;
    /** @type {Record<string, number>} */
    const places = {
      ArrowLeft: this.#us - small,
      ArrowDown: this.#us - small,
      ArrowRight: this.#us + small,
      ArrowUp: this.#us + small,
      PageUp: this.#us + HOUR_US,
      PageDown: this.#us - HOUR_US,
      Home: from,
      End: to - SECOND_US,
    };
    const to_us = places[event.key];
    if (to_us === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.emit("seek", Math.min(Math.max(to_us, from), to - SECOND_US, nowUs()));
  }
}
