/**
 * Draws the timeline's canvas: ticks, the lane with its band, activity and gaps, marks and the playhead.
 * @module
 */

import { clamp, firstAfter, spanOf, ticks, tickSteps, xOf } from "./timeline_model.js";
import { DAY_US, HOUR_US, SECOND_US, zoneOffsetUs } from "../site_time.js";

/**
 * @typedef {import("./timeline_model.js").View} View
 * @typedef {import("./timeline_data.js").Facts} Facts
 * @typedef {object} Scene
 * @property {View} view
 * @property {Facts | null} facts
 * @property {number} now_us
 * @property {number} playhead_us
 * @property {number | null} hover_us
 * @property {number | null} in_us
 * @property {number | null} out_us
 * @property {boolean} isCentred the playhead stands still and the tape moves
 * @typedef {{ruler: number, lane: number, thin: number}} Rows heights in pixels
 */

/** Colours of the instruments; the same in both themes. @returns {(name: string) => string} */
export function palette() {
  const style = getComputedStyle(document.documentElement);
  /** @type {Map<string, string>} */
  const known = new Map();
  return (name) => {
    let colour = known.get(name);
    if (colour === undefined) known.set(name, (colour = style.getPropertyValue(`--tl-${name}`).trim()));
    return colour;
  };
}

/**
 * Fit the canvas to its box and the screen's pixels.
 * @param {HTMLCanvasElement} canvas
 * @returns {{g: CanvasRenderingContext2D, width: number, height: number} | null}
 */
export function openCanvas(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  const g = canvas.getContext("2d");
  if (!g || width === 0 || height === 0) return null;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { g, width, height };
}

/**
 * @param {CanvasRenderingContext2D} g
 * @param {{x: number, y: number, width: number, height: number}} box
 * @param {string} base
 * @param {string} line
 * @param {number} step pixels between lines
 */
export function hatch(g, { x, y, width, height }, base, line, step) {
  g.save();
  g.beginPath();
  g.rect(x, y, width, height);
  g.clip();
  g.fillStyle = base;
  g.fillRect(x, y, width, height);
  g.strokeStyle = line;
  g.lineWidth = 1;
  g.beginPath();
  for (let d = Math.floor((x - height) / step) * step; d < x + width + height; d += step) {
    g.moveTo(d, y + height);
    g.lineTo(d + height, y);
  }
  g.stroke();
  g.restore();
}

/**
 * @param {CanvasRenderingContext2D} g
 * @param {Scene} scene
 * @param {number} width
 * @param {Rows} rows
 * @param {(name: string) => string} colour
 */
export function paint(g, scene, width, rows, colour) {
  const { view, now_us: now } = scene;
  const x = (/** @type {number} */ us) => xOf(view, width, us);
  const top = rows.ruler;
  const end = top + rows.lane;
  const bottom = end + 2 * rows.thin;
  const fill = (/** @type {string} */ name, /** @type {number} */ left, /** @type {number} */ y, /** @type {number} */ w, /** @type {number} */ h) => {
    g.fillStyle = colour(name);
    g.fillRect(left, y, w, h);
  };
  fill("bg", 0, 0, width, bottom);
  paintTicks(g, view, width, rows, colour);
  fill("line", 0, top - 1, width, 1);
  fill("lane-focus", 0, top, width, rows.lane - 1);
  if (scene.in_us !== null && scene.out_us !== null) {
    g.globalAlpha = 0.2;
    fill("sel", x(scene.in_us), top, x(scene.out_us) - x(scene.in_us), rows.lane - 1);
    g.globalAlpha = 1;
  }
  if (scene.facts) {
    if (scene.facts.cells) paintCells(g, scene.facts.cells, x, width, top, rows.lane, colour);
    else paintSpans(g, scene, x, width, top, rows.lane, colour);
  }
  const nowX = x(now);
  if (nowX < width) hatch(g, { x: Math.max(0, nowX), y: top, width: width - Math.max(0, nowX), height: rows.lane - 1 }, colour("future"), colour("line"), 8);
  fill("line", 0, end - 1, width, 1);
  paintGrid(g, view, width, top, bottom);
  for (const [mark, inside] of /** @type {[number | null, number][]} */ ([[scene.in_us, -2], [scene.out_us, 0]])) {
    if (mark !== null) fill("sel", Math.round(x(mark)) + inside, 1, 2, end - 1);
  }
  if (scene.in_us !== null && scene.out_us !== null) {
    const [a, b] = [Math.round(x(scene.in_us)), Math.round(x(scene.out_us))];
    fill("sel", a, top - 2, b - a, 2);
    fill("sel", a - 2, end - 2, b - a + 4, 2);
  }
  if (nowX < width) fill("hover", Math.round(nowX), 20, 1, end - 20);
  if (scene.hover_us !== null) fill("hover", Math.round(x(scene.hover_us)), 0, 1, end);
  const head = Math.round(x(scene.playhead_us));
  fill("playhead", head - 1, scene.isCentred ? top - 6 : 16, 2, bottom - 16);
  if (scene.isCentred) {
    g.fillStyle = colour("playhead");
    g.beginPath();
    g.moveTo(head - 7, top - 12);
    g.lineTo(head + 7, top - 12);
    g.lineTo(head, top - 3);
    g.closePath();
    g.fill();
  }
}

