/**
 * The footage and gaps of one camera in a range of up to ninety days, fetched in parts so that gaps keep their causes.
 * @module
 */

import { json } from "../page/api.js";
import { spansOfCells } from "../days/day_bars.js";
import { DAY_US, rfc3339 } from "../page/site_time.js";

/** Longer windows are answered as sums, which know no causes. */
const LONGEST_WINDOW_US = 14 * DAY_US;
const TOLERANCE_US = 1_500_000;

/**
 * @typedef {import("./search_round.js").Range} Range
 * @typedef {import("../timeline/timeline_data.js").Gap} Gap
 * @typedef {object} SearchFootage
 * @property {Range[]} spans
 * @property {Gap[]} gaps
 * @property {number | null} oldest_us
 * @property {number | null} newest_us
 * @property {number | null} purged_until_us
 * @typedef {SearchFootage & {cells: import("../days/day_bars.js").Cells | null}} Lane
 */

/**
 * @param {number} cameraId
 * @param {Range} range
 * @param {AbortSignal} signal
 * @returns {Promise<SearchFootage | null>} null where the person may not see the camera any more
 */
export async function footageOf(cameraId, range, signal) {
  /** @type {Promise<{lanes: Lane[]}>[]} */
  const answers = [];
  for (let from = range[0]; from < range[1]; from += LONGEST_WINDOW_US) {
    const query = new URLSearchParams({
      cameras: String(cameraId),
      from: rfc3339(from),
      to: rfc3339(Math.min(range[1], from + LONGEST_WINDOW_US)),
      columns: "2000",
      activity: "0",
    });
    answers.push(json(`/api/v1/timeline?${query}`, { signal }));
  }
  const lanes = (await Promise.all(answers)).flatMap((answer) => answer.lanes[0] ?? []);
  const last = lanes.at(-1);
  if (!last || lanes.length < answers.length) return null;
  return {
    spans: joined(lanes.flatMap((lane) => (lane.cells ? spansOfCells(lane.cells) : lane.spans))),
    gaps: joinedGaps(
      lanes.flatMap((lane) => lane.gaps),
      last.oldest_us,
    ),
    oldest_us: last.oldest_us,
    newest_us: last.newest_us,
    purged_until_us: last.purged_until_us,
  };
}

/** Spans that were cut where one answer ends and the next begins. @param {readonly Range[]} spans @returns {Range[]} */
function joined(spans) {
  /** @type {[number, number][]} */
  const whole = [];
  for (const [start, end] of spans) {
    const last = whole.at(-1);
    if (last && start - last[1] <= TOLERANCE_US) last[1] = Math.max(last[1], end);
    else whole.push([start, end]);
  }
  return whole;
}

/**
 * Gaps that were cut likewise; what was before a camera's first footage is no failure.
 * @param {readonly Gap[]} gaps
 * @param {number | null} oldest_us
 * @returns {Gap[]}
 */
function joinedGaps(gaps, oldest_us) {
  /** @type {Gap[]} */
  const whole = [];
  for (const gap of gaps) {
    const isBefore =
      oldest_us !== null &&
      gap.end_us <= oldest_us + TOLERANCE_US &&
      (gap.cause === "disabled" || gap.cause === "unknown");
    const cause = isBefore ? "before-first" : gap.cause;
    const last = whole.at(-1);
    if (last && last.cause === cause && gap.start_us - last.end_us <= TOLERANCE_US) last.end_us = gap.end_us;
    else whole.push({ ...gap, cause });
  }
  return whole;
}
