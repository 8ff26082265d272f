import assert from "node:assert/strict";
import { test } from "node:test";

import { keepLabels, placeInside, withoutOverlaps } from "../../../web/static/js/timeline/label_fit.js";

test("labels that would meet are dropped, and a line stays free", () => {
  const kept = new Uint8Array(4);
  const room = { shape: 16, gap: 6, width: 420, line: 250 };
  keepLabels([10, 60, 200, 380], [40, 80, 60, 30], 4, room, kept);
  assert.deepEqual([...kept], [0, 1, 0, 0]);
});

test("of labels in order of weight those stay that meet none before them", () => {
  const labels = [
    { left: 0, right: 10 },
    { left: 5, right: 8 },
    { left: 10, right: 20 },
  ];
  assert.equal(withoutOverlaps(labels).length, 2);
});

test("words stand at the left of their stretch, behind a line that must stay seen, or nowhere", () => {
  assert.equal(placeInside(0, 100, 40, null), 4);
  assert.equal(placeInside(0, 100, 40, 20), 26);
  assert.equal(placeInside(0, 40, 40, null), null);
});
