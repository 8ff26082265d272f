/**
 * Arithmetic of the timeline: which span of time is seen, where instants lie, which ticks are nice. Draws nothing.
 * @module
 */

import { DAY_US, HOUR_US, MINUTE_US, SECOND_US } from "../site_time.js";

export const NARROWEST_US = 10 * SECOND_US;
export const WIDEST_US = 92 * DAY_US;

/** Steps of labels, from a second to a month; the second number is the step of the small ticks between. */
const STEPS = /** @type {const} */ ([
  [SECOND_US, SECOND_US / 5], [5 * SECOND_US, SECOND_US], [15 * SECOND_US, 5 * SECOND_US], [30 * SECOND_US, 5 * SECOND_US],
  [MINUTE_US, 15 * SECOND_US], [5 * MINUTE_US, MINUTE_US], [10 * MINUTE_US, 2 * MINUTE_US], [15 * MINUTE_US, 5 * MINUTE_US],
  [30 * MINUTE_US, 5 * MINUTE_US], [HOUR_US, 15 * MINUTE_US], [2 * HOUR_US, 30 * MINUTE_US], [3 * HOUR_US, HOUR_US],
  [6 * HOUR_US, HOUR_US], [12 * HOUR_US, 3 * HOUR_US], [DAY_US, 6 * HOUR_US], [2 * DAY_US, DAY_US], [7 * DAY_US, DAY_US], [30 * DAY_US, 7 * DAY_US],
]);

/** What the buttons step through, narrow to wide. */
export const ZOOMS_US = [MINUTE_US, 5 * MINUTE_US, 15 * MINUTE_US, HOUR_US, 3 * HOUR_US, 6 * HOUR_US, 12 * HOUR_US, DAY_US, 7 * DAY_US, 31 * DAY_US];

/**
 * @typedef {{from_us: number, to_us: number}} View
 */

/** @param {number} value @param {number} low @param {number} high @returns {number} */
export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** @param {View} view @returns {number} */
export const spanOf = (view) => view.to_us - view.from_us;

/** Pixel of an instant. @param {View} view @param {number} width @param {number} us @returns {number} */
export const xOf = (view, width, us) => ((us - view.from_us) / spanOf(view)) * width;

/** Instant under a pixel. @param {View} view @param {number} width @param {number} x @returns {number} */
export const timeAt = (view, width, x) => Math.round(view.from_us + (x / Math.max(1, width)) * spanOf(view));

/**
 * The view zoomed so that the instant under the pointer stays under it.
 * @param {View} view
 * @param {number} factor above 1 sees more time
 * @param {number} around_us
 * @returns {View}
 */
export function zoomed(view, factor, around_us) {
  const span = clamp(spanOf(view) * factor, NARROWEST_US, WIDEST_US);
  const share = (around_us - view.from_us) / spanOf(view);
  const from = Math.round(around_us - share * span);
  return { from_us: from, to_us: Math.round(from + span) };
}

/** @param {View} view @param {number} by_us @returns {View} */
export const panned = (view, by_us) => ({ from_us: Math.round(view.from_us + by_us), to_us: Math.round(view.to_us + by_us) });

/** @param {number} centre_us @param {number} span_us @returns {View} */
export function centred(centre_us, span_us) {
  const from = Math.round(centre_us - span_us / 2);
  return { from_us: from, to_us: from + Math.round(span_us) };
}

/**
 * The next narrower or wider step of the zoom buttons.
 * @param {number} span_us
 * @param {1 | -1} direction 1 sees more time
 * @returns {number}
 */
export function nextZoom(span_us, direction) {
  const wider = ZOOMS_US.find((zoom) => zoom > span_us * 1.01);
  const narrower = ZOOMS_US.findLast((zoom) => zoom < span_us * 0.99);
  return (direction > 0 ? wider ?? ZOOMS_US.at(-1) : narrower ?? ZOOMS_US[0]) ?? span_us;
}

/**
 * The steps of labels and small ticks at which labels keep their distance.
 * @param {number} span_us
 * @param {number} width
 * @param {number} [apart] least distance of labels in pixels
 * @returns {{major_us: number, minor_us: number}}
 */
export function tickSteps(span_us, width, apart = 72) {
  const least = (span_us / Math.max(1, width)) * apart;
  const [major, minor] = STEPS.find(([step]) => step >= least) ?? [30 * DAY_US, 7 * DAY_US];
  return { major_us: major, minor_us: minor };
}

/**
 * Instants of ticks in a view, aligned to the site's local clock.
 * @param {View} view
 * @param {number} step_us
 * @param {number} offset_us local time minus UTC
 * @returns {number[]}
 */
export function ticks(view, step_us, offset_us) {
  const result = [];
  const first = Math.ceil((view.from_us + offset_us) / step_us) * step_us - offset_us;
  for (let at = first; at < view.to_us && result.length < 2000; at += step_us) result.push(at);
  return result;
}

/**
 * Index of the first range that ends after an instant; ranges are in order and do not overlap.
 * @param {readonly (readonly [number, number])[]} ranges
 * @param {number} us
 * @returns {number}
 */
export function firstAfter(ranges, us) {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (/** @type {readonly [number, number]} */ (ranges[middle])[1] > us) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * The range that holds an instant.
 * @param {readonly (readonly [number, number])[]} ranges
 * @param {number} us
 * @returns {readonly [number, number] | null}
 */
export function rangeAt(ranges, us) {
  const found = ranges[firstAfter(ranges, us)];
  return found && found[0] <= us ? found : null;
}

/**
 * The edge of footage before or after an instant, at least half a second away.
 * @param {readonly (readonly [number, number])[]} ranges
 * @param {number} us
 * @param {1 | -1} direction
 * @returns {number | null}
 */
export function edge(ranges, us, direction) {
  const edges = ranges.flatMap(([start, end]) => [start, end]);
  if (direction > 0) return edges.find((at) => at > us + SECOND_US / 2) ?? null;
  return edges.findLast((at) => at < us - SECOND_US / 2) ?? null;
}

/**
 * Wall time inside [from, to) that no range covers.
 * @param {readonly (readonly [number, number])[]} ranges
 * @param {number} from_us
 * @param {number} to_us
 * @returns {number}
 */
export function uncovered(ranges, from_us, to_us) {
  let covered = 0;
  for (let i = firstAfter(ranges, from_us); i < ranges.length; i += 1) {
    const [start, end] = /** @type {readonly [number, number]} */ (ranges[i]);
    if (start >= to_us) break;
    covered += Math.min(end, to_us) - Math.max(start, from_us);
  }
  return Math.max(0, to_us - from_us - covered);
}
