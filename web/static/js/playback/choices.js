/**
 * What a person chose for this page (mode, letter keys, data saver, skipping of gaps), kept in their account.
 * @module
 */

import { request } from "../api.js";

/**
 * @typedef {object} Choices
 * @property {import("../page_data.js").ModeName} review_mode
 * @property {boolean} letter_keys
 * @property {boolean} data_saver
 * @property {boolean} skip_gaps
 */

/**
 * Keep choices for the next visit. What was chosen holds on this page even where it could not be kept.
 * @param {Partial<Choices>} changed
 */
export async function keepChoices(changed) {
  try {
    await request("/api/v1/preferences", { method: "PATCH", body: changed });
  } catch {
    // The next visit begins as the last one did; nothing else is lost.
  }
}
