/**
 * The timeline's labels: ticks, pins, and the names of gaps.
 * @module
 */

import { keepLabels, placeInside, withoutOverlaps } from "./label_fit.js";
import { widthOf } from "./label_pool.js";
import { SHAPE_PX } from "./mark_paint.js";
import { text } from "../page/page_data.js";
import { clockWords, offsetOf, tickWords } from "./tick_words.js";
import { clamp, firstAbove, spanOf, ticks, tickSteps, xOf } from "./timeline_model.js";
import { lanesEnd } from "./timeline_paint.js";
import { dateShort, DAY_US, duration, SECOND_US } from "../page/site_time.js";

/**
 * @typedef {import("./timeline_paint.js").Scene} Scene
 * @typedef {import("./label_pool.js").LabelPool} LabelPool
 * @typedef {import("./lane_facts.js").Gap} Gap
 */

const LEAST_NAMED_PX = 48;
const MOST_NAMED = 40;
const PIN_PAD = 6;

/** @type {WeakMap<Gap, string>} */
const eventWords = new WeakMap();
const shapes = new Float32Array(512);
const widths = new Float32Array(512);
const kept = new Uint8Array(512);

/**
 * @param {LabelPool} pool
 * @param {Scene} scene
 * @param {readonly number[]} numbers of the cameras on the page, in the order of the lanes
 */
export function labelTimeline(pool, scene, numbers) {
  pool.begin();
  labelTicks(pool, scene);
  labelPins(pool, scene);
  labelLanes(pool, scene);
  if (scene.heights.thin > 0) {
    labelHolds(pool, scene);
    labelBookmarks(pool, scene);
    labelEvents(pool, scene, numbers);
  }
  pool.end();
}

/** @param {Scene} scene @returns {number} pixel of the playhead */
const headOf = ({ view, width, playhead_us }) => xOf(view, width, playhead_us);

/** @param {LabelPool} pool @param {Scene} scene */
function labelTicks(pool, scene) {
  const { view, width } = scene;
  const { major_us } = tickSteps(spanOf(view), width);
  for (const at of ticks(view, major_us, offsetOf)) {
    const x = xOf(view, width, at);
    const isBehindHead = scene.isTape && Math.abs(x - width / 2) < 34;
    if (x < 24 || x > width - 20 || isBehindHead) continue;
    const { words, isBold } = tickWords(at, major_us);
    pool.put(isBold ? "tk h" : "tk", words, x);
  }
}

/** Ends outweigh the playhead, whose time also stands in the clock; the present comes last. @param {LabelPool} pool @param {Scene} scene */
function labelPins(pool, scene) {
  const { view, width } = scene;
  if (scene.isTape) return;
  const fine = spanOf(view) <= 20 * SECOND_US ? SECOND_US / 10 : SECOND_US;
  /** @type {{left: number, right: number, kind: string, words: string, x: number}[]} */
  const pins = [];
  const offer = (
    /** @type {string} */ kind,
    /** @type {number} */ us,
    /** @type {string} */ words,
    /** @type {number} */ share,
  ) => {
    const wide = widthOf(words) + 2 * PIN_PAD;
    const at = xOf(view, width, us);
    if (at < 0 || at > width) return;
    const x = share === 0.5 ? clamp(at, wide / 2, width - wide / 2) : at;
    pins.push({ left: x - share * wide, right: x + (1 - share) * wide, kind, words, x });
  };
  if (scene.in_us !== null) offer("pin in", scene.in_us, clockWords(scene.in_us, fine), 1);
  if (scene.out_us !== null) offer("pin out", scene.out_us, clockWords(scene.out_us, fine), 0);
  offer("pin ph", scene.playhead_us, clockWords(scene.playhead_us, fine), 0.5);
  const isRoomy = xOf(view, width, scene.now_us) + widthOf(text("player.now")) + 2 * PIN_PAD <= width;
  offer(isRoomy ? "pin now" : "pin now before", scene.now_us, text("player.now"), isRoomy ? 0 : 1);
  for (const pin of withoutOverlaps(pins)) pool.put(pin.kind, pin.words, pin.x);
}

/** Gaps are named in place, and time without footage with its date, where there is room. @param {LabelPool} pool @param {Scene} scene */
function labelLanes(pool, scene) {
  const { layout, heights, view, width, us_per_px } = scene;
  const head = headOf(scene);
  const line = head >= 0 && head <= width ? head : null;
  let left = MOST_NAMED;
  layout.rows.forEach((row, i) => {
    const y = heights.ruler + row.y - scene.scroll + row.height / 2 - 8;
    if (y < heights.ruler || y + 16 > heights.ruler + layout.seen) return;
    for (const { facts, from_us, to_us } of scene.pieces[i] ?? []) {
      const { gapStarts, gapEnds, gaps, longest } = facts;
      const isColumns = facts.cells !== null || !scene.isNear;
      if (isColumns && facts.quietUntilUs > from_us)
        nameQuiet(pool, scene, facts, from_us, Math.min(to_us, facts.quietUntilUs), y);
      if (gaps.length === 0) continue;
      const least_us = LEAST_NAMED_PX * us_per_px;
      for (
        let k = longest.next(firstAbove(gapEnds, from_us), least_us);
        k >= 0 && k < gaps.length && left > 0;
        k = longest.next(k + 1, least_us)
      ) {
        const start_us = /** @type {number} */ (gapStarts[k]);
        if (start_us >= Math.min(to_us, scene.now_us)) break;
        const end_us = Math.min(/** @type {number} */ (gapEnds[k]), scene.now_us);
        const gap = /** @type {Gap} */ (gaps[k]);
        const from = Math.max(start_us, from_us);
        if (facts.isQuiet[k]) {
          if (!isColumns) nameQuiet(pool, scene, facts, from, Math.min(to_us, end_us), y);
          continue;
        }
        const words = text(`cause.${gap.cause}`);
        const place = placeInside(
          Math.max(0, xOf(view, width, from)),
          Math.min(width, xOf(view, width, Math.min(end_us, to_us))),
          widthOf(words) + 2 * PIN_PAD,
          line,
        );
        if (place === null) continue;
        pool.put("gap-l", words, place, y);
        left -= 1;
      }
    }
  });
}

