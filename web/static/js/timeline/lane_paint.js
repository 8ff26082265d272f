/**
 * Draws one lane: a band of footage with activity above it, and gaps or columns of completeness.
 * @module
 */

import { stripOf } from "./column_strip.js";
import { clamp, firstAbove } from "./timeline_model.js";
import { DAY_US, HOUR_US } from "../page/site_time.js";

/** Up to a day, also when clocks are put back, single gaps are drawn; beyond that, columns. */
export const NEAR_US = DAY_US + 2 * HOUR_US;
const POST_PX = 2;
const HATCHED_PX = 6;
const LEAST_ACTIVITY_PX = 6;
const LEAST_BIN_PX = 2;

/**
 * @typedef {import("./lane_facts.js").LaneFacts} LaneFacts
 * @typedef {import("./answer_shelf.js").Piece} Piece
 * @typedef {{g: CanvasRenderingContext2D, colour: (name: string) => string, hatches: import("./timeline_canvas.js").Hatches}} Brush
 * @typedef {{from_us: number, us_per_px: number, width: number, now_us: number, isNear: boolean}} Scale
 * @typedef {{y: number, height: number, isFocused: boolean}} Place
 * @typedef {Map<number, {area: Path2D, line: Path2D}>} Levels shapes of activity, by how many bins are one
 */

const matrix = new DOMMatrix();
/** Left edges and widths of posts, one after the other. */
const posts = new Int16Array(8192);
/** Shapes of each lane's activity. @type {WeakMap<LaneFacts, Levels>} */
const drawn = new WeakMap();

/**
 * @param {Brush} brush
 * @param {readonly Piece[]} pieces left to right
 * @param {Scale} scale
 * @param {Place} place
 */
export function paintLane(brush, pieces, scale, place) {
  const { g } = brush;
  for (const piece of pieces) {
    const left = Math.max(0, Math.round((piece.from_us - scale.from_us) / scale.us_per_px));
    const right = Math.min(scale.width, Math.round((piece.to_us - scale.from_us) / scale.us_per_px));
    if (right <= left) continue;
    const isPart = left > 0 || right < scale.width;
    if (isPart) {
      g.save();
      g.beginPath();
      g.rect(left, place.y, right - left, place.height);
      g.clip();
    }
    if (scale.isNear && piece.facts.cells === null) paintGaps(brush, piece, scale, place);
    else paintColumns(brush, piece, scale, place);
    if (isPart) g.restore();
  }
}

