import assert from "node:assert/strict";
import { test } from "node:test";

import { DAY_US } from "../../../web/static/js/page/site_time.js";
import * as lanes from "../../../web/static/js/timeline/lane_columns.js";
import { LaneFacts } from "../../../web/static/js/timeline/lane_facts.js";
import { chance, told, withGaps } from "./told.js";

test("columns hold what is missing, and flag every gap of a minute", () => {
  const [from, to] = [1.7e15, 1.7e15 + 92 * DAY_US];
  const { spans, gaps } = withGaps(chance(), from, to, 400);
  const facts = new LaneFacts(told(spans, gaps), from, to);
  const columns = new lanes.Columns(4096);
  const step = lanes.columnStep((to - from) / 1240, facts);
  lanes.fillColumns(columns, facts, step, from, to);
  assert.ok(columns.count > 100 && columns.count <= 640);
  assert.ok((step / (to - from)) * 1240 >= 2);
  const starts = [...columns.starts.slice(0, columns.count)];
  const ends = [...columns.starts.slice(1, columns.count + 1)];
  const marks = [...columns.marks.slice(0, columns.count)];
  const shares = [...columns.shares.slice(0, columns.count)];

  const missing = shares.reduce((sum, share, i) => sum + (1 - share) * (Number(ends[i]) - Number(starts[i])), 0);
  const whole = gaps.reduce((sum, [start, end]) => sum + end - start, 0);
  assert.ok(Math.abs(missing - whole) / whole < 1e-3);
  for (const [start, end] of gaps) {
    const touched = marks.filter((_, i) => Number(starts[i]) < end && Number(ends[i]) > start);
    const mark = Math.max(0, ...touched);
    if (end - start >= 60e6) assert.ok(mark >= lanes.FLAGGED);
    if (end - start >= 5e6) assert.notEqual(mark, lanes.WHOLE);
  }
});
