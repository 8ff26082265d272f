/**
 * What stands beside ticks and on pins, written without the browser's slow formatting of dates wherever it can be.
 * @module
 */

import { offsetOf } from "./zone_offsets.js";
import { DAY_US, dayMonth, HOUR_US, MINUTE_US, SECOND_US } from "../page/site_time.js";

/** @type {Map<number, string>} */
const days = new Map();
const MOST_DAYS = 1000;

/** "25 Nov". @param {number} us @returns {string} */
export function dayWords(us) {
  const day = Math.floor((us + offsetOf(us)) / DAY_US);
  let words = days.get(day);
  if (words === undefined) {
    if (days.size > MOST_DAYS) days.clear();
    words = dayMonth(us);
    days.set(day, words);
  }
  return words;
}

/** @param {number} n */
const two = (n) => (n < 10 ? `0${n}` : `${n}`);

/**
 * "14:05", "14:05:09" or "14:05:09.2", as fine as a step needs.
 * @param {number} us
 * @param {number} step_us
 * @returns {string}
 */
export function clockWords(us, step_us) {
  const local = (((us + offsetOf(us)) % DAY_US) + DAY_US) % DAY_US;
  const minutes = `${two(Math.floor(local / HOUR_US))}:${two(Math.floor(local / MINUTE_US) % 60)}`;
  if (step_us >= MINUTE_US) return minutes;
  const seconds = `${minutes}:${two(Math.floor(local / SECOND_US) % 60)}`;
  return step_us >= SECOND_US ? seconds : `${seconds}.${Math.floor(local / (SECOND_US / 10)) % 10}`;
}

/**
 * @param {number} us
 * @param {number} step_us
 * @returns {{words: string, isBold: boolean}}
 */
export function tickWords(us, step_us) {
  const local = us + offsetOf(us);
  if (local % DAY_US === 0) return { words: dayWords(us), isBold: true };
  return { words: clockWords(us, step_us), isBold: local % HOUR_US === 0 && step_us < HOUR_US };
}
