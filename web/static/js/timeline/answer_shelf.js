/**
 * Answers about several windows kept side by side: which one a view is drawn from, and which others fill in what that
 * one lacks while better facts are on their way. Pure.
 * @module
 */

import { spanOf } from "./timeline_model.js";

/**
 * @typedef {import("./lane_facts.js").LaneFacts} LaneFacts
 * @typedef {import("./timeline_model.js").View} View
 * @typedef {object} Answer
 * @property {number} from_us
 * @property {number} to_us
 * @property {number} until_us to which anything is known: the window's end, or the present when it was asked
 * @property {number} view_us of the view that it was asked for: how fine it is
 * @property {number} at_ms when it came, on the page's clock
 * @property {Map<number, LaneFacts>} lanes by camera
 * @typedef {{facts: LaneFacts, from_us: number, to_us: number}} Piece a part of a view and what it is drawn from
 */

const MOST = 12;
/** A view may be so many times narrower than the one its answer was asked for, before sharper facts are wanted. */
const FINE_ENOUGH = 3;

export class AnswerShelf {
  /** The newest first. @type {Answer[]} */
  #answers = [];

  /** @param {Answer} answer */
  add(answer) {
    const isBetter = (/** @type {Answer} */ old) =>
      answer.from_us <= old.from_us &&
      answer.to_us >= old.to_us &&
      answer.view_us <= old.view_us &&
      [...old.lanes.keys()].every((id) => answer.lanes.has(id));
    this.#answers = [answer, ...this.#answers.filter((old) => !isBetter(old))].slice(0, MOST);
  }

  clear() {
    this.#answers = [];
  }

  /** Keep what may still be shown, ask for all of it anew. */
  makeOld() {
    for (const answer of this.#answers) answer.at_ms = -Infinity;
  }

  /**
   * The newest answer that shows a view of these cameras as well as any would.
   * @param {View} view
   * @param {number} now_us
   * @param {readonly number[]} camera_ids
   * @returns {Answer | null}
   */
  fitting(view, now_us, camera_ids) {
    const until = Math.min(view.to_us, now_us);
    return (
      this.#answers.find((answer) => {
        const isCovering =
          answer.from_us <= Math.min(view.from_us, now_us) && (answer.to_us >= until || answer.until_us >= until);
        const isFine = spanOf(view) * FINE_ENOUGH >= answer.view_us;
        return isCovering && isFine && camera_ids.every((id) => answer.lanes.has(id));
      }) ?? null
    );
  }

  /** Every lane of a camera, the newest first. @param {number} camera_id @returns {LaneFacts[]} */
  lanes(camera_id) {
    return this.#answers.flatMap((answer) => answer.lanes.get(camera_id) ?? []);
  }

  /**
   * Fill in from which facts the parts of a view are drawn, left to right.
   * @param {Piece[]} pieces is emptied first
   * @param {number} camera_id
   * @param {View} view
   */
  cover(pieces, camera_id, view) {
    pieces.length = 0;
    this.#fill(pieces, camera_id, view.from_us, view.to_us, spanOf(view), 0);
  }

  /**
   * @param {Piece[]} pieces
   * @param {number} camera_id
   * @param {number} from_us
   * @param {number} to_us
   * @param {number} view_us
   * @param {number} depth
   */
  #fill(pieces, camera_id, from_us, to_us, view_us, depth) {
    if (to_us <= from_us || depth > 4) return;
    /** @type {Answer | null} */
    let best = null;
    let bestWorth = 0;
    for (const answer of this.#answers) {
      const shared = Math.min(to_us, answer.until_us) - Math.max(from_us, answer.from_us);
      if (shared <= 0 || !answer.lanes.has(camera_id)) continue;
      const worth =
        shared * (view_us * FINE_ENOUGH >= answer.view_us ? 1 : (view_us * FINE_ENOUGH) / answer.view_us / 2);
      if (worth > bestWorth) [best, bestWorth] = [answer, worth];
    }
    if (!best) return;
    const start = Math.max(from_us, best.from_us);
    const end = Math.min(to_us, best.until_us);
    this.#fill(pieces, camera_id, from_us, start, view_us, depth + 1);
    pieces.push({ facts: /** @type {LaneFacts} */ (best.lanes.get(camera_id)), from_us: start, to_us: end });
    this.#fill(pieces, camera_id, end, to_us, view_us, depth + 1);
  }
}
