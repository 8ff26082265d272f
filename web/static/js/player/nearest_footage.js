/**
 * Where footage begins or ended next to an instant, asked of the server for one camera or several.
 * @module
 */

import { json } from "../page/api.js";
import { rfc3339 } from "../page/site_time.js";

/**
 * @param {number} cameraId
 * @param {number} us
 * @param {AbortSignal} [signal]
 * @returns {Promise<{before_us: number | null, after_us: number | null}>} the end of the footage before, the start of the footage after
 */
export async function nearestTo(cameraId, us, signal) {
  return json(`/api/v1/cameras/${cameraId}/nearest?at=${encodeURIComponent(rfc3339(us))}`, signal ? { signal } : {});
}

/**
 * The instant nearest to another at which any of the cameras has footage, or null.
 * @param {readonly number[]} camera_ids
 * @param {number} us
 * @param {number} direction positive looks forward
 * @param {AbortSignal} [signal]
 * @returns {Promise<number | null>}
 */
export async function nextFootage(camera_ids, us, direction, signal) {
  const found = await Promise.all(camera_ids.map((id) => nearestTo(id, us, signal)));
  const instants = found.flatMap((near) => {
    const at = direction > 0 ? near.after_us : near.before_us;
    return at === null ? [] : [at];
  });
  if (instants.length === 0) return null;
  return direction > 0 ? Math.min(...instants) : Math.max(...instants);
}
