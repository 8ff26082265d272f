/**
 * Completeness in columns, for views too wide to show single gaps: how much of each column is recorded, and the longest
 * gap that touches it. Columns stand still in time while the view moves. Pure.
 * @module
 */

import { DAY_US, HOUR_US, MINUTE_US, SECOND_US } from "../page/site_time.js";

const STEPS_US = [
  SECOND_US,
  5 * SECOND_US,
  15 * SECOND_US,
  30 * SECOND_US,
  MINUTE_US,
  2 * MINUTE_US,
  5 * MINUTE_US,
  10 * MINUTE_US,
  15 * MINUTE_US,
  30 * MINUTE_US,
  HOUR_US,
  2 * HOUR_US,
  3 * HOUR_US,
  4 * HOUR_US,
  6 * HOUR_US,
  8 * HOUR_US,
  12 * HOUR_US,
  DAY_US,
  2 * DAY_US,
];
/** Shorter silences are where one file ends and the next begins, or a camera that was dialled anew. */
export const LEAST_GAP_US = 5 * SECOND_US;
/** Gaps that must be seen however much time is on screen. */
export const FLAGGED_GAP_US = 60 * SECOND_US;

/** What a column shows. */
export const WHOLE = 0;
export const NOTCHED = 1;
export const FLAGGED = 2;
export const EMPTY = 3;

/** Room for the columns of one lane, used again for each. */
export class Columns {
  /** @param {number} most */
  constructor(most) {
    this.starts = new Float64Array(most + 1);
    this.shares = new Float32Array(most);
    this.marks = new Uint8Array(most);
    this.most = most;
    this.count = 0;
  }
}

/**
 * How much time a column holds.
 * @param {number} us_per_px
 * @param {import("./lane_facts.js").LaneFacts} facts
 * @param {number} [least_px] pixels that a column has at least
 * @returns {number} microseconds
 */
export function columnStep(us_per_px, facts, least_px = 2) {
  const least = us_per_px * least_px;
  const step = STEPS_US.find((us) => us >= least) ?? 7 * DAY_US;
  const cell = facts.cells?.width_us ?? 0;
  return cell === 0 ? step : Math.ceil(Math.max(step, cell) / cell - 1e-9) * cell;
}

/**
 * Fill in the columns of [from, to), at most up to where the lane is known.
 * @param {Columns} columns
 * @param {import("./lane_facts.js").LaneFacts} facts
 * @param {number} step_us
 * @param {number} from_us
 * @param {number} to_us
 */
export function fillColumns(columns, facts, step_us, from_us, to_us) {
  const first = Math.max(from_us, facts.quietUntilUs, facts.fromUs);
  const last = Math.min(to_us, facts.coveredUntilUs > facts.fromUs ? facts.untilUs : to_us, facts.untilUs);
  const { starts, shares, marks, most } = columns;
  let count = 0;
  for (let at = Math.floor(first / step_us) * step_us; at < last && count < most; at += step_us) {
    const start = Math.max(at, facts.quietUntilUs, facts.fromUs);
    const end = Math.min(at + step_us, facts.untilUs);
    if (end <= start) continue;
    facts.measure(start, end);
    const share = 1 - facts.missingUs / (end - start);
    const longest = facts.missingUs > 0 ? facts.longestUs : 0;
    starts[count] = start;
    shares[count] = share;
    marks[count] =
      share <= 0.0005 ? EMPTY : longest >= FLAGGED_GAP_US ? FLAGGED : longest >= LEAST_GAP_US ? NOTCHED : WHOLE;
    starts[count + 1] = end;
    count += 1;
  }
  columns.count = count;
}

/**
 * Pixels of a column's top that stay free: what is missing is never rounded away.
 * @param {number} share
 * @param {number} mark
 * @param {number} tall pixels of a whole column
 * @returns {number}
 */
export function notchOf(share, mark, tall) {
  if (mark === WHOLE) return 0;
  if (mark === EMPTY) return tall;
  const least = mark === FLAGGED ? Math.max(4, Math.round(tall * 0.3)) : 2;
  return Math.min(tall - 1, Math.max(least, Math.round(tall * (1 - share))));
}
