/**
 * One day's footage as bars a given number of pixels wide: no gap disappears, however narrow the screen. Pure.
 * @module
 */

/**
 * @typedef {readonly [number, number]} Range instants, or pixels
 * @typedef {{start_us: number, width_us: number, covered: readonly number[]}} Cells permille of each cell that is covered
 */

/** Shorter gaps are where one file ends and the next begins. */
const LEAST_GAP_US = 5_000_000;
/** A narrower gap would not be seen. */
const LEAST_GAP_PX = 2;

/**
 * Footage of a window as bars, in pixels from its left edge.
 * @param {readonly Range[]} spans in order
 * @param {Range} window
 * @param {number} width pixels
 * @returns {Range[]}
 */
export function barsOf(spans, window, width) {
  const [from_us, to_us] = window;
  const scale = width / (to_us - from_us);
  /** @type {[number, number][]} */
  const bars = [];
  let last_us = -Infinity;
  for (const [start_us, end_us] of spans) {
    if (end_us <= from_us || start_us >= to_us) continue;
    const start = (Math.max(start_us, from_us) - from_us) * scale;
    const end = (Math.min(end_us, to_us) - from_us) * scale;
    const bar = bars.at(-1);
    if (!bar || start_us - last_us >= LEAST_GAP_US) {
      const shy = bar ? Math.max(start, bar[1] + LEAST_GAP_PX) : start;
      if (end > shy) bars.push([shy, end]);
    } else bar[1] = Math.max(bar[1], end);
    last_us = Math.max(last_us, end_us);
  }
  return bars;
}

/**
 * What is covered of a window, microseconds.
 * @param {readonly Range[]} spans in order, not overlapping
 * @param {Range} window
 * @returns {number}
 */
export function coveredUs(spans, window) {
  return spans.reduce(
    (sum, [start, end]) => sum + Math.max(0, Math.min(end, window[1]) - Math.max(start, window[0])),
    0,
  );
}

/**
 * Ranges that are covered at least in part, where only sums are known.
 * @param {Cells} cells
 * @returns {Range[]}
 */
export function spansOfCells(cells) {
  return cells.covered.flatMap((permille, index) => {
    const start = cells.start_us + index * cells.width_us;
    return permille > 0 ? [/** @type {Range} */ ([start, start + (cells.width_us * permille) / 1000])] : [];
  });
}
