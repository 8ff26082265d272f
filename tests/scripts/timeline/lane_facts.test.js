import assert from "node:assert/strict";
import { test } from "node:test";

import { MINUTE_US } from "../../../web/static/js/page/site_time.js";
import { LaneFacts, nearestEdge } from "../../../web/static/js/timeline/lane_facts.js";
import { chance, told, withGaps } from "./told.js";

const CELL = 15 * MINUTE_US;
const START = Math.ceil(1.7e15 / CELL) * CELL;

test("cells of the interface become the same columns as gaps", () => {
  const random = chance();
  const [from, to] = [START, START + 400 * CELL];
  const { spans, gaps } = withGaps(random, from, to, 60);
  const near = new LaneFacts(told(spans, gaps), from, to);
  const covered = [];
  const longest_gap_s = [];
  for (let at = from; at < to; at += CELL) {
    covered.push(Math.floor(1000 * (1 - near.missingIn(at, at + CELL) / CELL)));
    longest_gap_s.push(Math.ceil(near.longestIn(at, at + CELL) / 1e6));
  }
  const cells = { start_us: from, width_us: CELL, covered, longest_gap_s };
  const far = new LaneFacts(told([], [], { oldest_us: from, cells }), from, to);
  for (let i = 0; i < 300; i += 1) {
    const a = Math.floor(400 * random());
    const b = a + 1 + Math.floor((400 - a) * random());
    const [start, end] = [from + a * CELL, from + b * CELL];
    assert.ok(Math.abs(near.missingIn(start, end) - far.missingIn(start, end)) <= ((b - a) * CELL) / 900);
    assert.ok(Math.abs(near.longestIn(start, end) - far.longestIn(start, end)) <= 1e6);
  }
});

test("time before the first footage is not missing", () => {
  const cells = {
    start_us: START,
    width_us: CELL,
    covered: [0, 0, 400, 1000, 1000],
    longest_gap_s: [900, 900, 540, 0, 0],
  };
  const end = START + 5 * CELL;
  const facts = new LaneFacts(told([], [], { oldest_us: START + 2.6 * CELL, cells }), START, end);
  assert.equal(facts.missingIn(facts.quietUntilUs, end), 0);
  assert.equal(facts.longestIn(facts.quietUntilUs, end), 0);
  assert.equal(facts.quietCause, "before-first");
});

test("what an instant lies in is told where it is known", () => {
  const t = START;
  const spans = /** @type {[number, number][]} */ ([
    [t + 1e9, t + 2e9],
    [t + 3e9, t + 5e9],
  ]);
  const facts = new LaneFacts(
    told(spans, [
      [t, t + 1e9, "unknown"],
      [t + 2e9, t + 3e9, "disk-full"],
    ]),
    t,
    t + 5e9,
  );
  assert.deepEqual(
    [0.5e9, 1.5e9, 2e9, 3e9, 6e9].map((us) => facts.hasFootage(t + us)),
    [false, true, false, true, null],
  );
  assert.deepEqual(
    [0.5e9, 1.5e9, 2e9, 3e9].map((us) => facts.gapAt(t + us)?.cause ?? null),
    ["before-first", null, "disk-full", null],
  );
});

test("edges are found where footage begins and ends, and not where knowledge does", () => {
  const spans = /** @type {[number, number][]} */ ([
    [START, START + 1e9],
    [START + 2e9, START + 5e9],
  ]);
  const facts = new LaneFacts(told(spans, [[START + 1e9, START + 2e9]]), START, START + 5e9);
  /** @param {number} us @param {1 | -1} direction @param {{start_us: number, end_us: number}[]} [marks] */
  const near = (us, direction, marks = []) => {
    const at = nearestEdge([facts], marks, START + us, direction);
    return at === null ? null : at - START;
  };
  assert.equal(near(5e8, 1), 1e9);
  assert.equal(near(1.5e9, 1), 2e9);
  assert.equal(near(3e9, 1), null);
  assert.equal(near(3e9, -1), 2e9);
  assert.equal(near(5e8, -1), null);
  assert.equal(near(3e9, 1, [{ start_us: START + 4e9, end_us: START + 4e9 }]), 4e9);
  assert.equal(near(1e9, 1), 2e9);
});
