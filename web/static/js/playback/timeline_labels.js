/**
 * The words over the timeline's canvas: DOM text, so that digits align and zoomed text stays sharp.
 * @module
 */

import { text } from "../page_data.js";
import { spanOf, ticks, tickSteps, xOf } from "./timeline_model.js";
import { clock, clockMinutes, DAY_US, dayMonth, duration, HOUR_US, MINUTE_US, zoneOffsetUs } from "../site_time.js";

/**
 * @typedef {object} Label
 * @property {string} kind class names
 * @property {string} words
 * @property {number} x
 * @property {number} [y]
 * @property {number} [width]
 */

/** @param {number} us @param {number} step_us @param {number} offset_us @returns {{words: string, isBold: boolean}} */
function tickWords(us, step_us, offset_us) {
  const local = us + offset_us;
  if (local % DAY_US === 0) return { words: dayMonth(us), isBold: true };
  return { words: step_us < MINUTE_US ? clock(us) : clockMinutes(us), isBold: local % HOUR_US === 0 && step_us < HOUR_US };
}

/**
 * Put labels into a box, reusing its elements.
 * @param {HTMLElement} box
 * @param {readonly Label[]} labels
 */
export function place(box, labels) {
  while (box.childElementCount > labels.length) box.lastElementChild?.remove();
  labels.forEach((label, i) => {
    const element = /** @type {HTMLElement} */ (box.children[i] ?? box.appendChild(document.createElement("span")));
    if (element.className !== label.kind) element.className = label.kind;
    if (element.textContent !== label.words) element.textContent = label.words;
    element.style.left = `${label.x.toFixed(1)}px`;
    element.style.top = label.y === undefined ? "" : `${label.y}px`;
    element.style.width = label.width === undefined ? "" : `${label.width.toFixed(1)}px`;
  });
}

/**
 * @param {HTMLElement} box
 * @param {import("./timeline_paint.js").Scene} scene
 * @param {number} width
 * @param {import("./timeline_paint.js").Rows} rows
 */
export function labelTimeline(box, scene, width, rows) {
  const { view } = scene;
  const x = (/** @type {number} */ us) => xOf(view, width, us);
  /** @type {Label[]} */
  const labels = [];
  const { major_us } = tickSteps(spanOf(view), width);
  const offset = zoneOffsetUs(view.from_us);
  for (const at of ticks(view, major_us, offset)) {
    const left = x(at);
    const { words, isBold } = tickWords(at, major_us, offset);
    const isHidden = scene.isCentred && Math.abs(left - width / 2) < 34;
    if (left > 24 && left < width - 20 && !isHidden) labels.push({ kind: isBold ? "tk h" : "tk", words, x: left });
  }
  const now = x(scene.now_us);
  if (now > 0 && now < width - 70 && !scene.isCentred && Math.abs(now - x(scene.playhead_us)) > 40) labels.push({ kind: "pin now", words: text("player.now"), x: now });
  if (scene.in_us !== null && x(scene.in_us) > 0 && x(scene.in_us) < width) labels.push({ kind: "pin in", words: clock(scene.in_us), x: x(scene.in_us) });
  if (scene.out_us !== null && x(scene.out_us) > 0 && x(scene.out_us) < width) labels.push({ kind: "pin out", words: clock(scene.out_us), x: x(scene.out_us) });
  const head = x(scene.playhead_us);
  // Its line says where it is; its words would cover those of an end that is near.
  const isCovered = (scene.in_us !== null && head < x(scene.in_us) + 34 && head > x(scene.in_us) - 100) || (scene.out_us !== null && head > x(scene.out_us) - 34 && head < x(scene.out_us) + 100);
  if (!scene.isCentred && head >= 0 && head <= width && !isCovered) labels.push({ kind: "pin ph", words: clock(scene.playhead_us), x: Math.min(width - 34, Math.max(34, head)) });
  if (scene.facts && !scene.facts.cells) labels.push(...gapLabels(scene, x, width, rows));
  for (const hold of rows.thin > 0 ? scene.facts?.holds ?? [] : []) {
    const [a, b] = [Math.max(-4, x(hold.start_us)), Math.min(width + 4, x(hold.end_us))];
    if (b > 0 && a < width) labels.push({ kind: "hold-l", words: b - a > 60 ? hold.reason : "", x: a, y: rows.ruler + rows.lane + 2, width: Math.max(4, b - a) });
  }
  place(box, labels);
}

/**
 * Gaps are named in place where there is room, and as events below; a word that would meet its neighbour is dropped.
 * @param {import("./timeline_paint.js").Scene} scene
 * @param {(us: number) => number} x
 * @param {number} width
 * @param {import("./timeline_paint.js").Rows} rows
 * @returns {Label[]}
 */
function gapLabels(scene, x, width, rows) {
  /** @type {Label[]} */
  const labels = [];
  let free = 0;
  const y = rows.ruler + rows.lane + rows.thin;
  for (const gap of scene.facts?.gaps ?? []) {
    const [a, b] = [x(gap.start_us), x(Math.min(gap.end_us, scene.now_us))];
    if (b < 0 || a > width || gap.start_us >= scene.now_us) continue;
    const isFailure = gap.cause !== "before-first";
    const words = text(`cause.${gap.cause}`);
    const [seenA, seenB] = [Math.max(0, a), Math.min(width, b)];
    if (seenB - seenA > words.length * 7 + 16) labels.push({ kind: "gap-l", words, x: (seenA + seenB) / 2, y: rows.ruler + rows.lane / 2 });
    const event = `${words} ${duration(Math.min(gap.end_us, scene.now_us) - gap.start_us)}`;
    if (isFailure && rows.thin > 0 && a >= free && a < width - 12 && a > -4) {
      const isRoomy = a + 16 + event.length * 7 < width;
      labels.push({ kind: "ev", words: isRoomy ? event : "", x: a - 6, y });
      free = a + 16 + (isRoomy ? event.length * 7 : 0);
    }
  }
  return labels;
}
