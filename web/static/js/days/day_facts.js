/**
 * How complete a camera's footage is on each local day, fetched by month and cached for a minute.
 * @module
 */

import { json } from "../page/api.js";

const FRESH_MS = 60_000;

/**
 * @typedef {{day: string, covered_us: number, length_us: number}} DayFacts
 * @typedef {ReadonlyMap<string, DayFacts>} MonthFacts by day
 */

export class DayKnowledge {
  /** By camera and month. @type {Map<string, {at_ms: number, facts: MonthFacts}>} */
  #months = new Map();

  /** What is known already, also when it is no longer fresh. @param {number} cameraId @param {string} month @returns {MonthFacts | null} */
  known(cameraId, month) {
    return this.#months.get(`${cameraId} ${month}`)?.facts ?? null;
  }

  /**
   * @param {number} cameraId
   * @param {string} month such as "2025-11"
   * @param {AbortSignal} [signal]
   * @returns {Promise<MonthFacts>}
   */
  async month(cameraId, month, signal) {
    const key = `${cameraId} ${month}`;
    const known = this.#months.get(key);
    if (known && performance.now() - known.at_ms < FRESH_MS) return known.facts;
    /** @type {DayFacts[]} */
    const days = await json(`/api/v1/cameras/${cameraId}/days?month=${month}`, signal ? { signal } : {});
    const facts = new Map(days.map((day) => [day.day, day]));
    this.#months.set(key, { at_ms: performance.now(), facts });
    return facts;
  }
}

/**
 * The share of a day that is recorded; of today, of the time that has passed.
 * @param {DayFacts | undefined} facts
 * @param {number} start_us @param {number} end_us of the day
 * @param {number} now_us
 * @returns {number} 0 to 1
 */
export function shareOf(facts, start_us, end_us, now_us) {
  if (!facts) return 0;
  const length_us = end_us > now_us ? now_us - start_us : facts.length_us;
  return length_us > 0 ? Math.min(1, facts.covered_us / length_us) : 0;
}

/** A share in words never says all where something is missing, nor nothing where something is there. @param {number} share @returns {number} */
export function percentOf(share) {
  if (share === 0 || share === 1) return 100 * share;
  return Math.min(99, Math.max(1, Math.round(share * 100)));
}

/**
 * Why a day has no footage, as a key of words.
 * @param {import("../page/page_data.js").CameraFacts} camera
 * @param {number} start_us @param {number} end_us of the day
 * @param {number} now_us
 * @returns {"find.day_future" | "find.day_purged" | "find.day_before" | "find.day_removed" | "find.day_none"}
 */
export function whyEmpty(camera, start_us, end_us, now_us) {
  if (start_us > now_us) return "find.day_future";
  if (camera.purged_until_us !== null && end_us <= camera.purged_until_us) return "find.day_purged";
  if (camera.oldest_us === null || end_us <= camera.oldest_us) return "find.day_before";
  if (camera.removed_us !== null && start_us >= camera.removed_us) return "find.day_removed";
  return "find.day_none";
}
