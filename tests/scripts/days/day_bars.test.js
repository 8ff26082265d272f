import assert from "node:assert/strict";
import { test } from "node:test";

import { barsOf, coveredUs, spansOfCells } from "../../../web/static/js/days/day_bars.js";

const S = 1e6;

test("a short gap is still seen on a narrow screen, and seams of files are not", () => {
  const spans = /** @type {[number, number][]} */ ([
    [0, 400 * S],
    [402 * S, 500 * S],
    [506 * S, 1000 * S],
  ]);
  assert.deepEqual(barsOf(spans, [0, 1000 * S], 100), [
    [0, 50],
    [52, 100],
  ]);
});

test("bars end where the window does", () => {
  assert.deepEqual(barsOf([[-50 * S, 5000 * S]], [0, 1000 * S], 100), [[0, 100]]);
  assert.deepEqual(barsOf([[2000 * S, 5000 * S]], [0, 1000 * S], 100), []);
});

test("what is covered of a window is the sum of what lies in it", () => {
  const spans = /** @type {[number, number][]} */ ([
    [-10, 10],
    [20, 30],
    [90, 200],
  ]);
  assert.equal(coveredUs(spans, [0, 100]), 10 + 10 + 10);
});

test("cells become stretches as long as what they cover", () => {
  assert.deepEqual(spansOfCells({ start_us: 100, width_us: 1000, covered: [0, 250, 1000] }), [
    [1100, 1350],
    [2100, 3100],
  ]);
});
