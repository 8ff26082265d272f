/**
 * Times as the timeline words them: beside ticks, on pins, and spoken for screen readers; without the browser's slow formatting
 * of dates wherever that can be.
 * @module
 */

import { pageData, text } from "../page/page_data.js";
import { clock, dateLong, DAY_US, dayMonth, HOUR_US, MINUTE_US, SECOND_US, zoneOffsetUs } from "../page/site_time.js";

const QUARTER_US = HOUR_US / 4;
const MOST_OFFSETS = 4000;
/** @type {Map<number, number>} */
const offsets = new Map();

/** @param {number} us @returns {number} */
function remembered(us) {
  let offset = offsets.get(us);
  if (offset === undefined) {
    if (offsets.size > MOST_OFFSETS) offsets.clear();
    offset = zoneOffsetUs(us);
    offsets.set(us, offset);
  }
  return offset;
}

/** Local wall time minus UTC, remembered: ticks ask for it in every picture, and the browser is slow to answer. @param {number} us @returns {number} */
export function offsetOf(us) {
  const day = us - (us % DAY_US);
  const offset = remembered(day);
  // Only on days when clocks change does the quarter of an hour matter.
  return offset === remembered(day + DAY_US) ? offset : remembered(us - (us % QUARTER_US));
}

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

/**
 * The playhead for screen readers: "Selasa, 25 November 2025 14:05:09 WITA, ada rekaman".
 * @param {number} us
 * @param {boolean | null} hasFootage null: not known
 * @returns {string}
 */
export function spokenTime(us, hasFootage) {
  const fact = hasFootage === null ? "" : `, ${text(hasFootage ? "player.has_footage" : "player.no_footage")}`;
  return `${dateLong(us)} ${clock(us)} ${pageData().zone_label}${fact}`;
}
