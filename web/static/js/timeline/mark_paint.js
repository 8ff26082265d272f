/**
 * Draws the thin rows: bars of evidence locks, flags of bookmarks, triangles of events. Shapes only; their labels are
 * elements.
 * @module
 */

import { clamp, xOf } from "./timeline_model.js";

/** Pixels of a shape and the blank behind it; a label begins there. */
export const SHAPE_PX = 16;
const PADLOCK = new Path2D("M1 5h8v6H1zM2.6 5V3.4a2.4 2.4 0 0 1 4.8 0V5H6.2V3.4a1.2 1.2 0 0 0-2.4 0V5z");
const FLAG = new Path2D("M0 0h1.5v12H0zM2 .5h8.500l-2.500 3 2.500 3H2z");
const TRIANGLE = new Path2D("M5.500 0 11 10H0z");
const BOOKMARK_PITCH_PX = 5;

/**
 * @typedef {import("./timeline_paint.js").Scene} Scene
 * @typedef {import("./lane_paint.js").Brush} Brush
 */

/** @param {CanvasRenderingContext2D} g @param {Path2D} shape @param {number} x @param {number} y */
function stamp(g, shape, x, y) {
  g.translate(x, y);
  g.fill(shape);
  g.translate(-x, -y);
}

/** @param {Brush} brush @param {Scene} scene @param {number} top */
export function paintHolds({ g, colour }, { view, width, holds, heights }, top) {
  for (const hold of holds) {
    const a = Math.round(clamp(xOf(view, width, hold.start_us), -8, width + 8));
    const b = Math.round(clamp(hold.end_us === null ? width + 8 : xOf(view, width, hold.end_us), -8, width + 8));
    if (b < 0 || a > width) continue;
    const wide = Math.max(4, b - a);
    const [y, tall] = [top + 2, heights.thin - 4];
    g.globalAlpha = 0.22;
    g.fillStyle = colour("hold");
    g.fillRect(a, y, wide, tall);
    g.globalAlpha = 1;
    g.fillRect(a, y, wide, 1);
    g.fillRect(a, y + tall - 1, wide, 1);
    g.fillRect(a, y, 1, tall);
    g.fillRect(a + wide - 1, y, 1, tall);
    if (wide >= 16) stamp(g, PADLOCK, Math.max(0, a) + 4, y + 1);
  }
}

/** @param {Brush} brush @param {Scene} scene @param {number} top */
export function paintBookmarks({ g, colour }, { view, width, bookmarks }, top) {
  g.fillStyle = colour("mark");
  let free = -Infinity;
  for (const mark of bookmarks) {
    const x = Math.round(xOf(view, width, mark.start_us));
    const end = Math.round(clamp(xOf(view, width, mark.end_us), -8, width + 8));
    if (end < 0 || x > width) continue;
    // A bookmark of a range has a line below its flag.
    if (end > x + 2) g.fillRect(Math.max(x, -2), top + 14, end - Math.max(x, -2), 2);
    if (x < -10 || x < free) continue;
    stamp(g, FLAG, x - 1, top + 2);
    free = x + BOOKMARK_PITCH_PX;
  }
}

/** @param {Brush} brush @param {Scene} scene @param {number} top */
export function paintEvents({ g, colour }, { events }, top) {
  g.fillStyle = colour("event");
  for (let i = 0; i < events.count; i += 1)
    stamp(g, TRIANGLE, Math.round(/** @type {number} */ (events.xs[i])) - 5, top + 4);
}
