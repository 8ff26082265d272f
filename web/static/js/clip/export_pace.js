/**
 * How fast an export runs and how long it still takes, smoothed over repeated samples.
 * @module
 */

import { text } from "../page/page_data.js";
import { duration, SECOND_US, size } from "../page/site_time.js";

/** The newest samples count most: half of the weight lies in about the last three seconds. */
const KEPT = 0.8;
/** One sample says nothing of speed, and the first ones jump. */
const FEWEST_SAMPLES = 3;

export class ExportPace {
  #bytes = 0;
  #atMs = 0;
  #samples = 0;
  /** Bytes a second. */
  #rate = 0;

  /**
   * Note how far it is now.
   * @param {number} done_bytes
   * @param {number} at_ms of a clock that never steps
   */
  sample(done_bytes, at_ms) {
    const seconds = (at_ms - this.#atMs) / 1000;
    if (this.#samples > 0 && seconds > 0) {
      const rate = Math.max(0, done_bytes - this.#bytes) / seconds;
      this.#rate = this.#samples === 1 ? rate : KEPT * this.#rate + (1 - KEPT) * rate;
    }
    this.#samples += 1;
    this.#bytes = done_bytes;
    this.#atMs = at_ms;
  }

  /** "86 MB/dtk · sisa 22 dtk", or "" while that is not known. @param {number} total_bytes @returns {string} */
  words(total_bytes) {
    if (this.#samples < FEWEST_SAMPLES || this.#rate <= 0) return "";
    const left_us = (Math.max(0, total_bytes - this.#bytes) / this.#rate) * SECOND_US;
    return text("clip.pace", { rate: size(this.#rate), left: duration(Math.max(left_us, SECOND_US)) });
  }
}
