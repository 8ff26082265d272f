/**
 * One camera's footage in one window as the server reports it, in arrays that can be searched while drawing; and where the footage
 * of several begins or ends next. Pure.
 * @module
 */

import { RangeMaxima, RangeSums } from "./range_sums.js";
import { clamp, firstAbove } from "./timeline_model.js";
import { SECOND_US } from "../page/site_time.js";

/**
 * @typedef {readonly [number, number]} Range
 * @typedef {{start_us: number, end_us: number, cause: string, detail: string}} Gap
 * @typedef {{start_us: number, width_us: number, covered: number[], longest_gap_s: number[]}} Cells permille and seconds, one entry a cell
 * @typedef {{start_us: number, width_us: number, rates: number[]}} Activity bytes per second
 * @typedef {object} LaneAnswer one lane of the server's answer
 * @property {number} camera_id
 * @property {number | null} oldest_us
 * @property {number | null} newest_us
 * @property {number | null} purged_until_us
 * @property {Range[]} spans
 * @property {Gap[]} gaps
 * @property {Cells | null} cells
 * @property {Activity | null} activity
 */

/** Time without footage that is no failure: nothing was recorded yet, or retention took it. */
export const QUIET_CAUSES = new Set(["before-first", "purged"]);
const ACTIVITY_SHARE = 0.985;
/** Edges this near to each other are one. */
const EDGE_US = SECOND_US;
/** Nearer edges are where one stands already. */
const NEAR_US = SECOND_US / 2;
/** The newest seconds of a file that grows are not known yet. */
const LIVE_US = 6 * SECOND_US;

export class LaneFacts {
  #last = 0;
  missingUs = 0;
  longestUs = 0;

  /**
   * @param {LaneAnswer} answer
   * @param {number} from_us of the window
   * @param {number} until_us to which anything is known
   */
  constructor(answer, from_us, until_us) {
    this.cameraId = answer.camera_id;
    this.fromUs = from_us;
    this.untilUs = until_us;
    this.oldestUs = answer.oldest_us;
    this.newestUs = answer.newest_us;
    this.purgedUntilUs = answer.purged_until_us;
    this.cells = answer.cells;
    this.spans = answer.spans;
    this.gaps = answer.gaps.map((gap) => ({ ...gap, cause: causeOf(gap, answer.oldest_us) }));
    this.spanStarts = Float64Array.from(answer.spans, ([start]) => start);
    this.spanEnds = Float64Array.from(answer.spans, ([, end]) => end);
    this.gapStarts = Float64Array.from(this.gaps, (gap) => gap.start_us);
    this.gapEnds = Float64Array.from(this.gaps, (gap) => gap.end_us);
    /** 1 for gaps that are no failure. */
    this.isQuiet = Uint8Array.from(this.gaps, (gap) => (QUIET_CAUSES.has(gap.cause) ? 1 : 0));
    const cellWidth = answer.cells?.width_us ?? 0;
    const cellCount = answer.cells?.covered.length ?? 0;
    const lastPart =
      cellCount > 0 ? (until_us - /** @type {Cells} */ (answer.cells).start_us) / cellWidth - (cellCount - 1) : 1;
    const missing = answer.cells
      ? Float64Array.from(
          answer.cells.covered,
          (permille, i) => ((1000 - permille) / 1000) * cellWidth * (i === cellCount - 1 ? clamp(lastPart, 0, 1) : 1),
        )
      : Float64Array.from(this.gaps, (gap) => gap.end_us - gap.start_us);
    const longest = answer.cells ? Float64Array.from(answer.cells.longest_gap_s, (s) => s * 1e6) : missing;
    if (answer.cells) forgetBeforeFirst(answer.cells, answer.oldest_us, missing, longest);
    this.missing = new RangeSums(missing);
    this.longest = new RangeMaxima(longest);
    this.activity = answer.activity && answer.activity.rates.length > 1 ? answer.activity : null;
    this.busiest = busiestOf(this.activity?.rates ?? []);
    /** Before this there is nothing, and that is no failure. */
    this.quietUntilUs = this.#quietUntil();
    /** To which footage reaches; the newest seconds of a growing file may not be known yet. */
    this.coveredUntilUs = answer.cells ? until_us : (this.spanEnds.at(-1) ?? from_us);
  }