/**
 * @param {LabelPool} pool
 * @param {Scene} scene
 * @param {import("./lane_facts.js").LaneFacts} facts
 * @param {number} from_us
 * @param {number} to_us
 * @param {number} y
 */
function nameQuiet(pool, { view, width, playhead_us }, facts, from_us, to_us, y) {
  const [a, b] = [Math.max(0, xOf(view, width, from_us)), Math.min(width, xOf(view, width, to_us))];
  if (b - a < LEAST_NAMED_PX) return;
  const edge_us = facts.quietUntilUs;
  const words =
    facts.quietCause === "purged"
      ? text("timeline.purged_before", { day: dateShort(edge_us) })
      : facts.oldestUs === null
        ? text("timeline.never_recorded")
        : text("timeline.nothing_before", { day: dateShort(edge_us) });
  const head = xOf(view, width, playhead_us);
  const wide = widthOf(words) + 2 * PIN_PAD;
  const place =
    b - wide - 4 >= a && (head < b - wide - 6 || head > b - 2) ? b - wide - 4 : placeInside(a, b, wide, head);
  if (place !== null) pool.put("quiet-l", words, place, y);
}

/** @param {LabelPool} pool @param {Scene} scene */
function labelHolds(pool, scene) {
  const { view, width } = scene;
  const y = lanesEnd(scene) + 1;
  const head = headOf(scene);
  /** @type {{left: number, right: number, words: string}[]} */
  const labels = [];
  for (const hold of scene.holds) {
    const a = clamp(xOf(view, width, hold.start_us), 0, width);
    const b = clamp(hold.end_us === null ? width : xOf(view, width, hold.end_us), 0, width);
    const wide = Math.min(b - a - SHAPE_PX - 4, widthOf(hold.reason));
    const left = a + SHAPE_PX + 1;
    const isCovering = head > left - 2 && head < left + wide + 2;
    if (b - a > SHAPE_PX + 40 && !isCovering) labels.push({ left, right: left + wide, words: hold.reason });
  }
  for (const { left, right, words } of withoutOverlaps(labels)) pool.put("hold-l", words, left, y, right - left + 1);
}

/** @param {LabelPool} pool @param {Scene} scene */
function labelBookmarks(pool, scene) {
  const { view, width, heights } = scene;
  let count = 0;
  let first = 0;
  scene.bookmarks.forEach((mark, i) => {
    const x = xOf(view, width, mark.start_us);
    if (x < -SHAPE_PX || x > width || count >= shapes.length) return;
    if (count === 0) first = i;
    shapes[count] = x - 1;
    widths[count] = widthOf(mark.title);
    count += 1;
  });
  keepLabels(shapes, widths, count, { shape: SHAPE_PX, gap: 6, width, line: headOf(scene) }, kept);
  for (let i = 0; i < count; i += 1) {
    const mark = scene.bookmarks[first + i];
    if (kept[i] && mark)
      pool.put("bm-l", mark.title, /** @type {number} */ (shapes[i]) + SHAPE_PX, lanesEnd(scene) + heights.thin + 1);
  }
}

/** @param {LabelPool} pool @param {Scene} scene @param {readonly number[]} numbers */
function labelEvents(pool, scene, numbers) {
  const { events, width, heights } = scene;
  const words = [];
  for (let i = 0; i < events.count; i += 1) {
    const gap = /** @type {Gap} */ (events.gaps[i]);
    const number = numbers.length > 1 ? `${numbers[/** @type {number} */ (events.lanes[i])]}: ` : "";
    const label =
      number + (events.isEnd[i] ? text("timeline.back") : wordsOf(gap, scene.now_us, events.hasBothEnds[i] === 1));
    words.push(label);
    shapes[i] = /** @type {number} */ (events.xs[i]) - 5;
    widths[i] = widthOf(label);
  }
  keepLabels(shapes, widths, events.count, { shape: SHAPE_PX, gap: 6, width, line: headOf(scene) }, kept);
  for (let i = 0; i < events.count; i += 1) {
    if (kept[i])
      pool.put(
        "ev-l",
        words[i] ?? "",
        /** @type {number} */ (shapes[i]) + SHAPE_PX,
        lanesEnd(scene) + 2 * heights.thin + 1,
      );
  }
}

/** @param {Gap} gap @param {number} now_us @param {boolean} hasBothEnds @returns {string} */
function wordsOf(gap, now_us, hasBothEnds) {
  const cause = text(`cause.${gap.cause}`);
  if (hasBothEnds) return cause;
  let label = eventWords.get(gap);
  if (label === undefined) {
    label = `${cause} ${duration(Math.min(gap.end_us, now_us) - gap.start_us)}`;
    // A gap that goes on grows.
    if (gap.end_us < now_us - DAY_US / 1440) eventWords.set(gap, label);
  }
  return label;
}
