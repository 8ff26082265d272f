import assert from "node:assert/strict";
import { test } from "node:test";

import { holdBars } from "../../../web/static/js/timeline/hold_bars.js";

test("locks of one stretch and reason are one bar, however many cameras they hold", () => {
  const bars = holdBars([
    { id: 1, start_us: 20, end_us: 30, reason: "theft", camera_ids: [1] },
    { id: 2, start_us: 20, end_us: 30, reason: "theft", camera_ids: [1, 2] },
    { id: 3, start_us: 10, end_us: null, reason: "fire", camera_ids: [1] },
  ]);
  assert.deepEqual(bars, [
    { start_us: 10, end_us: null, reason: "fire", camera_ids: [1] },
    { start_us: 20, end_us: 30, reason: "theft", camera_ids: [1, 2] },
  ]);
});