/** @param {Brush} brush @param {Piece} piece @param {Scale} scale @param {Place} place */
function paintGaps({ g, colour, hatches }, { facts, from_us, to_us }, scale, place) {
  const { us_per_px, width } = scale;
  const x = (/** @type {number} */ us) => (us - scale.from_us) / us_per_px;
  const band = place.height >= 40 ? 10 : 7;
  const bottom = place.y + place.height - (place.height >= 40 ? 5 : 4);
  const top = place.y + 4;
  const bandY = bottom - band;
  paintActivity(g, colour, facts, scale, bandY - 2, bandY - 2 - top);
  const start = clamp(Math.round(x(Math.max(from_us, facts.quietUntilUs))), -2, width + 2);
  const end = clamp(Math.round(x(Math.min(to_us, facts.coveredUntilUs))), -2, width + 2);
  if (end > start) {
    // A dark edge round the band keeps it 3:1 also inside the yellow.
    g.fillStyle = colour("bg");
    g.fillRect(start, bandY - 1, end - start, band + 2);
    g.fillStyle = colour("rec");
    g.fillRect(start, bandY, end - start, band);
  }
  const { gapStarts, gapEnds, gaps, isQuiet } = facts;
  const last_us = Math.min(to_us, scale.now_us);
  let free = -Infinity;
  let count = 0;
  for (let i = firstAbove(gapEnds, from_us); i < gaps.length; i += 1) {
    const gap_us = /** @type {number} */ (gapStarts[i]);
    if (gap_us >= last_us) break;
    const end_us = Math.min(/** @type {number} */ (gapEnds[i]), scale.now_us);
    // Posts keep a pixel between them: many short gaps look like a comb, and not like one long one.
    const a = Math.max(Math.round(clamp(x(gap_us), -HATCHED_PX, width)), free);
    const b = Math.round(clamp(x(end_us), -HATCHED_PX, width + HATCHED_PX));
    if (isQuiet[i]) paintQuiet(g, colour, hatches, a, b, place);
    else if (b - a >= HATCHED_PX) {
      g.fillStyle = hatches.gap;
      g.fillRect(a, top, b - a, bottom - top + 1);
    } else {
      posts[count] = a;
      posts[count + 1] = Math.max(POST_PX, b - a);
      count = Math.min(count + 2, posts.length - 2);
    }
    free = Math.max(b, a + POST_PX) + 1;
    // Whatever ends under what was just drawn is drawn with it.
    const under = scale.from_us + (free - 1) * us_per_px;
    if (i + 1 < gaps.length && /** @type {number} */ (gapEnds[i + 1]) <= under)
      i = firstAbove(gapEnds, under, i + 1) - 1;
  }
  g.fillStyle = colour(place.isFocused ? "lane-focus" : "lane");
  for (let k = 0; k < count; k += 2)
    g.fillRect(/** @type {number} */ (posts[k]) - 1, top, /** @type {number} */ (posts[k + 1]) + 2, bottom - top + 1);
  g.fillStyle = colour("gap-hatch");
  for (let k = 0; k < count; k += 2)
    g.fillRect(/** @type {number} */ (posts[k]), top, /** @type {number} */ (posts[k + 1]), bottom - top);
}

/** @param {Brush} brush @param {Piece} piece @param {Scale} scale @param {Place} place */
function paintColumns({ g, colour, hatches }, { facts, from_us, to_us }, scale, place) {
  const { us_per_px, width } = scale;
  const x = (/** @type {number} */ us) => clamp(Math.round((us - scale.from_us) / us_per_px), -2, width + 2);
  const bottom = place.y + place.height - (place.height >= 40 ? 5 : 4);
  const tall = place.height >= 40 ? 22 : 14;
  const top = bottom - tall;
  paintActivity(g, colour, facts, scale, top - 2, top - 2 - (place.y + 4));
  if (facts.quietUntilUs > from_us)
    paintQuiet(g, colour, hatches, x(from_us), x(Math.min(to_us, facts.quietUntilUs)), place);
  paintCompleteness(g, colour, hatches, facts, scale, { from_us, to_us }, top, tall);
}

/**
 * Columns whose height says how much is there; what is missing is hatched.
 * @param {CanvasRenderingContext2D} g
 * @param {(name: string) => string} colour
 * @param {import("./timeline_canvas.js").Hatches} hatches
 * @param {LaneFacts} facts
 * @param {{from_us: number, us_per_px: number, width: number}} scale
 * @param {{from_us: number, to_us: number}} part
 * @param {number} top
 * @param {number} tall pixels of a whole column
 * @param {number} [least_px] pixels that a column has at least
 */
export function paintCompleteness(g, colour, hatches, facts, scale, part, top, tall, least_px = 2) {
  const { us_per_px, width } = scale;
  const seen_us = scale.from_us + width * us_per_px;
  const from_us = Math.max(part.from_us, facts.quietUntilUs, facts.fromUs, scale.from_us);
  const to_us = Math.min(part.to_us, facts.untilUs, seen_us);
  if (to_us <= from_us) return;
  const left = (from_us - scale.from_us) / us_per_px;
  const wide = (to_us - from_us) / us_per_px;
  const strip = stripOf(facts, us_per_px, { from_us, to_us }, tall, least_px, {
    full: colour("rec"),
    edge: colour("bg"),
  });
  g.fillStyle = colour("bg");
  g.fillRect(left, top - 1, wide, tall + 2);
  g.fillStyle = strip.isWhole ? colour("rec") : hatches.gap;
  g.fillRect(left, top, wide, tall);
  if (strip.isWhole) return;
  // Each column keeps its colour to its very edge.
  g.imageSmoothingEnabled = false;
  g.drawImage(
    strip.image,
    (from_us - strip.start_us) / strip.step_us,
    0,
    (to_us - from_us) / strip.step_us,
    tall,
    left,
    top,
    wide,
    tall,
  );
}

