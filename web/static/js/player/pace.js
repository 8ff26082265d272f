/**
 * What brings a camera's picture along with the clock (video, single frames or keyframes), and how drift is corrected.
 *
 * Pure. Browsers play at 0.0625 to 16 times life and never backwards, and sixteen times every frame of several cameras
 * is more than lines and decoders carry.
 * @module
 */

/** Seconds of footage in a second, as offered; there is no 0. */
export const SPEEDS = Object.freeze([-16, -8, -4, -2, -1, 0.25, 0.5, 1, 2, 4, 8, 16]);

const FASTEST_OF_BROWSERS = 16;
const FASTEST_ALONE = 4;
const FASTEST_TOGETHER = 2;

/** Beyond this it is not nudged any more but sought. */
const FAR_US = 1_000_000;
/** Ahead by this much a tile waits: that is quicker than to play slower. */
const AHEAD_US = 120_000;
/** Nearer than this nothing is done; the length of a fast camera's half frame. */
const NEAR_US = 12_000;
const HARDEST_NUDGE = 0.1;
/** A lag is made up for in about this time, as far as the hardest nudge allows. */
const MENDED_IN_US = 600_000;
const FINEST_NUDGE = 0.01;

/**
 * What carries a picture at a speed: "video" plays, "frames" seeks from frame to frame, "keyframes" shows keyframes alone.
 * @param {number} speed
 * @param {number} tiles how many cameras are shown
 * @param {boolean} isFocused
 * @returns {"video" | "frames" | "keyframes"}
 */
export function meansOf(speed, tiles, isFocused) {
  if (speed > 0) return speed <= (tiles > 1 ? FASTEST_TOGETHER : FASTEST_ALONE) ? "video" : "keyframes";
  return speed === -1 && isFocused ? "frames" : "keyframes";
}

/**
 * The rate at which a video that should show one instant and shows another must play.
 * @param {number} lag_us how far it is behind the clock; negative where ahead
 * @param {number} speed of the clock
 * @returns {number | null} 0 waits; null: too far, seek
 */
export function rateFor(lag_us, speed) {
  if (Math.abs(lag_us) > FAR_US * Math.max(1, speed)) return null;
  if (lag_us < -AHEAD_US * speed) return 0;
  if (Math.abs(lag_us) < NEAR_US) return speed;
  const nudge = Math.max(-HARDEST_NUDGE, Math.min(HARDEST_NUDGE, lag_us / speed / MENDED_IN_US));
  return Math.min(FASTEST_OF_BROWSERS, speed * (1 + Math.round(nudge / FINEST_NUDGE) * FINEST_NUDGE));
}

/**
 * The next of the offered speeds.
 * @param {number} speed
 * @param {1 | -1} by
 * @returns {number}
 */
export function nextSpeed(speed, by) {
  const at = SPEEDS.indexOf(speed);
  return SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at + by))] ?? 1;
}
