/**
 * The playhead in words, for screen readers.
 * @module
 */

import { pageData, text } from "../page/page_data.js";
import { clock, dateLong } from "../page/site_time.js";

/**
 * "Selasa, 25 November 2025 14:05:09 WITA, ada rekaman".
 * @param {number} us
 * @param {boolean | null} hasFootage null: not known
 * @returns {string}
 */
export function spokenTime(us, hasFootage) {
  const fact = hasFootage === null ? "" : `, ${text(hasFootage ? "player.has_footage" : "player.no_footage")}`;
  return `${dateLong(us)} ${clock(us)} ${pageData.zone_label}${fact}`;
}
