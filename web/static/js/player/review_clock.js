/**
 * The one wall clock that all cameras follow: moved by monotonic time, at any speed, forwards or backwards.
 * @module
 */

export class ReviewClock {
  #us = 0;
  #sinceMs = 0;
  #rate = 0;
  #nowMs;

  /** @param {() => number} nowMs a monotonic clock in milliseconds */
  constructor(nowMs) {
    this.#nowMs = nowMs;
  }

  /** The instant it shows, in whole microseconds. @returns {number} */
  get us() {
    return Math.round(this.#us + (this.#nowMs() - this.#sinceMs) * 1000 * this.#rate);
  }

  get isRunning() {
    return this.#rate !== 0;
  }

  /** Put it to an instant; it runs on if it was running. @param {number} us */
  set(us) {
    this.#us = us;
    this.#sinceMs = this.#nowMs();
  }

  /** @param {number} rate seconds of footage in a second; negative runs backwards */
  run(rate) {
    this.set(this.us);
    this.#rate = rate;
  }

  stop() {
    this.run(0);
  }
}
