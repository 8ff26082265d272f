import assert from "node:assert/strict";
import { test } from "node:test";

import { gapsOf, totalLength } from "../../../web/static/js/clip/clip_estimate.js";

test("gaps of the chosen cameras are told in order of time", () => {
  const gap = (/** @type {number} */ camera_id, /** @type {number} */ start_us) => ({
    camera_id,
    start_us,
    end_us: start_us + 5,
  });
  const gaps = [gap(2, 20), gap(3, 5), gap(2, 10), gap(1, 10)];
  const found = gapsOf({ gaps }, [1, 2]);
  assert.deepEqual(found, [gap(1, 10), gap(2, 10), gap(2, 20)]);
  assert.equal(totalLength(found), 15);
});