/**
 * @param {CanvasRenderingContext2D} g
 * @param {View} view
 * @param {number} width
 * @param {Rows} rows
 * @param {(name: string) => string} colour
 */
function paintTicks(g, view, width, rows, colour) {
  const { major_us, minor_us } = tickSteps(spanOf(view), width);
  const offset = zoneOffsetUs(view.from_us);
  for (const [step, name, height] of /** @type {[number, string, number][]} */ ([[minor_us, "gap-hatch", 4], [major_us, "hover", 7]])) {
    g.fillStyle = colour(name);
    for (const at of ticks(view, step, offset)) g.fillRect(Math.round(xOf(view, width, at)), rows.ruler - height, 1, height - 1);
  }
}

/**
 * Faint lines through the lanes; hours and days brighter.
 * @param {CanvasRenderingContext2D} g
 * @param {View} view
 * @param {number} width
 * @param {number} top
 * @param {number} bottom
 */
function paintGrid(g, view, width, top, bottom) {
  const span = spanOf(view);
  const [fine, bold] = span <= 3 * HOUR_US ? [HOUR_US / 4, HOUR_US] : span <= 2 * DAY_US ? [HOUR_US, 6 * HOUR_US] : [DAY_US, 7 * DAY_US];
  const offset = zoneOffsetUs(view.from_us);
  for (const at of ticks(view, fine, offset)) {
    g.fillStyle = (at + offset) % bold === 0 ? "rgb(232 237 242 / 22%)" : "rgb(232 237 242 / 7%)";
    g.fillRect(Math.round(xOf(view, width, at)), top, 1, bottom - top);
  }
}

/**
 * @param {CanvasRenderingContext2D} g
 * @param {Scene} scene
 * @param {(us: number) => number} x
 * @param {number} width
 * @param {number} top
 * @param {number} height
 * @param {(name: string) => string} colour
 */