  /** @returns {number} */
  #quietUntil() {
    if (this.cells) return this.oldestUs ?? this.untilUs;
    let until = this.fromUs;
    for (const gap of this.gaps) {
      if (!QUIET_CAUSES.has(gap.cause) || gap.start_us > until + EDGE_US) break;
      until = gap.end_us;
    }
    return until;
  }

  /** Why nothing is there before `quietUntilUs`. @returns {"purged" | "before-first"} */
  get quietCause() {
    const wasPurged = this.purgedUntilUs !== null && this.purgedUntilUs > this.quietUntilUs - 2 * EDGE_US;
    return wasPurged || this.gaps[0]?.cause === "purged" ? "purged" : "before-first";
  }

  /** Whether it shows single gaps, or cells no coarser than these pixels. @param {number} us_per_px @returns {boolean} */
  isSharp(us_per_px) {
    return this.cells === null || this.cells.width_us <= 4 * us_per_px;
  }

  /** Time without footage inside [from, to), microseconds. @param {number} from_us @param {number} to_us @returns {number} */
  missingIn(from_us, to_us) {
    this.measure(from_us, to_us);
    return this.missingUs;
  }

  /** The longest gap that touches [from, to), in its whole length where that is known. @param {number} from_us @param {number} to_us @returns {number} */
  longestIn(from_us, to_us) {
    this.measure(from_us, to_us);
    return this.longestUs;
  }

  /** Measure both, and leave them in `missingUs` and `longestUs`. @param {number} from_us @param {number} to_us */
  measure(from_us, to_us) {
    const from = Math.max(from_us, this.fromUs);
    const to = Math.min(to_us, this.untilUs);
    this.missingUs = this.longestUs = 0;
    if (to <= from) return;
    if (this.cells) {
      const { start_us, width_us, covered } = this.cells;
      const first = clamp(Math.floor((from - start_us) / width_us), 0, covered.length);
      this.missingUs = this.#missingBefore(to) - this.#missingBefore(from);
      this.longestUs = this.longest.max(first, clamp(Math.ceil((to - start_us) / width_us), first, covered.length));
      return;
    }
    const first = this.#firstGapAfter(from);
    const end = firstAbove(this.gapStarts, to - 1, first);
    if (end <= first) return;
    const before = Math.max(0, from - /** @type {number} */ (this.gapStarts[first]));
    const after = Math.max(0, /** @type {number} */ (this.gapEnds[end - 1]) - to);
    this.missingUs = this.missing.sum(first, end) - before - after;
    this.longestUs = this.longest.max(first, end);
  }

  /** Number of the first gap that ends later; found at once where the last one asked for was near. @param {number} us @returns {number} */
  #firstGapAfter(us) {
    const last = this.#last;
    const isLater = last > 0 && /** @type {number} */ (this.gapEnds[last - 1]) <= us;
    this.#last = firstAbove(this.gapEnds, us, isLater ? last : 0);
    return this.#last;
  }

  /** @param {number} us @returns {number} */
  #missingBefore(us) {
    const { start_us, width_us, covered } = /** @type {Cells} */ (this.cells);
    const place = clamp((us - start_us) / width_us, 0, covered.length);
    const whole = Math.floor(place);
    const past =
      whole === covered.length - 1
        ? Math.min(1, (place - whole) / Math.max(1e-9, (this.untilUs - start_us) / width_us - whole))
        : place - whole;
    return this.missing.sum(0, whole) + (past > 0 ? this.missing.sum(whole, whole + 1) * past : 0);
  }

  /** The gap that holds an instant, null where there is footage or single gaps are not known. @param {number} us @returns {Gap | null} */
  gapAt(us) {
    const gap = this.gaps[firstAbove(this.gapEnds, us)];
    return gap && gap.start_us <= us ? gap : null;
  }

  /** @param {number} us @returns {boolean | null} null where that is not known */
  hasFootage(us) {
    if (us < this.fromUs || us >= this.untilUs) return null;
    if (!this.cells) {
      const found = firstAbove(this.spanEnds, us);
      return found < this.spanStarts.length && /** @type {number} */ (this.spanStarts[found]) <= us;
    }
    const permille = this.cells.covered[Math.floor((us - this.cells.start_us) / this.cells.width_us)];
    return permille === 1000 ? true : permille === 0 ? false : null;
  }
}

