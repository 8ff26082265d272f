import assert from "node:assert/strict";
import { test } from "node:test";

import { StallWatch } from "../../../web/static/js/player/stall_watch.js";

/** @typedef {[from_s: number, to_s: number, sign: string | null]} Look twice a second, what the player shows of itself */

/**
 * When it would be loaded anew.
 * @param {Look[]} looks
 * @returns {number[]} seconds
 */
function toldOf(looks) {
  const watch = new StallWatch();
  return looks.flatMap(([from_s, to_s, sign]) => {
    const told = [];
    for (let s = from_s; s < to_s; s += 0.5) if (watch.isStuck(sign, 1000 * s)) told.push(s);
    return told;
  });
}

test("nothing has stopped where nothing is waited for", () => {
  assert.deepEqual(toldOf([[0, 60, null]]), []);
});

test("nothing has stopped while something comes", () => {
  assert.deepEqual(
    toldOf([
      [0, 7, "a"],
      [7, 14, "b"],
      [14, 21, "c"],
    ]),
    [],
  );
});

test("what has stopped is told ever more seldom", () => {
  assert.deepEqual(toldOf([[0, 60, "a"]]), [8, 24, 56]);
});

test("patience is as at first after nothing was waited for", () => {
  assert.deepEqual(
    toldOf([
      [0, 20, "a"],
      [20, 21, null],
      [21, 30, "a"],
    ]),
    [8, 29],
  );
});

test("time that the page slept is not counted", () => {
  assert.deepEqual(
    toldOf([
      [0, 6, "a"],
      [60, 67, "a"],
    ]),
    [],
  );
});
