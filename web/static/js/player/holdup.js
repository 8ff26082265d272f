/**
 * Who keeps the other cameras waiting: a short stall is let pass, a longer one holds all, a long one is left behind.
 * @module
 */

const LET_PASS_MS = 1_500;
const LEFT_AFTER_MS = 4_000;
/** Who was left behind must flow this long before the others wait for it again. */
const TRUSTED_AFTER_MS = 5_000;

export class Holdup {
  /** Since when each stalls, in monotonic milliseconds. @type {Map<number, number>} */
  #since = new Map();
  /** Who is not waited for, and since when it flows again (null: it still stalls). @type {Map<number, number | null>} */
  #left = new Map();

  /** Begin anew: everybody is waited for. */
  reset() {
    this.#since.clear();
    this.#left.clear();
  }

  /** Do not wait for this one until it has flowed for a while. @param {number} id */
  excuse(id) {
    this.#left.set(id, null);
  }

  /** Wait no more for those that stall now. */
  goWithout() {
    for (const id of this.#since.keys()) this.#left.set(id, null);
  }

  /**
   * @param {readonly number[]} stalled camera ids
   * @param {number} count of all cameras
   * @param {number} now_ms
   * @param {boolean} isRunning whether the clock runs
   * @returns {{isHeld: boolean, waitsFor: number[]}} whether the clock must rest, and for whom long enough to say so
   */
  look(stalled, count, now_ms, isRunning) {
    for (const id of [...this.#since.keys()]) if (!stalled.includes(id)) this.#since.delete(id);
    for (const id of stalled) if (!this.#since.has(id)) this.#since.set(id, now_ms);
    this.#forgive(stalled, now_ms);
    const held = stalled.filter((id) => !this.#left.has(id));
    const stalls = (/** @type {number} */ id, /** @type {number} */ least) =>
      now_ms - (this.#since.get(id) ?? now_ms) >= least;
    const late = held.filter((id) => stalls(id, LEFT_AFTER_MS));
    // Where nobody can show anything there is nothing to go on with.
    if (stalled.length < count) for (const id of late) this.#left.set(id, null);
    const waitedFor = held.filter((id) => !this.#left.has(id));
    const long = waitedFor.filter((id) => stalls(id, LET_PASS_MS));
    return { isHeld: isRunning ? long.length > 0 : waitedFor.length > 0, waitsFor: long };
  }

  /** @param {readonly number[]} stalled @param {number} now_ms */
  #forgive(stalled, now_ms) {
    for (const [id, since] of [...this.#left]) {
      if (stalled.includes(id)) this.#left.set(id, null);
      else if (since === null) this.#left.set(id, now_ms);
      else if (now_ms - since > TRUSTED_AFTER_MS) this.#left.delete(id);
    }
  }
}