/**
 * Time before anything was recorded, or that retention took: dotted, with an edge where footage begins.
 * @param {CanvasRenderingContext2D} g
 * @param {(name: string) => string} colour
 * @param {import("./timeline_canvas.js").Hatches} hatches
 * @param {number} left
 * @param {number} right
 * @param {Place} place
 */
function paintQuiet(g, colour, hatches, left, right, place) {
  if (right <= left) return;
  g.fillStyle = hatches.quiet;
  g.fillRect(left, place.y, right - left, place.height - 1);
  g.fillStyle = colour("hover");
  g.fillRect(right - 1, place.y + 2, 1, place.height - 5);
}

/**
 * Bytes a second as a line over a fill: a free hint of motion.
 * @param {CanvasRenderingContext2D} g
 * @param {(name: string) => string} colour
 * @param {LaneFacts} facts
 * @param {Scale} scale
 * @param {number} base
 * @param {number} height
 */
function paintActivity(g, colour, facts, scale, base, height) {
  if (!facts.activity || height < LEAST_ACTIVITY_PX) return;
  /** @type {Levels} */
  const levels = drawn.get(facts) ?? new Map();
  drawn.set(facts, levels);
  const together = 2 ** Math.max(0, Math.ceil(Math.log2((LEAST_BIN_PX * scale.us_per_px) / facts.activity.width_us)));
  let paths = levels.get(together);
  if (!paths) levels.set(together, (paths = activityPaths(facts.activity.rates, facts.busiest, together)));
  matrix.a = (facts.activity.width_us * together) / scale.us_per_px;
  matrix.d = height;
  matrix.e = (facts.activity.start_us - scale.from_us) / scale.us_per_px;
  matrix.f = base;
  const area = new Path2D();
  area.addPath(paths.area, matrix);
  g.globalAlpha = 0.34;
  g.fillStyle = colour("rec");
  g.fill(area);
  const line = new Path2D();
  line.addPath(paths.line, matrix);
  g.globalAlpha = 0.85;
  g.strokeStyle = colour("spark");
  g.lineWidth = 1;
  g.stroke(line);
  g.globalAlpha = 1;
}

/**
 * In units of some bins and of the lane's height; made once and stretched while drawing.
 * @param {readonly number[]} bins
 * @param {number} busiest
 * @param {number} together how many bins are one: of them the busiest counts
 */
function activityPaths(bins, busiest, together) {
  const [area, line] = [new Path2D(), new Path2D()];
  const rates =
    together === 1
      ? bins
      : Array.from({ length: Math.ceil(bins.length / together) }, (_, i) =>
          Math.max(...bins.slice(i * together, (i + 1) * together)),
        );
  let isOpen = false;
  for (let i = 0; i <= rates.length; i += 1) {
    const rate = rates[i] ?? 0;
    const y = -Math.min(1, rate / busiest);
    if (rate > 0 && !isOpen) {
      area.moveTo(i, 0);
      area.lineTo(i, y);
      line.moveTo(i, y);
    }
    if (rate > 0) {
      area.lineTo(i + 0.5, y);
      line.lineTo(i + 0.5, y);
    } else if (isOpen) {
      const last = -Math.min(1, (rates[i - 1] ?? 0) / busiest);
      area.lineTo(i, last);
      area.lineTo(i, 0);
      area.closePath();
      line.lineTo(i, last);
    }
    isOpen = rate > 0;
  }
  return { area, line };
}
