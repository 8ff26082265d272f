import assert from "node:assert/strict";
import { test } from "node:test";

import { laneAt, layLanes, scrollToFocus } from "../../../web/static/js/timeline/lane_layout.js";

test("lanes are scrolled to the focused one", () => {
  const sixteen = Array.from({ length: 16 }, (_, i) => i + 1);
  const layout = layLanes(sixteen, 15, { focus: 56, row: 28 }, 900);
  assert.equal(layout.height, 56 + 15 * 28);
  assert.ok(layout.seen < 360);
  assert.equal(scrollToFocus(layout, 0) + layout.seen, 14 * 28 + 56);
  assert.equal(laneAt(layout, 30)?.camera_id, 2);
  assert.equal(laneAt(layout, 400)?.camera_id, 15);
});

test("a tape shows the focused lane alone", () => {
  const tape = layLanes([1, 2, 3], 2, { focus: 78, row: 0 }, 844);
  assert.deepEqual(
    tape.rows.map((row) => row.camera_id),
    [2],
  );
  assert.equal(tape.seen, 78);
});