/**
 * What was before a camera existed is no failure.
 * @param {Gap} gap
 * @param {number | null} oldest_us
 * @returns {string}
 */
function causeOf(gap, oldest_us) {
  const isBefore = oldest_us === null || gap.end_us <= oldest_us + EDGE_US;
  return isBefore && (gap.cause === "disabled" || gap.cause === "unknown") ? "before-first" : gap.cause;
}

/**
 * In the cell where footage begins, the time before that is not missing.
 * @param {Cells} cells
 * @param {number | null} oldest_us
 * @param {Float64Array} missing
 * @param {Float64Array} longest
 */
function forgetBeforeFirst(cells, oldest_us, missing, longest) {
  const first = oldest_us === null ? -1 : Math.floor((oldest_us - cells.start_us) / cells.width_us);
  if (oldest_us === null || first < 0 || first >= missing.length) return;
  const before = oldest_us - cells.start_us - first * cells.width_us;
  const left = Math.max(0, /** @type {number} */ (missing[first]) - before);
  // Permille are rounded; less than two of them is nothing.
  missing[first] = left > cells.width_us / 500 ? left : 0;
  longest[first] = Math.min(/** @type {number} */ (longest[first]), /** @type {number} */ (missing[first]));
}

/** The rate that fills a lane: few outliers are cut, so that the rest is seen. @param {readonly number[]} rates @returns {number} */
function busiestOf(rates) {
  const sorted = Float64Array.from(rates.filter((rate) => rate > 0)).sort();
  return sorted[Math.floor((sorted.length - 1) * ACTIVITY_SHARE)] ?? 1;
}

/**
 * Where footage or a mark begins or ends next, seen from an instant.
 * @param {readonly LaneFacts[]} lanes each knows the instant, gap by gap
 * @param {readonly {start_us: number, end_us: number}[]} marks
 * @param {number} us
 * @param {1 | -1} direction
 * @returns {number | null}
 */
export function nearestEdge(lanes, marks, us, direction) {
  const beyond = us + direction * NEAR_US;
  let best = direction * Infinity;
  const offer = (/** @type {number | undefined} */ at) => {
    if (at === undefined || (direction > 0 ? at <= beyond : at >= beyond)) return;
    best = direction > 0 ? Math.min(best, at) : Math.max(best, at);
  };
  for (const { spanStarts, spanEnds, fromUs, untilUs } of lanes) {
    for (const edges of [spanStarts, spanEnds]) {
      const after = firstAbove(edges, beyond);
      let i = direction > 0 ? after : after - 1;
      // Where the window was cut off, or recording goes on, nothing begins or ends.
      while (
        isCut(edges[i], edges === spanStarts ? fromUs : Infinity, edges === spanEnds ? untilUs - LIVE_US : Infinity)
      )
        i += direction;
      offer(edges[i]);
    }
  }
  for (const mark of marks) {
    offer(mark.start_us);
    offer(mark.end_us);
  }
  return Number.isFinite(best) ? best : null;
}

/** @param {number | undefined} edge @param {number} start_us @param {number} end_us */
const isCut = (edge, start_us, end_us) => edge !== undefined && (edge === start_us || edge >= end_us);
