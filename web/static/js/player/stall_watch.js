/**
 * Detects footage that silently stopped coming: nothing arrives, nothing is painted, and nothing has failed. Pure.
 * @module
 */

/** Longer than any answer takes on a line that footage can be watched over. */
const PATIENCE_MS = 8_000;
/** Where loading anew does not help it is tried ever more seldom. */
const MOST_PATIENCE_MS = 64_000;
/** Without a call for this long the page slept, and so did what it waits for. */
const SLEPT_MS = 2_000;

export class StallWatch {
  /** @type {string | null} */
  #progress = null;
  #sinceMs = 0;
  #lastCallMs = -Infinity;
  #patienceMs = PATIENCE_MS;

  /**
   * Called once a refresh.
   * @param {string | null} progress changes while anything happens; null where nothing is waited for
   * @param {number} now_ms monotonic
   * @returns {boolean} whether to load anew, true once
   */
  isStuck(progress, now_ms) {
    const hasSlept = now_ms - this.#lastCallMs > SLEPT_MS;
    this.#lastCallMs = now_ms;
    if (progress === null) this.#patienceMs = PATIENCE_MS;
    if (progress === null || progress !== this.#progress || hasSlept) {
      this.#progress = progress;
      this.#sinceMs = now_ms;
      return false;
    }
    if (now_ms - this.#sinceMs < this.#patienceMs) return false;
    this.#sinceMs = now_ms;
    this.#patienceMs = Math.min(2 * this.#patienceMs, MOST_PATIENCE_MS);
    return true;
  }
}
