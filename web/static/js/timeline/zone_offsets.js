/**
 * Local wall time minus UTC, remembered: ticks ask for it in every picture, and the browser's own answer is slow.
 * @module
 */

import { DAY_US, HOUR_US, zoneOffsetUs } from "../page/site_time.js";

const QUARTER_US = HOUR_US / 4;
const MOST = 4000;
/** @type {Map<number, number>} */
const known = new Map();

/** @param {number} us @returns {number} */
function remembered(us) {
  let offset = known.get(us);
  if (offset === undefined) {
    if (known.size > MOST) known.clear();
    offset = zoneOffsetUs(us);
    known.set(us, offset);
  }
  return offset;
}

/** @param {number} us @returns {number} */
export function offsetOf(us) {
  const day = us - (us % DAY_US);
  const offset = remembered(day);
  // Only on days when clocks change is it worth a closer look.
  return offset === remembered(day + DAY_US) ? offset : remembered(us - (us % QUARTER_US));
}
