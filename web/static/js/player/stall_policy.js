/**
 * Whether all cameras wait for one that stalls: a short stall is tolerated, a longer one stops all, a long one is ignored. Pure.
 * @module
 */

const TOLERATED_MS = 1_500;
const IGNORED_AFTER_MS = 4_000;
/** A camera that was ignored must play this long before the others wait for it again. */
const TRUSTED_AFTER_MS = 5_000;

export class StallPolicy {
  /** When each camera began to stall, in monotonic milliseconds. @type {Map<number, number>} */
  #stalledSince = new Map();
  /** Cameras that nobody waits for, and since when each plays again (null: it still stalls). @type {Map<number, number | null>} */
  #ignored = new Map();

  /** Start over: wait for every camera. */
  reset() {
    this.#stalledSince.clear();
    this.#ignored.clear();
  }

  /** Do not wait for this camera until it has played for a while. @param {number} id */
  ignore(id) {
    this.#ignored.set(id, null);
  }

  /** Stop waiting for the cameras that stall now. */
  playWithoutStalled() {
    for (const id of this.#stalledSince.keys()) this.#ignored.set(id, null);
  }

  /**
   * @param {readonly number[]} stalled camera ids
   * @param {number} count of all cameras
   * @param {number} now_ms
   * @param {boolean} isRunning whether the clock runs
   * @returns {{mustWait: boolean, waitsFor: number[]}} whether the clock must stop, and for which cameras it waits long enough to say so
   */
  decide(stalled, count, now_ms, isRunning) {
    for (const id of [...this.#stalledSince.keys()]) if (!stalled.includes(id)) this.#stalledSince.delete(id);
    for (const id of stalled) if (!this.#stalledSince.has(id)) this.#stalledSince.set(id, now_ms);
    this.#trustAgain(stalled, now_ms);
    const awaited = stalled.filter((id) => !this.#ignored.has(id));
    const hasStalled = (/** @type {number} */ id, /** @type {number} */ least) =>
      now_ms - (this.#stalledSince.get(id) ?? now_ms) >= least;
    const late = awaited.filter((id) => hasStalled(id, IGNORED_AFTER_MS));
    // With no camera left to play there is nothing to go on with.
    if (stalled.length < count) for (const id of late) this.#ignored.set(id, null);
    const waitedFor = awaited.filter((id) => !this.#ignored.has(id));
    const long = waitedFor.filter((id) => hasStalled(id, TOLERATED_MS));
    return { mustWait: isRunning ? long.length > 0 : waitedFor.length > 0, waitsFor: long };
  }

  /** @param {readonly number[]} stalled @param {number} now_ms */
  #trustAgain(stalled, now_ms) {
    for (const [id, since] of [...this.#ignored]) {
      if (stalled.includes(id)) this.#ignored.set(id, null);
      else if (since === null) this.#ignored.set(id, now_ms);
      else if (now_ms - since > TRUSTED_AFTER_MS) this.#ignored.delete(id);
    }
  }
}
