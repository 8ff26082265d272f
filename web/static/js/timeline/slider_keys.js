/**
 * The timeline's own keys: which instant a key leads to, and which way it zooms. Pure.
 * @module
 */

import { clamp } from "./timeline_model.js";
import { dayOf, dayPlus, dayStartUs, MINUTE_US, SECOND_US } from "../page/site_time.js";

/**
 * @param {{key: string, shiftKey: boolean}} event
 * @param {number} at_us
 * @param {number} now_us
 * @returns {number | null} null for a key that leads nowhere
 */
export function instantOfKey({ key, shiftKey }, at_us, now_us) {
  const small = shiftKey ? MINUTE_US : 5 * SECOND_US;
  /** @type {Record<string, () => number>} */
  const moves = {
    ArrowLeft: () => at_us - small,
    ArrowDown: () => at_us - small,
    ArrowRight: () => at_us + small,
    ArrowUp: () => at_us + small,
    PageUp: () => at_us + 10 * MINUTE_US,
    PageDown: () => at_us - 10 * MINUTE_US,
    Home: () => dayStartUs(dayOf(at_us)),
    End: () => dayStartUs(dayPlus(dayOf(at_us), 1)) - SECOND_US,
  };
  const move = moves[key];
  return move ? clamp(Math.round(move()), 0, now_us) : null;
}

/** @param {string} key @returns {1 | -1 | null} 1 sees more time */
export function zoomOfKey(key) {
  return key === "-" || key === "_" ? 1 : key === "+" || key === "=" ? -1 : null;
}
