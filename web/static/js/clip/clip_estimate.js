/**
 * What a clip would contain before it is made: size, gaps and room on disk, in total and for each camera.
 * @module
 */

import { json, LONG_PATIENCE_MS } from "../page/api.js";
import { DAY_US, rfc3339 } from "../page/site_time.js";

/** As playback/clip_planner.py says; the server refuses longer ones. */
export const LONGEST_CLIP_US = DAY_US;

/**
 * @typedef {{camera_id: number, start_us: number, end_us: number, cause?: string}} EstimateGap
 * @typedef {{camera_id: number, bytes: number, covered_us: number, files: number}} CameraEstimate
 * @typedef {object} Estimate
 * @property {number} bytes
 * @property {number} duration_us
 * @property {number} covered_us
 * @property {number} files
 * @property {CameraEstimate[]} cameras
 * @property {EstimateGap[]} gaps
 * @property {number} free_bytes
 * @property {boolean} fits
 * @typedef {{camera_ids: number[], from: string, to: string}} AskedRange
 */

/** @param {readonly number[]} cameraIds @param {number} in_us @param {number} out_us @returns {AskedRange} */
export const askedRange = (cameraIds, in_us, out_us) => ({
  camera_ids: [...cameraIds],
  from: rfc3339(in_us),
  to: rfc3339(out_us),
});

/** @param {AskedRange} range @param {AbortSignal} [signal] @returns {Promise<Estimate>} */
export async function fetchEstimate(range, signal) {
  return json("/api/v1/exports/estimate", {
    method: "POST",
    body: range,
    patience_ms: LONG_PATIENCE_MS,
    ...(signal ? { signal } : {}),
  });
}

/** The gaps of some cameras, in order of time. @param {{gaps: EstimateGap[]}} estimate @param {readonly number[]} cameraIds @returns {EstimateGap[]} */
export function gapsOf(estimate, cameraIds) {
  return estimate.gaps
    .filter((gap) => cameraIds.includes(gap.camera_id))
    .sort((a, b) => a.start_us - b.start_us || a.camera_id - b.camera_id);
}

/** @param {readonly {start_us: number, end_us: number}[]} gaps @returns {number} microseconds */
export const totalLength = (gaps) => gaps.reduce((sum, gap) => sum + gap.end_us - gap.start_us, 0);
