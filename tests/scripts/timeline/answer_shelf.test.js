import assert from "node:assert/strict";
import { test } from "node:test";

import { HOUR_US } from "../../../web/static/js/page/site_time.js";
import { AnswerShelf } from "../../../web/static/js/timeline/answer_shelf.js";
import { LaneFacts } from "../../../web/static/js/timeline/lane_facts.js";
import { told } from "./told.js";

/** @typedef {import("../../../web/static/js/timeline/answer_shelf.js").Piece} Piece */

const T = 1.7e15;

/** @param {number} from @param {number} to @param {number} view_us */
function answer(from, to, view_us) {
  const facts = new LaneFacts(told([[from, to]], []), from, to);
  return { from_us: from, to_us: to, until_us: to, view_us, at_ms: 0, lanes: new Map([[1, facts]]) };
}

test("a view is drawn from the finest facts, and never from two at once", () => {
  const shelf = new AnswerShelf();
  const month = answer(T - 400 * HOUR_US, T + 400 * HOUR_US, 400 * HOUR_US);
  const hour = answer(T - HOUR_US, T + HOUR_US, HOUR_US);
  shelf.add(month);
  shelf.add(hour);
  /** @param {number} from_us @param {number} to_us @returns {string[]} */
  const drawn = (from_us, to_us) => {
    /** @type {Piece[]} */
    const pieces = [];
    shelf.cover(pieces, 1, { from_us, to_us });
    pieces.forEach((piece, i) => assert.equal(piece.from_us, pieces[i - 1]?.to_us ?? from_us));
    assert.equal(pieces.at(-1)?.to_us, to_us);
    return pieces.map(({ facts }) => (facts === month.lanes.get(1) ? "month" : "hour"));
  };
  assert.deepEqual(drawn(T - HOUR_US / 2, T + HOUR_US / 2), ["hour"]);
  assert.deepEqual(drawn(T, T + 1.5 * HOUR_US), ["hour", "month"]);
  assert.deepEqual(drawn(T - 300 * HOUR_US, T + 300 * HOUR_US), ["month"]);
  const now = T + 9 * HOUR_US;
  assert.equal(shelf.fitting({ from_us: T - HOUR_US / 2, to_us: T }, now, [1]), hour);
  assert.equal(shelf.fitting({ from_us: T, to_us: T + 1.5 * HOUR_US }, now, [1]), null);
  assert.equal(shelf.fitting({ from_us: T - HOUR_US / 2, to_us: T }, now, [1, 2]), null);
});

test("what was made old is still shown", () => {
  const shelf = new AnswerShelf();
  shelf.add(answer(T, T + HOUR_US, HOUR_US));
  shelf.makeOld();
  assert.equal(shelf.lanes(1).length, 1);
  assert.equal(shelf.fitting({ from_us: T, to_us: T + HOUR_US }, T + HOUR_US, [1])?.at_ms, -Infinity);
  shelf.clear();
  assert.equal(shelf.lanes(1).length, 0);
});
