import assert from "node:assert/strict";
import { test } from "node:test";

import { StallPolicy } from "../../../web/static/js/player/stall_policy.js";

test("a short stall is tolerated, a longer one stops all and is told", () => {
  const policy = new StallPolicy();
  assert.deepEqual(policy.decide([7], 4, 0, true), { mustWait: false, waitsFor: [] });
  assert.deepEqual(policy.decide([7], 4, 1400, true), { mustWait: false, waitsFor: [] });
  assert.deepEqual(policy.decide([7], 4, 1500, true), { mustWait: true, waitsFor: [7] });
  assert.deepEqual(policy.decide([], 4, 1600, false), { mustWait: false, waitsFor: [] });
});

test("while the clock stands, it waits for the shortest stall", () => {
  assert.deepEqual(new StallPolicy().decide([7], 4, 0, false), { mustWait: true, waitsFor: [] });
});

test("stalls that follow each other are counted one by one", () => {
  const policy = new StallPolicy();
  policy.decide([7], 4, 0, true);
  policy.decide([], 4, 1000, true);
  policy.decide([7], 4, 1400, true);
  assert.equal(policy.decide([7], 4, 2800, true).mustWait, false);
});

test("who stalls long is waited for no more, until it has played for a while", () => {
  const policy = new StallPolicy();
  policy.decide([7], 4, 0, true);
  assert.equal(policy.decide([7], 4, 3900, false).mustWait, true);
  assert.deepEqual(policy.decide([7], 4, 4000, false), { mustWait: false, waitsFor: [] });
  policy.decide([], 4, 5000, true);
  policy.decide([], 4, 9000, true);
  assert.equal(policy.decide([7], 4, 9500, false).mustWait, false);
  policy.decide([], 4, 10_000, true);
  policy.decide([], 4, 15_001, true);
  assert.equal(policy.decide([7], 4, 16_000, false).mustWait, true);
});

test("where nobody can show anything, all are waited for", () => {
  const policy = new StallPolicy();
  policy.decide([7, 8], 2, 0, true);
  assert.deepEqual(policy.decide([7, 8], 2, 60_000, false), { mustWait: true, waitsFor: [7, 8] });
});

test("the person may go on without those that stall, and begins anew with all", () => {
  const policy = new StallPolicy();
  policy.decide([7, 8], 2, 0, false);
  policy.playWithoutStalled();
  assert.equal(policy.decide([7, 8], 2, 100, false).mustWait, false);
  policy.reset();
  assert.equal(policy.decide([7, 8], 2, 200, false).mustWait, true);
});

test("who is ignored from outside is not waited for", () => {
  const policy = new StallPolicy();
  policy.ignore(7);
  assert.deepEqual(policy.decide([7, 8], 3, 0, false), { mustWait: true, waitsFor: [] });
  assert.deepEqual(policy.decide([7], 3, 2000, false), { mustWait: false, waitsFor: [] });
});
