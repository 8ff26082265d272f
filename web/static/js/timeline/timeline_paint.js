/**
 * Draws the timeline's canvas: ticks, lanes, thin rows of marks, the selection, the present and the playhead.
 * @module
 */

import { paintLane } from "./lane_paint.js";
import { paintBookmarks, paintEvents, paintHolds } from "./mark_paint.js";
import { offsetOf } from "./tick_words.js";
import { clamp, isMonday, spanOf, ticks, tickSteps, xOf } from "./timeline_model.js";
import { DAY_US, HOUR_US } from "../page/site_time.js";

/**
 * @typedef {import("./timeline_model.js").View} View
 * @typedef {import("./answer_shelf.js").Piece} Piece
 * @typedef {object} Scene everything that a picture of the timeline depends on
 * @property {View} view
 * @property {number} width pixels
 * @property {number} us_per_px
 * @property {import("./lane_layout.js").LaneLayout} layout
 * @property {number} scroll pixels by which the lanes are scrolled
 * @property {{ruler: number, thin: number}} heights pixels; thin rows of 0 are not shown
 * @property {readonly (readonly Piece[])[]} pieces of each lane, in the order of `layout.rows`
 * @property {import("./gap_events.js").GapEvents} events
 * @property {readonly import("./hold_bars.js").HoldBar[]} holds
 * @property {readonly import("./timeline_data.js").Bookmark[]} bookmarks
 * @property {number} now_us
 * @property {number} playhead_us
 * @property {{at_us: number, length_us: number} | null} frame the frame on screen
 * @property {number | null} hover_us
 * @property {number | null} in_us
 * @property {number | null} out_us
 * @property {boolean} isTape the playhead stands still in the middle and the tape moves
 * @property {boolean} isNear single gaps are drawn, rather than columns
 */

const SOFT_LINE = "rgb(232 237 242 / 7%)";
const HOUR_LINE = "rgb(232 237 242 / 22%)";
const DAY_LINE = "rgb(232 237 242 / 40%)";
const LEAST_FRAME_PX = 6;

/** Where the thin rows begin. @param {Scene} scene @returns {number} pixels */
export const lanesEnd = (scene) => scene.heights.ruler + scene.layout.seen;

/** The whole picture's height. @param {Scene} scene @returns {number} pixels */
export const sceneHeight = (scene) => lanesEnd(scene) + 3 * scene.heights.thin;

/**
 * @param {import("./lane_paint.js").Brush} brush
 * @param {Scene} scene
 */
export function paint(brush, scene) {
  const { g, colour, hatches } = brush;
  const { view, width, heights } = scene;
  const x = (/** @type {number} */ us) => xOf(view, width, us);
  const top = heights.ruler;
  const end = lanesEnd(scene);
  const bottom = sceneHeight(scene);
  hatches.shift(-view.from_us / scene.us_per_px);
  g.fillStyle = colour("bg");
  g.fillRect(0, 0, width, bottom);
  paintTicks(brush, scene);
  g.fillStyle = colour("line");
  g.fillRect(0, top - 1, width, 1);
  g.save();
  g.beginPath();
  g.rect(0, top, width, end - top);
  g.clip();
  paintLanes(brush, scene);
  const now = clamp(x(scene.now_us), 0, width);
  if (now < width) {
    g.fillStyle = hatches.future;
    g.fillRect(now, top, width - now, end - top);
  }
  g.restore();
  g.fillStyle = colour("line");
  g.fillRect(0, end - 1, width, 1);
  paintGrid(g, scene, top, bottom);
  if (heights.thin > 0) {
    paintHolds(brush, scene, end);
    paintBookmarks(brush, scene, end + heights.thin);
    paintEvents(brush, scene, end + 2 * heights.thin);
  } else paintTapeMarks(brush, scene, top);
  paintSelection(brush, scene, top, end);
  g.fillStyle = colour("hover");
  if (now < width) g.fillRect(Math.round(now), top / 2, 1, end - top / 2);
  if (scene.hover_us !== null) g.fillRect(Math.round(x(scene.hover_us)), 0, 1, end);
  paintPlayhead(brush, scene, Math.round(x(scene.playhead_us)), bottom);
}

/** @param {import("./lane_paint.js").Brush} brush @param {Scene} scene */
function paintLanes(brush, scene) {
  const { g, colour } = brush;
  const { layout, view, width, us_per_px, heights } = scene;
  const scale = { from_us: view.from_us, us_per_px, width, now_us: scene.now_us, isNear: scene.isNear };
  const hasSelection = scene.in_us !== null && scene.out_us !== null;
  const left = hasSelection ? clamp(xOf(view, width, /** @type {number} */ (scene.in_us)), 0, width) : 0;
  const right = hasSelection ? clamp(xOf(view, width, /** @type {number} */ (scene.out_us)), 0, width) : 0;
  for (let i = 0; i < layout.rows.length; i += 1) {
    const row = /** @type {import("./lane_layout.js").LaneRow} */ (layout.rows[i]);
    const y = heights.ruler + row.y - scene.scroll;
    if (y + row.height <= heights.ruler || y >= heights.ruler + layout.seen) continue;
    g.fillStyle = colour(row.isFocused ? "lane-focus" : "lane");
    g.fillRect(0, y, width, row.height - 1);
    // What is not known yet: a thin line where the band will be.
    g.fillStyle = colour("line");
    g.fillRect(0, y + row.height - 9, width, 1);
    if (right > left) {
      g.globalAlpha = 0.2;
      g.fillStyle = colour("sel");
      g.fillRect(left, y, right - left, row.height - 1);
      g.globalAlpha = 1;
    }
    paintLane(brush, scene.pieces[i] ?? [], scale, { y, height: row.height, isFocused: row.isFocused });
    g.fillStyle = colour("line");
    g.fillRect(0, y + row.height - 1, width, 1);
  }
}

