/**
 * What a view shows as rows of a table: stretches of footage and gaps with their causes, camera by camera. Pure.
 * @module
 */

import { firstAbove } from "./timeline_model.js";

export const MOST_ROWS = 200;
/** What ends so near to the next piece's beginning goes on in it. */
const TOUCHING_US = 1_500_000;

/**
 * @typedef {object} SpanRow
 * @property {number} camera_id
 * @property {number} from_us
 * @property {number} to_us
 * @property {"recorded" | "partly" | "gap"} kind
 * @property {string} cause of a gap; "" where single gaps are not known
 * @property {number} share that is recorded
 * @property {number} longest_us the longest gap inside, where single gaps are not known
 * @typedef {import("./answer_shelf.js").Piece} Piece
 */

/**
 * @param {readonly {camera_id: number, pieces: readonly Piece[]}[]} lanes
 * @param {number} now_us
 * @param {number} [most]
 * @returns {{rows: SpanRow[], more: number}} `more` rows would follow
 */
export function spanRows(lanes, now_us, most = MOST_ROWS) {
  /** @type {SpanRow[]} */
  const rows = [];
  for (const { camera_id, pieces } of lanes) {
    const first = rows.length;
    for (const { facts, from_us, to_us } of pieces) {
      const until = Math.min(to_us, facts.untilUs, now_us);
      for (const row of facts.cells ? cellRows(facts, facts.cells, from_us, until) : gapRows(facts, from_us, until)) {
        const last = rows.length > first ? rows.at(-1) : undefined;
        const isSame =
          last && last.kind === row.kind && last.cause === row.cause && row.from_us - last.to_us <= TOUCHING_US;
        if (!isSame || row.kind === "partly") rows.push({ camera_id, ...row });
        else last.to_us = row.to_us;
      }
    }
  }
  return { rows: rows.slice(0, most), more: Math.max(0, rows.length - most) };
}

/**
 * @param {import("./lane_facts.js").LaneFacts} facts
 * @param {number} from_us
 * @param {number} until_us
 * @returns {Omit<SpanRow, "camera_id">[]} in order of time
 */
function gapRows(facts, from_us, until_us) {
  /** @type {Omit<SpanRow, "camera_id">[]} */
  const rows = [];
  const take = (/** @type {number} */ start, /** @type {number} */ end, /** @type {string | null} */ cause) => {
    const [a, b] = [Math.max(start, from_us), Math.min(end, until_us)];
    if (b > a)
      rows.push({
        from_us: a,
        to_us: b,
        kind: cause === null ? "recorded" : "gap",
        cause: cause ?? "",
        share: cause === null ? 1 : 0,
        longest_us: 0,
      });
  };
  for (
    let i = firstAbove(facts.spanEnds, from_us);
    i < facts.spans.length && /** @type {number} */ (facts.spanStarts[i]) < until_us;
    i += 1
  ) {
    take(/** @type {number} */ (facts.spanStarts[i]), /** @type {number} */ (facts.spanEnds[i]), null);
  }
  for (
    let i = firstAbove(facts.gapEnds, from_us);
    i < facts.gaps.length && /** @type {number} */ (facts.gapStarts[i]) < until_us;
    i += 1
  ) {
    const gap = /** @type {import("./lane_facts.js").Gap} */ (facts.gaps[i]);
    take(gap.start_us, gap.end_us, gap.cause);
  }
  return rows.sort((a, b) => a.from_us - b.from_us);
}

/**
 * @param {import("./lane_facts.js").LaneFacts} facts
 * @param {import("./lane_facts.js").Cells} cells
 * @param {number} from_us
 * @param {number} until_us
 * @returns {Omit<SpanRow, "camera_id">[]}
 */
function cellRows(facts, cells, from_us, until_us) {
  /** @type {Omit<SpanRow, "camera_id">[]} */
  const rows = [];
  for (let i = 0; i < cells.covered.length; i += 1) {
    const a = Math.max(cells.start_us + i * cells.width_us, from_us);
    const b = Math.min(cells.start_us + (i + 1) * cells.width_us, until_us);
    if (b <= a) continue;
    const share = /** @type {number} */ (cells.covered[i]) / 1000;
    const longest_us = /** @type {number} */ (cells.longest_gap_s[i]) * 1e6;
    const cause = share === 0 && b <= facts.quietUntilUs ? facts.quietCause : "";
    const kind = share === 0 ? "gap" : share === 1 ? "recorded" : "partly";
    const last = rows.at(-1);
    if (last && last.kind === kind && last.cause === cause) {
      last.share = (last.share * (last.to_us - last.from_us) + share * (b - a)) / (b - last.from_us);
      last.longest_us = Math.max(last.longest_us, longest_us);
      last.to_us = b;
    } else rows.push({ from_us: a, to_us: b, kind, cause, share, longest_us });
  }
  return rows;
}
