/**
 * Where each lane lies: in the page's order, the one in focus taller, scrolled where they need too much height. Pure.
 * @module
 */

import { clamp } from "./timeline_model.js";

/** The lanes may take this part of the window's height, and leave as much to the pictures; ruler and marks always stay. */
const MOST_SHARE = 0.4;
/** Pixels of everything else on the page. */
const OTHERS_PX = 300;

/**
 * @typedef {{camera_id: number, y: number, height: number, isFocused: boolean}} LaneRow `y` from the top of all lanes
 * @typedef {object} LaneLayout
 * @property {readonly LaneRow[]} rows
 * @property {number} height of all lanes
 * @property {number} seen of the part that is seen at once
 * @typedef {{focus: number, row: number}} LaneHeights pixels
 */

/**
 * @param {readonly number[]} camera_ids
 * @param {number} focused_id
 * @param {LaneHeights} heights a row of 0 leaves all but the focused lane away
 * @param {number} window_height
 * @returns {LaneLayout}
 */
export function layLanes(camera_ids, focused_id, heights, window_height) {
  /** @type {LaneRow[]} */
  const rows = [];
  let y = 0;
  for (const camera_id of camera_ids) {
    const isFocused = camera_id === focused_id;
    const height = isFocused ? heights.focus : heights.row;
    if (height > 0) rows.push({ camera_id, y, height, isFocused });
    y += height;
  }
  const most = Math.floor(Math.min(window_height * MOST_SHARE, window_height * (1 - MOST_SHARE) - OTHERS_PX));
  return { rows, height: y, seen: Math.min(y, Math.max(heights.focus + 2 * heights.row, most)) };
}

/**
 * The lane at a height, null beside them.
 * @param {LaneLayout} layout
 * @param {number} y from the top of all lanes
 * @returns {LaneRow | null}
 */
export function laneAt(layout, y) {
  return layout.rows.find((row) => y >= row.y && y < row.y + row.height) ?? null;
}

/**
 * How far the lanes must be scrolled so that the focused one is seen.
 * @param {LaneLayout} layout
 * @param {number} scroll as it is, pixels
 * @returns {number}
 */
export function scrollToFocus(layout, scroll) {
  const row = layout.rows.find((one) => one.isFocused);
  const kept = clamp(scroll, 0, layout.height - layout.seen);
  return row ? clamp(kept, row.y + row.height - layout.seen, row.y) : kept;
}
