import assert from "node:assert/strict";
import { test } from "node:test";

import { ReviewClock } from "../../../web/static/js/player/review_clock.js";

test("it stands until it runs, at any speed and in both directions", () => {
  let ms = 500;
  const clock = new ReviewClock(() => ms);
  clock.set(1e15);
  ms += 1000;
  assert.equal(clock.us, 1e15);
  assert.equal(clock.isRunning, false);
  clock.run(4);
  ms += 250;
  assert.equal(clock.us, 1e15 + 1e6);
  clock.run(-0.5);
  ms += 1000;
  assert.equal(clock.us, 1e15 + 0.5e6);
  assert.equal(clock.isRunning, true);
  clock.stop();
  ms += 1000;
  assert.equal(clock.us, 1e15 + 0.5e6);
});

test("it runs on from where it is set", () => {
  let ms = 0;
  const clock = new ReviewClock(() => ms);
  clock.run(1);
  ms = 100;
  clock.set(2e15);
  ms = 110.0001;
  assert.equal(clock.us, 2e15 + 10_000);
});
