/**
 * Local wall time minus UTC, remembered by the quarter of an hour: ticks ask for it in every picture.
 * @module
 */

import { HOUR_US, zoneOffsetUs } from "../site_time.js";

const QUARTER_US = HOUR_US / 4;
const MOST = 4000;
/** @type {Map<number, number>} */
const known = new Map();

/** @param {number} us @returns {number} */
export function offsetOf(us) {
  const quarter = Math.floor(us / QUARTER_US);
  let offset = known.get(quarter);
  if (offset === undefined) {
    if (known.size > MOST) known.clear();
    offset = zoneOffsetUs(quarter * QUARTER_US);
    known.set(quarter, offset);
  }
  return offset;
}
