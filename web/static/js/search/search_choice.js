/**
 * What quick search looks through: one of the page's cameras, and the range to begin with.
 * @module
 */

import { Emitter } from "../page/emitter.js";
import { part, text } from "../page/page_data.js";
import { firstRange } from "./search_round.js";
import { DAY_US, duration, nowUs } from "../page/site_time.js";

const DAYS = [1, 7, 30];

/** @typedef {import("./search_round.js").Range} Range */

/** Emits which choice is another one. @extends {Emitter<{camera: undefined, range: undefined}>} */
export class SearchChoice extends Emitter {
  /** @type {Range | null} */
  #marks = null;
  /** @type {Range} */
  #view = [0, 0];

  /** @param {HTMLElement} root */
  constructor(root) {
    super();
    this.cameras = part("[data-search-cameras]", HTMLElement, root);
    this.camera = part("[data-search-camera]", HTMLSelectElement, root);
    this.select = part("[data-search-range]", HTMLSelectElement, root);
    this.camera.addEventListener("change", () => this.emit("camera"));
    this.select.addEventListener("change", () => this.emit("range"));
  }

  get cameraId() {
    return Number(this.camera.value);
  }

  /** @returns {Range} */
  get range() {
    const now = nowUs();
    const choice = this.select.value;
    if (choice === "marks" && this.#marks) return firstRange(this.#marks, now);
    if (choice === "view") return firstRange(this.#view, now);
    return firstRange([now - Number(choice) * DAY_US, now], now);
  }

  /** Whether a person is choosing right now. */
  get hasFocus() {
    return document.activeElement === this.camera || document.activeElement === this.select;
  }

  /**
   * Offer what there is: the marked range first, else what the timeline shows.
   * @param {readonly import("../page/page_data.js").CameraFacts[]} cameras
   * @param {number} cameraId
   * @param {Range} view
   * @param {Range | null} marks
   */
  offer(cameras, cameraId, view, marks) {
    this.#view = view;
    this.#marks = marks;
    this.camera.replaceChildren(
      ...cameras.map(({ id, number, title }) => new Option(`${number} ${title}`, String(id), false, id === cameraId)),
    );
    this.cameras.hidden = cameras.length < 2;
    const seen = firstRange(view, nowUs());
    this.select.replaceChildren(
      ...(marks ? [new Option(text("find.range_marks", { length: duration(marks[1] - marks[0]) }), "marks")] : []),
      new Option(text("find.range_view", { length: duration(seen[1] - seen[0]) }), "view"),
      ...DAYS.map(
        (days) => new Option(text("find.range_days", { length: text("units.d", { n: days }) }), String(days)),
      ),
    );
    this.select.value = marks ? "marks" : "view";
  }
}
