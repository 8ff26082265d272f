/**
 * Where footage or a mark begins or ends next, seen from an instant. Pure.
 * @module
 */

import { firstAbove } from "./timeline_model.js";
import { SECOND_US } from "../page/site_time.js";

/** Nearer edges are where one stands already. */
const NEAR_US = SECOND_US / 2;
/** The newest seconds of a file that grows are not known yet. */
const LIVE_US = 6 * SECOND_US;

/**
 * @param {readonly import("./lane_facts.js").LaneFacts[]} lanes each knows the instant, gap by gap
 * @param {readonly {start_us: number, end_us: number}[]} marks
 * @param {number} us
 * @param {1 | -1} direction
 * @returns {number | null}
 */
export function nearestEdge(lanes, marks, us, direction) {
  const beyond = us + direction * NEAR_US;
  let best = direction * Infinity;
  const offer = (/** @type {number | undefined} */ at) => {
    if (at === undefined || (direction > 0 ? at <= beyond : at >= beyond)) return;
    best = direction > 0 ? Math.min(best, at) : Math.max(best, at);
  };
  for (const { spanStarts, spanEnds, fromUs, untilUs } of lanes) {
    for (const edges of [spanStarts, spanEnds]) {
      const after = firstAbove(edges, beyond);
      let i = direction > 0 ? after : after - 1;
      // Where the window was cut off, or recording goes on, nothing begins or ends.
      while (
        isCut(edges[i], edges === spanStarts ? fromUs : Infinity, edges === spanEnds ? untilUs - LIVE_US : Infinity)
      )
        i += direction;
      offer(edges[i]);
    }
  }
  for (const mark of marks) {
    offer(mark.start_us);
    offer(mark.end_us);
  }
  return Number.isFinite(best) ? best : null;
}

/** @param {number | undefined} edge @param {number} start_us @param {number} end_us */
const isCut = (edge, start_us, end_us) => edge !== undefined && (edge === start_us || edge >= end_us);