function paintSpans(g, scene, x, width, top, height, colour) {
  const facts = /** @type {Facts} */ (scene.facts);
  const band = 10;
  const bandY = top + height - band - 5;
  const first = top + 4;
  paintActivity(g, facts, x, width, bandY - 2, bandY - 2 - first, colour);
  for (let i = firstAfter(facts.spans, scene.view.from_us); i < facts.spans.length; i += 1) {
    const [from, to] = /** @type {readonly [number, number]} */ (facts.spans[i]);
    if (from >= scene.view.to_us) break;
    const a = clamp(x(from), -2, width + 2);
    const b = clamp(x(to), -2, width + 2);
    // A dark edge round the band keeps it 3:1 also inside the yellow.
    g.fillStyle = colour("bg");
    g.fillRect(a, bandY - 1, b - a, band + 2);
    g.fillStyle = colour("rec");
    g.fillRect(a, bandY, Math.max(1, b - a), band);
  }
  for (const gap of facts.gaps) {
    if (gap.end_us <= scene.view.from_us || gap.start_us >= Math.min(scene.view.to_us, scene.now_us)) continue;
    const a = Math.round(clamp(x(gap.start_us), -10, width + 10));
    const b = Math.round(clamp(x(Math.min(gap.end_us, scene.now_us)), -10, width + 10));
    const wide = Math.max(2, b - a);
    if (wide < 6) {
      g.fillStyle = colour("lane");
      g.fillRect(a - 1, top, wide + 2, height - 1);
      g.fillStyle = colour("gap-hatch");
      g.fillRect(a, first, wide, height - 9);
    } else hatch(g, { x: a, y: first, width: wide, height: bandY + band - first }, colour("gap"), colour("gap-hatch"), 6);
  }
}

/**
 * Bytes a second as a line over a fill: a free hint of motion.
 * @param {CanvasRenderingContext2D} g
 * @param {Facts} facts
 * @param {(us: number) => number} x
 * @param {number} width
 * @param {number} base
 * @param {number} height
 * @param {(name: string) => string} colour
 */
function paintActivity(g, facts, x, width, base, height, colour) {
  const points = facts.activity ?? [];
  if (points.length < 2) return;
  const sorted = points.map(([, rate]) => rate).sort((a, b) => a - b);
  const most = sorted[Math.floor((sorted.length - 1) * 0.985)] || 1;
  const steps = points.slice(1).map(([at], i) => at - /** @type {readonly [number, number]} */ (points[i])[0]).sort((a, b) => a - b);
  const broken = 3 * (steps[Math.floor(steps.length / 2)] ?? SECOND_US);
  /** @type {[number, number][][]} */
  const runs = [[]];
  let last = -Infinity;
  for (const [at, rate] of points) {
    if (at - last > broken) runs.push([]);
    last = at;
    const left = x(at);
    if (left > -50 && left < width + 50) runs.at(-1)?.push([left, base - Math.min(1, rate / most) * height]);
  }
  for (const run of runs) {
    const [start, stop] = [run[0], run.at(-1)];
    if (!start || !stop) continue;
    const line = new Path2D();
    line.moveTo(...start);
    for (const point of run) line.lineTo(...point);
    const area = new Path2D(line);
    area.lineTo(stop[0], base);
    area.lineTo(start[0], base);
    area.closePath();
    g.globalAlpha = 0.34;
    g.fillStyle = colour("rec");
    g.fill(area);
    g.globalAlpha = 0.85;
    g.strokeStyle = colour("spark");
    g.lineWidth = 1;
    g.stroke(line);
    g.globalAlpha = 1;
  }
}

/**
 * Far out every column shows how complete it is: missing parts are hatched, never averaged away.
 * @param {CanvasRenderingContext2D} g
 * @param {readonly import("./timeline_data.js").Cell[]} cells
 * @param {(us: number) => number} x
 * @param {number} width
 * @param {number} top
 * @param {number} height
 * @param {(name: string) => string} colour
 */
export function paintCells(g, cells, x, width, top, height, colour) {
  const first = top + 6;
  const tall = height - 12;
  for (const [bucket, wide_us, covered, longest] of cells) {
    const a = Math.round(x(bucket));
    const b = Math.max(a + 1, Math.round(x(bucket + wide_us)));
    if (b < 0 || a > width) continue;
    const share = clamp(covered / wide_us, 0, 1);
    const isWhole = longest < 5 * SECOND_US && share > 0.999;
    if (!isWhole) hatch(g, { x: a, y: first, width: b - a, height: tall }, colour("gap"), colour("gap-hatch"), 5);
    const filled = isWhole ? tall : Math.min(tall - 3, Math.round(tall * share));
    g.fillStyle = colour("rec");
    g.fillRect(a, first + tall - filled, b - a, filled);
  }
}
