/**
 * The gaps in view as a list: the timeline's holes for those who read rather than look.
 * @module
 */

import { text } from "../page_data.js";
import { clock, duration, nowUs } from "../site_time.js";

const MOST = 50;

export class GapList {
  /**
   * @param {HTMLElement} box
   * @param {import("./timeline_data.js").TimelineData} data
   * @param {() => number} cameraId whose gaps are listed
   * @param {(us: number) => void} seek
   */
  constructor(box, data, cameraId, seek) {
    this.box = box;
    this.data = data;
    this.cameraId = cameraId;
    this.seek = seek;
    this.shown = "";
    data.addEventListener("change", () => this.#show());
    this.#show();
  }

  #show() {
    const facts = this.data.lane(this.cameraId());
    const gaps = facts?.gaps.filter((gap) => gap.start_us < nowUs() && gap.cause !== "before-first").slice(0, MOST) ?? [];
    const key = facts === null ? "waiting" : gaps.map((gap) => `${gap.start_us}-${gap.cause}-${Math.round(gap.end_us / 1e6)}`).join();
    if (key === this.shown) return;
    this.shown = key;
    const focused = this.box.contains(document.activeElement) ? [...this.box.querySelectorAll("button")].indexOf(/** @type {HTMLButtonElement} */ (document.activeElement)) : -1;
    this.box.replaceChildren(...(gaps.length > 0 ? gaps.map((gap) => this.#row(gap)) : [this.#words(facts === null ? "player.loading_timeline" : "player.no_gaps_seen")]));
    if (focused >= 0) this.box.querySelectorAll("button")[focused]?.focus();
  }

  /** @param {import("./lane_facts.js").Gap} gap @returns {HTMLElement} */
  #row(gap) {
    const row = document.createElement("li");
    const words = document.createElement("span");
    const jump = document.createElement("button");
    jump.type = "button";
    jump.textContent = clock(gap.start_us);
    jump.addEventListener("click", () => this.seek(gap.start_us - 2_000_000));
    words.title = text(`cause.${gap.cause}`);
    words.append(jump, ` ${text(`cause.${gap.cause}`)}`);
    const length = document.createElement("span");
    length.className = "t2 nowrap";
    length.textContent = duration(Math.min(gap.end_us, nowUs()) - gap.start_us);
    row.append(words, length);
    return row;
  }

  /** @param {string} key @returns {HTMLElement} */
  #words(key) {
    const row = document.createElement("li");
    row.className = "t2";
    row.textContent = text(key);
    return row;
  }
}