/** @param {import("./lane_paint.js").Brush} brush @param {Scene} scene */
function paintTicks({ g, colour }, scene) {
  const { view, width, heights } = scene;
  const { major_us, minor_us } = tickSteps(spanOf(view), width);
  g.fillStyle = colour("gap-hatch");
  for (const at of ticks(view, minor_us, offsetOf))
    g.fillRect(Math.round(xOf(view, width, at)), heights.ruler - 4, 1, 3);
  g.fillStyle = colour("hover");
  for (const at of ticks(view, major_us, offsetOf))
    g.fillRect(Math.round(xOf(view, width, at)), heights.ruler - 7, 1, 6);
  paintFrames(g, colour, scene);
}

/**
 * Where pictures change, known from the frame on screen; far from it a camera's pace may have drifted.
 * @param {CanvasRenderingContext2D} g
 * @param {(name: string) => string} colour
 * @param {Scene} scene
 */
function paintFrames(g, colour, { view, width, us_per_px, heights, frame }) {
  if (!frame || frame.length_us / us_per_px < LEAST_FRAME_PX) return;
  g.fillStyle = colour("spark");
  const first = Math.ceil((Math.max(view.from_us, frame.at_us - DAY_US / 86_400) - frame.at_us) / frame.length_us);
  for (let number = first; ; number += 1) {
    const at = frame.at_us + number * frame.length_us;
    if (at >= Math.min(view.to_us, frame.at_us + DAY_US / 86_400)) break;
    g.fillRect(Math.round(xOf(view, width, at)), heights.ruler - 1, 1, 5);
  }
}

/**
 * Faint lines through lanes and rows; hours brighter, the beginning of a day bold.
 * @param {CanvasRenderingContext2D} g
 * @param {Scene} scene
 * @param {number} top
 * @param {number} bottom
 */
function paintGrid(g, { view, width }, top, bottom) {
  const span = spanOf(view);
  const fine =
    span <= 3 * HOUR_US ? HOUR_US / 4 : span <= 2 * DAY_US ? HOUR_US : span <= 4 * DAY_US ? 6 * HOUR_US : DAY_US;
  for (const at of ticks(view, fine, offsetOf)) {
    const local = at + offsetOf(at);
    const isDay = local % DAY_US === 0;
    const isBold = isDay && (fine < DAY_US || (isMonday(local) && span <= 31 * DAY_US));
    const isBright =
      span <= 3 * HOUR_US
        ? local % HOUR_US === 0
        : span <= 2 * DAY_US
          ? local % (6 * HOUR_US) === 0
          : isDay && (span <= 31 * DAY_US || isMonday(local));
    g.fillStyle = isBold ? DAY_LINE : isBright ? HOUR_LINE : SOFT_LINE;
    const y = isBold ? top - 10 : top;
    g.fillRect(Math.round(xOf(view, width, at)) - (isBold ? 1 : 0), y, isBold ? 2 : 1, bottom - y);
  }
}

/** @param {import("./lane_paint.js").Brush} brush @param {Scene} scene @param {number} top @param {number} end */
function paintSelection({ g, colour }, { view, width, in_us, out_us }, top, end) {
  if (in_us === null && out_us === null) return;
  g.fillStyle = colour("sel");
  const a = in_us === null ? null : Math.round(clamp(xOf(view, width, in_us), -4, width + 4));
  const b = out_us === null ? null : Math.round(clamp(xOf(view, width, out_us), -4, width + 4));
  if (a !== null) g.fillRect(a - 2, 1, 2, end - 1);
  if (b !== null) g.fillRect(b, 1, 2, end - 1);
  if (a === null || b === null || b <= a) return;
  g.fillRect(a, top - 2, b - a, 2);
  g.fillRect(a - 2, end - 2, b - a + 4, 2);
}

/** Phones have no rows for marks: a line and flags at the lane's top. @param {import("./lane_paint.js").Brush} brush @param {Scene} scene @param {number} top */
function paintTapeMarks(brush, scene, top) {
  const { g, colour } = brush;
  const { view, width } = scene;
  g.fillStyle = colour("hold");
  for (const hold of scene.holds) {
    const a = clamp(xOf(view, width, hold.start_us), 0, width);
    const b = clamp(hold.end_us === null ? width : xOf(view, width, hold.end_us), 0, width);
    if (b > a) g.fillRect(a, top, Math.max(2, b - a), 3);
  }
  paintBookmarks(brush, scene, top + 2);
}

/** @param {import("./lane_paint.js").Brush} brush @param {Scene} scene @param {number} x @param {number} bottom */
function paintPlayhead({ g, colour }, scene, x, bottom) {
  const { ruler } = scene.heights;
  g.fillStyle = colour("playhead");
  const top = scene.isTape ? ruler - 6 : 16;
  g.fillRect(x - 1, top, 2, bottom - top);
  if (!scene.isTape) return;
  g.beginPath();
  g.moveTo(x - 7, ruler - 12);
  g.lineTo(x + 7, ruler - 12);
  g.lineTo(x, ruler - 3);
  g.closePath();
  g.fill();
}
