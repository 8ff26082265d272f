/**
 * What a person chose for the review page (mode, letter keys, data saver, skipping of gaps), stored in their account.
 *
 * Phones save data until somebody chose otherwise on that phone: their account speaks for the desk, too.
 * @module
 */

import { request } from "../page/api.js";

const PHONE = matchMedia("(max-width: 599px), (max-height: 499px) and (pointer: coarse)");
const DATA_SAVER = "siring.data-saver";

/**
 * @typedef {object} Choices
 * @property {import("../page/page_data.js").ModeName} review_mode
 * @property {boolean} letter_keys
 * @property {boolean} data_saver
 * @property {boolean} skip_gaps
 */

/**
 * Keep choices for the next visit. What was chosen holds on this page even where it could not be kept.
 * @param {Partial<Choices>} changed
 */
export async function keepChoices(changed) {
  if (changed.data_saver !== undefined) keepHere(changed.data_saver);
  try {
    await request("/api/v1/preferences", { method: "PATCH", body: changed });
  } catch {
    // The next visit begins as the last one did; nothing else is lost.
  }
}

/** @param {boolean} isKept what the account says @returns {boolean} whether the small stream is played at first */
export function savesData(isKept) {
  return isKept || (PHONE.matches && keptHere() !== "false");
}

/** @param {boolean} isSaving */
function keepHere(isSaving) {
  try {
    localStorage.setItem(DATA_SAVER, String(isSaving));
  } catch {
    // A browser that keeps nothing begins anew each time.
  }
}

/** @returns {string | null} */
function keptHere() {
  try {
    return localStorage.getItem(DATA_SAVER);
  } catch {
    return null;
  }
}
