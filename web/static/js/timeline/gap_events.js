/**
 * The events of a view: where footage was lost and where it came back. Their number depends on pixels, not on how often a
 * line failed. Pure.
 * @module
 */

import { FLAGGED_GAP_US, LEAST_GAP_US } from "./lane_columns.js";
import { firstAbove } from "./timeline_model.js";

const PITCH_PX = 10;
const MOST_SLOTS = 512;
/** A gap this wide shows both its ends; of a narrower one the beginning tells how long it was. */
const BOTH_ENDS_PX = 90;

/**
 * @typedef {import("./lane_facts.js").Gap} Gap
 * @typedef {{x: number, lane: number, isEnd: number, hasBothEnds: number, gap: Gap | null}} Found
 */

export class GapEvents {
  #slots = new Int16Array(MOST_SLOTS);
  count = 0;
  /** Pixels, in order. */
  xs = new Float32Array(MOST_SLOTS);
  /** Number of the lane. */
  lanes = new Int16Array(MOST_SLOTS);
  isEnd = new Uint8Array(MOST_SLOTS);
  hasBothEnds = new Uint8Array(MOST_SLOTS);
  /** @type {Gap[]} */
  gaps = [];
  /** As they were found, lane by lane. @type {Found[]} */
  #found = Array.from({ length: MOST_SLOTS }, () => ({ x: 0, lane: 0, isEnd: 0, hasBothEnds: 0, gap: null }));
  #number = 0;

  /**
   * @param {readonly (readonly import("./answer_shelf.js").Piece[])[]} lanes pieces of each lane
   * @param {import("./lane_paint.js").Scale} scale
   * @param {number} first the lane whose events come before those of others at the same place
   */
  collect(lanes, scale, first) {
    const { us_per_px, width } = scale;
    this.#slots.fill(-1);
    this.#number = 0;
    // No more shapes than that can stand side by side.
    const room = Math.min(MOST_SLOTS, Math.floor(width / PITCH_PX) + 1);
    const least_us = scale.isNear ? LEAST_GAP_US : FLAGGED_GAP_US;
    for (let turn = 0; turn < lanes.length; turn += 1) {
      const lane = turn === 0 ? first : turn <= first ? turn - 1 : turn;
      for (const { facts, from_us, to_us } of /** @type {readonly import("./answer_shelf.js").Piece[]} */ (
        lanes[lane]
      )) {
        const { gapStarts, gapEnds, gaps, isQuiet, longest } = facts;
        if (gaps.length === 0) continue;
        const last_us = Math.min(to_us, scale.now_us);
        for (let i = longest.next(firstAbove(gapEnds, from_us), least_us); i >= 0; i = longest.next(i + 1, least_us)) {
          const start_us = /** @type {number} */ (gapStarts[i]);
          if (start_us >= last_us || this.#number >= room) break;
          if (isQuiet[i]) continue;
          const gap = /** @type {Gap} */ (gaps[i]);
          const end_us = /** @type {number} */ (gapEnds[i]);
          const hasBothEnds = (Math.min(end_us, scale.now_us) - start_us) / us_per_px >= BOTH_ENDS_PX ? 1 : 0;
          this.#offer((start_us - scale.from_us) / us_per_px, width, lane, 0, hasBothEnds, gap);
          if (hasBothEnds && end_us < last_us)
            this.#offer((end_us - scale.from_us) / us_per_px, width, lane, 1, 1, gap);
          else {
            // Nothing more finds a place in this slot.
            const next_us =
              scale.from_us +
              (Math.floor((start_us - scale.from_us) / us_per_px / PITCH_PX) + 1) * PITCH_PX * us_per_px;
            i = Math.max(i, firstAbove(gapStarts, next_us - 1, i) - 1);
          }
        }
      }
    }
    this.#sort();
  }

  /**
   * @param {number} x
   * @param {number} width
   * @param {number} lane
   * @param {number} isEnd
   * @param {number} hasBothEnds
   * @param {Gap} gap
   */
  #offer(x, width, lane, isEnd, hasBothEnds, gap) {
    const slot = Math.floor(x / PITCH_PX) + 1;
    if (x < -PITCH_PX / 2 || x > width || slot >= MOST_SLOTS || this.#slots[slot] !== -1 || this.#number >= MOST_SLOTS)
      return;
    this.#slots[slot] = this.#number;
    const found = /** @type {Found} */ (this.#found[this.#number]);
    found.x = x;
    found.lane = lane;
    found.isEnd = isEnd;
    found.hasBothEnds = hasBothEnds;
    found.gap = gap;
    this.#number += 1;
  }

  #sort() {
    let count = 0;
    for (const number of this.#slots) {
      const found = number < 0 ? null : this.#found[number];
      // Of two shapes in neighbouring slots that would touch, the first one stays.
      if (!found?.gap || (count > 0 && found.x - /** @type {number} */ (this.xs[count - 1]) < PITCH_PX - 1)) continue;
      this.xs[count] = found.x;
      this.lanes[count] = found.lane;
      this.isEnd[count] = found.isEnd;
      this.hasBothEnds[count] = found.hasBothEnds;
      this.gaps[count] = found.gap;
      count += 1;
    }
    this.count = count;
  }
}
