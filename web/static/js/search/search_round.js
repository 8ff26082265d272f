/**
 * Which twelve instants of a range quick search shows, and which gaps between them. Pure.
 *
 * The instants stand at equal steps of footage, not of wall time: where a camera was off for three weeks of the month,
 * equal wall time would spend nine of twelve pictures on nothing and need more rounds to come to the moment. What is
 * missing is shown by a card for each gap that is long beside the steps, and by a line under the picture before it for
 * the others, so that no gap is merged away and the search cannot step over one unnoticed.
 */

import { MINUTE_US, SECOND_US } from "../page/site_time.js";

/** Pictures of a round. Four rounds divide by 20,736: thirty days become two minutes. */
export const SHOTS = 12;
/** A range of this length is the last one: pictures are made every ten seconds, closer ones would repeat themselves. */
export const LAST_RANGE_US = 2.5 * MINUTE_US;
/** The widest range that a round divides. */
export const WIDEST_RANGE_US = 30 * 86_400 * SECOND_US;
/** From the very start of footage there may be no picture yet. */
const INTO_FOOTAGE_US = SECOND_US;
/** A gap as long as this share of a twelfth of the range gets a card of its own. */
const CARD_SHARE = 1 / 3;
const MOST_GAP_CARDS = 6;

/**
 * @typedef {readonly [number, number]} Range
 * @typedef {import("../timeline/timeline_data.js").Gap} Gap
 * @typedef {object} Shot
 * @property {number} at_us
 * @property {Gap[]} gaps between this picture and the next that have no card
 * @typedef {{shot: Shot} | {gap: Gap}} Entry
 */

/**
 * @param {Range} range
 * @param {readonly Range[]} spans of footage, in order, not overlapping; they may reach outside
 * @returns {Range[]}
 */
export function footageIn(range, spans) {
  return spans.flatMap(([start, end]) => {
    const from = Math.max(start, range[0]);
    const to = Math.min(end, range[1]);
    return to > from ? [/** @type {Range} */ ([from, to])] : [];
  });
}

/**
 * The instants of a round, in order: the range's footage in equal parts, each shown by its beginning.
 * @param {Range} range
 * @param {readonly Range[]} spans
 * @param {number} [count]
 * @returns {number[]} fewer only where there is no footage
 */
export function instantsOf(range, spans, count = SHOTS) {
  const footage = footageIn(range, spans);
  const total = footage.reduce((sum, [from, to]) => sum + to - from, 0);
  /** @type {number[]} */
  const instants = [];
  let passed = 0;
  for (const [from, to] of footage) {
    const length = to - from;
    while (instants.length < count && (instants.length * total) / count < passed + length) {
      const into = (instants.length * total) / count - passed;
      instants.push(Math.round(from + Math.max(into, Math.min(INTO_FOOTAGE_US, length / 2))));
    }
    passed += length;
  }
  return instants;
}

/**
 * The cards of a round in the order of time: its pictures, and the gaps that are long beside its steps.
 * @param {Range} range
 * @param {readonly Range[]} spans
 * @param {readonly Gap[]} gaps in order
 * @returns {Entry[]}
 */
export function roundOf(range, spans, gaps) {
  const seen = gaps.flatMap((gap) => {
    const start_us = Math.max(gap.start_us, range[0]);
    const end_us = Math.min(gap.end_us, range[1]);
    return end_us > start_us ? [{ ...gap, start_us, end_us }] : [];
  });
  const least = ((range[1] - range[0]) / SHOTS) * CARD_SHARE;
  const longest = seen
    .filter((gap) => gap.end_us - gap.start_us >= least)
    .sort((a, b) => b.end_us - b.start_us - (a.end_us - a.start_us))
    .slice(0, MOST_GAP_CARDS);
  const instants = instantsOf(range, spans);
  /** @type {{at_us: number, entry: Entry}[]} */
  const entries = instants.map((at_us, index) => {
    const next = instants[index + 1] ?? range[1];
    const between = seen.filter((gap) => gap.start_us >= at_us && gap.start_us < next && !longest.includes(gap));
    return { at_us, entry: { shot: { at_us, gaps: between } } };
  });
  for (const gap of longest) entries.push({ at_us: gap.start_us, entry: { gap } });
  return entries.sort((a, b) => a.at_us - b.at_us).map(({ entry }) => entry);
}

/**
 * Where a search begins: no wider than can be divided, no narrower than its last round, and nothing of the future.
 * @param {Range} wished
 * @param {number} now_us
 * @returns {Range}
 */
export function firstRange(wished, now_us) {
  const to = Math.min(Math.max(...wished), now_us);
  const from = Math.max(Math.min(...wished), to - WIDEST_RANGE_US);
  return to - from >= LAST_RANGE_US ? [from, to] : [to - LAST_RANGE_US, to];
}
