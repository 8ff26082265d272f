/**
 * Evidence locks on the server: estimate, place, find and release.
 * @module
 */

import { json, LONG_PATIENCE_MS, request } from "../page/api.js";
import { askedRange } from "../clip/clip_estimate.js";
import { rfc3339 } from "../page/site_time.js";

/**
 * @typedef {{start_us: number, end_us: number}} Span
 * @typedef {{camera_id: number, bytes: number, covered_us: number, missing_us: number, gaps: Span[]}} CameraHeld
 * @typedef {{bytes: number, cameras: CameraHeld[]}} HeldEstimate
 * @typedef {{id: number, camera_ids: number[], start_us: number, end_us: number | null, reason: string}} Hold
 * @typedef {Hold & {covered_us: number, gaps: Span[]}} PlacedHold
 */

const PATH = "/api/v1/holds";

/** @param {readonly number[]} cameraIds @param {number} in_us @param {number} out_us @param {AbortSignal} signal @returns {Promise<HeldEstimate>} */
export async function estimateHold(cameraIds, in_us, out_us, signal) {
  return json(`${PATH}/estimate`, {
    method: "POST",
    body: askedRange(cameraIds, in_us, out_us),
    patience_ms: LONG_PATIENCE_MS,
    signal,
  });
}

/**
 * @param {readonly number[]} cameraIds
 * @param {number} in_us
 * @param {number} out_us
 * @param {string} reason
 * @param {number | null} expires_us null: until somebody releases it
 * @returns {Promise<PlacedHold[]>} one for each camera
 */
export async function placeHold(cameraIds, in_us, out_us, reason, expires_us) {
  const body = {
    ...askedRange(cameraIds, in_us, out_us),
    reason,
    ...(expires_us === null ? {} : { expires: rfc3339(expires_us) }),
  };
  return json(PATH, { method: "POST", body, patience_ms: LONG_PATIENCE_MS });
}

/** The active locks of some cameras that share an instant with a range. @param {readonly number[]} cameraIds @param {number} in_us @param {number} out_us @returns {Promise<Hold[]>} */
export async function holdsWithin(cameraIds, in_us, out_us) {
  /** @type {Hold[]} */
  const found = await json(`${PATH}?cameras=${cameraIds.join(",")}`);
  return found.filter((hold) => hold.start_us < out_us && (hold.end_us === null || hold.end_us > in_us));
}

/** @param {number} id @param {string} reason */
export async function releaseHold(id, reason) {
  await request(`${PATH}/${id}/release`, { method: "POST", body: { reason }, patience_ms: LONG_PATIENCE_MS });
}
