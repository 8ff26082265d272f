/**
 * The two ends of a clip: typed, nudged, marked at the playhead or dragged, and always in order.
 * @module
 */

import { ApiError } from "../page/api.js";
import { Emitter } from "../page/emitter.js";
import { part, text } from "../page/page_data.js";
import { clockTenths, dayMonth, dayOf, nowUs, parseTyped, SECOND_US } from "../page/site_time.js";

/** What a first mark selects, until the other end is set. */
const FIRST_LENGTH_US = 60 * SECOND_US;

/**
 * @typedef {"in" | "out"} End
 * @typedef {{field: HTMLInputElement, day: HTMLElement}} EndFields
 * @typedef {{wallUs: () => number, frameUs: () => number}} Playhead the instant shown and the length of its frame
 */

/** Emits `change` when an end moved, `preview` with the instant to show, and `problem` with words, "" for none. @extends {Emitter<{change: undefined, preview: number, problem: string}>} */
export class ClipEnds extends Emitter {
  /** @type {number | null} */
  inUs = null;
  /** @type {number | null} */
  outUs = null;
  /** Typed times are read by the server, in the order typed. */
  #reading = Promise.resolve();

  /**
   * @param {HTMLElement} root
   * @param {Playhead} playhead
   */
  constructor(root, playhead) {
    super();
    this.playhead = playhead;
    /** @type {Record<End, EndFields>} */
    this.ends = { in: this.#fields(root, "in"), out: this.#fields(root, "out") };
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (root.querySelectorAll("[data-nudge]"))) {
      const [end, step] = /** @type {[End, string]} */ ((button.dataset["nudge"] ?? "").split(" "));
      button.addEventListener("click", () => this.#nudge(end, step));
    }
  }

  get isWhole() {
    return this.inUs !== null && this.outUs !== null;
  }

  /** @param {number | null} in_us @param {number | null} out_us */
  set(in_us, out_us) {
    this.inUs = in_us === null ? null : Math.round(in_us);
    this.outUs = out_us === null ? null : Math.round(out_us);
    this.#write("in", this.inUs);
    this.#write("out", this.outUs);
    this.ends.in.day.textContent = this.inUs === null ? "" : dayMonth(this.inUs);
    this.ends.out.day.textContent = this.outUs === null ? "" : dayMonth(this.outUs);
    this.#complain("");
    this.emit("change");
  }

  /** Begin or move an end; the other end follows where they would cross. @param {End} end @param {number} us */
  mark(end, us) {
    if (end === "in")
      this.set(
        us,
        this.outUs !== null && this.outUs > us
          ? this.outUs
          : Math.max(us + SECOND_US, Math.min(us + FIRST_LENGTH_US, nowUs())),
      );
    else this.set(this.inUs !== null && this.inUs < us ? this.inUs : us - FIRST_LENGTH_US, us);
  }

  focus() {
    this.ends.in.field.focus();
    this.ends.in.field.select();
  }

  /** @param {HTMLElement} root @param {End} end @returns {EndFields} */
  #fields(root, end) {
    const field = part(`[data-clip-${end}]`, HTMLInputElement, root);
    field.addEventListener("change", () => {
      // One after the other: the second time typed may lean on the first, which may write into both fields.
      const typed = field.value.trim();
      this.#reading = this.#reading.then(() => this.#readTyped(end, typed));
    });
    field.addEventListener("keydown", (event) => {
      // Enter takes the time over; it must not send a form whose other fields are not shown yet.
      if (event.key !== "Enter") return;
      event.preventDefault();
      field.blur();
    });
    return { field, day: part(`[data-clip-${end}-day]`, HTMLElement, root) };
  }

  /** What somebody is typing at this moment stays. @param {End} end @param {number | null} us */
  #write(end, us) {
    const { field } = this.ends[end];
    if (document.activeElement !== field) field.value = us === null ? "" : clockTenths(us);
  }

  /** @param {End} end @param {string} typed */
  async #readTyped(end, typed) {
    const own = end === "in" ? this.inUs : this.outUs;
    if (typed === "" || (own !== null && typed === clockTenths(own))) return;
    try {
      const at = await parseTyped(typed, dayOf(own ?? this.inUs ?? this.outUs ?? this.playhead.wallUs()));
      this.mark(end, at);
      this.#preview(end);
    } catch (error) {
      const isOurs = error instanceof ApiError && error.status === 422;
      this.#complain(isOurs ? text("clip.unreadable", { typed }) : text("clip.no_answer"));
    }
  }

  /** @param {End} end @param {string} step "-frame", "+frame", or seconds such as "-30" */
  #nudge(end, step) {
    const own = end === "in" ? this.inUs : this.outUs;
    const frame = this.playhead.frameUs();
    const by = step.endsWith("frame") ? (step.startsWith("-") ? -frame : frame) : Number(step) * SECOND_US;
    // Without a mark the first press sets one where the playhead is, moved by that much.
    if (own === null) this.mark(end, this.playhead.wallUs() + by);
    else if (end === "in") this.set(Math.max(0, Math.min(own + by, (this.outUs ?? Infinity) - frame)), this.outUs);
    else this.set(this.inUs, Math.min(nowUs(), Math.max(own + by, (this.inUs ?? -Infinity) + frame)));
    this.#preview(end);
  }

  /** Show the first frame of the clip, or its last. @param {End} end */
  #preview(end) {
    const us = end === "in" ? this.inUs : this.outUs === null ? null : this.outUs - this.playhead.frameUs();
    if (us !== null) this.emit("preview", us);
  }

  /** @param {string} words */
  #complain(words) {
    this.emit("problem", words);
  }
}
