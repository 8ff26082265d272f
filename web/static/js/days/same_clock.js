/**
 * The same time on the clock of another day, also where clocks are changed in between. Pure.
 */

import { DAY_US, dayOf, dayStartUs, zoneOffsetUs } from "../page/site_time.js";

/** Time since midnight on the site's clocks. @param {number} us @returns {number} */
export function timeOfDayUs(us) {
  return (((us + zoneOffsetUs(us)) % DAY_US) + DAY_US) % DAY_US;
}

/**
 * @param {string} day as `dayOf` writes it
 * @param {number} time_us since midnight on the clock
 * @returns {number}
 */
export function instantOn(day, time_us) {
  const utc = Date.parse(`${day}T00:00:00Z`) * 1000 + time_us;
  // Two rounds settle the offset, also on days when clocks change.
  const guess = utc - zoneOffsetUs(utc);
  const at = utc - zoneOffsetUs(guess);
  // A time that clocks skip on that day would fall into a neighbour.
  return dayOf(at) === day ? at : dayStartUs(day);
}
