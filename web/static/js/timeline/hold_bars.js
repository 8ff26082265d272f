/**
 * Evidence locks as bars: one for each range and reason, however many cameras it covers. Pure.
 * @module
 */

/**
 * @typedef {{start_us: number, end_us: number | null, reason: string, camera_ids: readonly number[]}} HoldBar
 */

/**
 * @param {readonly import("./timeline_data.js").Hold[]} holds
 * @returns {HoldBar[]} in order of time
 */
export function holdBars(holds) {
  /** @type {Map<string, {start_us: number, end_us: number | null, reason: string, camera_ids: number[]}>} */
  const bars = new Map();
  for (const { start_us, end_us, reason, camera_ids } of holds) {
    const key = `${start_us} ${end_us} ${reason}`;
    const bar = bars.get(key);
    if (bar) bar.camera_ids.push(...camera_ids.filter((id) => !bar.camera_ids.includes(id)));
    else bars.set(key, { start_us, end_us, reason, camera_ids: [...camera_ids] });
  }
  return [...bars.values()].sort((a, b) => a.start_us - b.start_us);
}
