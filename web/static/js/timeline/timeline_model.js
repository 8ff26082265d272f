/**
 * The timeline's arithmetic: which range of time is in view, where instants lie, and which ticks are round. Draws nothing.
 * @module
 */

import { DAY_US, HOUR_US, MINUTE_US, SECOND_US } from "../page/site_time.js";

export const NARROWEST_US = SECOND_US;
export const WIDEST_US = 92 * DAY_US;
const WEEK_US = 7 * DAY_US;
/** 1970 began on a Thursday. */
const FIRST_MONDAY_US = 4 * DAY_US;

/** Steps of labels, from a tenth of a second to a month; the second number is the step of the small ticks between. */
const STEPS = /** @type {const} */ ([
  [SECOND_US / 10, SECOND_US / 50],
  [SECOND_US / 5, SECOND_US / 20],
  [SECOND_US / 2, SECOND_US / 10],
  [SECOND_US, SECOND_US / 5],
  [5 * SECOND_US, SECOND_US],
  [15 * SECOND_US, 5 * SECOND_US],
  [30 * SECOND_US, 5 * SECOND_US],
  [MINUTE_US, 15 * SECOND_US],
  [5 * MINUTE_US, MINUTE_US],
  [10 * MINUTE_US, 2 * MINUTE_US],
  [15 * MINUTE_US, 5 * MINUTE_US],
  [30 * MINUTE_US, 5 * MINUTE_US],
  [HOUR_US, 15 * MINUTE_US],
  [2 * HOUR_US, 30 * MINUTE_US],
  [3 * HOUR_US, HOUR_US],
  [6 * HOUR_US, HOUR_US],
  [12 * HOUR_US, 3 * HOUR_US],
  [DAY_US, 6 * HOUR_US],
  [2 * DAY_US, DAY_US],
  [7 * DAY_US, DAY_US],
  [30 * DAY_US, 7 * DAY_US],
]);

/** What the buttons step through, narrow to wide. */
export const ZOOMS_US = [
  SECOND_US,
  10 * SECOND_US,
  MINUTE_US,
  5 * MINUTE_US,
  15 * MINUTE_US,
  HOUR_US,
  3 * HOUR_US,
  6 * HOUR_US,
  12 * HOUR_US,
  DAY_US,
  7 * DAY_US,
  31 * DAY_US,
  WIDEST_US,
];

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
export const panned = (view, by_us) => ({
  from_us: Math.round(view.from_us + by_us),
  to_us: Math.round(view.to_us + by_us),
});

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
  return (direction > 0 ? (wider ?? ZOOMS_US.at(-1)) : (narrower ?? ZOOMS_US[0])) ?? span_us;
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
 * Instants of ticks in a view, aligned to the site's local clock, also where its clocks change.
 * @param {View} view
 * @param {number} step_us
 * @param {(us: number) => number} offsetOf local time minus UTC at an instant
 * @returns {number[]}
 */
export function ticks(view, step_us, offsetOf) {
  const result = [];
  const first = step_us % WEEK_US === 0 ? FIRST_MONDAY_US : 0;
  let offset = offsetOf(view.from_us);
  for (
    let local = first + Math.ceil((view.from_us + offset - first) / step_us) * step_us;
    result.length < 2000;
    local += step_us
  ) {
    offset = offsetOf(local - offset);
    const at = local - offset;
    if (at >= view.to_us) break;
    if (at >= view.from_us) result.push(at);
  }
  return result;
}

/** Whether a local time is the beginning of a week. @param {number} local_us @returns {boolean} */
export const isMonday = (local_us) => (local_us - FIRST_MONDAY_US) % WEEK_US === 0;

/**
 * The view that two fingers hold: the instants they took hold of stay under them.
 * @param {View} view as it was when they did
 * @param {number} width
 * @param {readonly [number, number]} began where they were then, pixels
 * @param {readonly [number, number]} now where they are
 * @returns {View}
 */
export function pinched(view, width, began, now) {
  const apart = Math.max(20, Math.abs(now[0] - now[1]));
  const span = clamp((spanOf(view) * Math.max(20, Math.abs(began[0] - began[1]))) / apart, NARROWEST_US, WIDEST_US);
  const held = timeAt(view, width, (began[0] + began[1]) / 2);
  const from = Math.round(held - ((now[0] + now[1]) / 2 / Math.max(1, width)) * span);
  return { from_us: from, to_us: Math.round(from + span) };
}

/**
 * The view moved back so that little of it lies ahead; an instant in it stays in it.
 * @param {View} view
 * @param {number} now_us
 * @param {number} held_us
 * @returns {View}
 */
export function settled(view, now_us, held_us) {
  const span = spanOf(view);
  const over = view.to_us - Math.max(now_us, held_us) - span / 10;
  return over > 0 ? panned(view, -over) : view;
}

/**
 * The view moved so that its middle stays between two instants: there is always something to come back to.
 * @param {View} view
 * @param {number} low_us
 * @param {number} high_us
 * @returns {View}
 */
export function kept(view, low_us, high_us) {
  const middle = (view.from_us + view.to_us) / 2;
  const by = clamp(middle, low_us, Math.max(low_us, high_us)) - middle;
  return by === 0 ? view : panned(view, by);
}

/**
 * How fast the view runs while something is dragged near an edge.
 * @param {number} x pixel of the pointer; it may lie outside
 * @param {number} width
 * @param {number} [margin] pixels from the edge where it begins
 * @returns {number} widths of the view per second; negative to the left
 */
export function edgePace(x, width, margin = 40) {
  const wide = Math.min(margin, width / 4);
  const into = x < wide ? x - wide : x > width - wide ? x - (width - wide) : 0;
  return clamp(into / wide, -1.5, 1.5) * 0.5;
}

/**
 * Index of the first number that is greater; the numbers are in order. Found in few steps where it is near the beginning.
 * @param {ArrayLike<number>} sorted
 * @param {number} value
 * @param {number} [from] where to begin
 * @returns {number}
 */
export function firstAbove(sorted, value, from = 0) {
  let low = from;
  let high = from;
  for (let step = 1; high < sorted.length && /** @type {number} */ (sorted[high]) <= value; step *= 2) {
    low = high + 1;
    high += step;
  }
  if (high > sorted.length) high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (/** @type {number} */ (sorted[middle]) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
