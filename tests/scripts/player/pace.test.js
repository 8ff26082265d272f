import assert from "node:assert/strict";
import { test } from "node:test";

import { meansOf, nextSpeed, rateFor, SPEEDS } from "../../../web/static/js/player/pace.js";

test("browsers play slow speeds forwards, and fewer of them where there are several cameras", () => {
  assert.deepEqual(
    [0.25, 1, 2, 4, 8].map((speed) => meansOf(speed, 1, true)),
    ["video", "video", "video", "video", "keyframes"],
  );
  assert.deepEqual(
    [1, 2, 4].map((speed) => meansOf(speed, 4, true)),
    ["video", "video", "keyframes"],
  );
});

test("backwards only the camera that is looked at shows every frame, and only at the speed of life", () => {
  assert.equal(meansOf(-1, 4, true), "frames");
  assert.equal(meansOf(-1, 4, false), "keyframes");
  assert.equal(meansOf(-2, 1, true), "keyframes");
});

test("a video that is near plays as fast as the clock", () => {
  assert.equal(rateFor(0, 1), 1);
  assert.equal(rateFor(-11_000, 2), 2);
});

test("a lag is made up for by playing a little faster, never harder than a tenth", () => {
  assert.ok(Math.abs(Number(rateFor(30_000, 1)) - 1.05) < 1e-9);
  assert.ok(Math.abs(Number(rateFor(900_000, 1)) - 1.1) < 1e-9);
  assert.ok(Math.abs(Number(rateFor(-100_000, 1)) - 0.9) < 1e-9);
  assert.ok(Number(rateFor(900_000, 16)) <= 16);
});

test("a video that is ahead waits, and one that is far off must be sought", () => {
  assert.equal(rateFor(-121_000, 1), 0);
  assert.equal(rateFor(1_000_001, 1), null);
  assert.equal(rateFor(-1_000_001, 1), null);
  assert.notEqual(rateFor(1_500_000, 2), null);
});

test("speeds are stepped through without a 0, and end at both ends", () => {
  assert.equal(nextSpeed(1, 1), 2);
  assert.equal(nextSpeed(0.25, -1), -1);
  assert.equal(nextSpeed(16, 1), 16);
  assert.equal(nextSpeed(-16, -1), -16);
  assert.ok(!SPEEDS.includes(0));
});
