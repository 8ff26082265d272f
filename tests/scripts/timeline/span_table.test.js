import assert from "node:assert/strict";
import { test } from "node:test";

import { DAY_US } from "../../../web/static/js/page/site_time.js";
import { LaneFacts } from "../../../web/static/js/timeline/lane_facts.js";
import { spanRows } from "../../../web/static/js/timeline/span_table.js";
import { chance, told, withGaps } from "./told.js";

test("rows of the table tile the view and are bounded", () => {
  const [from, to] = [1.7e15, 1.7e15 + DAY_US];
  const { spans, gaps } = withGaps(chance(), from, to, 90);
  const facts = new LaneFacts(told(spans, gaps), from, to);
  const middle = from + 4e10;
  const pieces = [
    { facts, from_us: from, to_us: middle },
    { facts, from_us: middle, to_us: to },
  ];
  const { rows, more } = spanRows([{ camera_id: 1, pieces }], to);
  assert.equal(rows.length, 181);
  assert.equal(more, 0);
  rows.forEach((row, i) => assert.equal(row.from_us, rows[i - 1]?.to_us ?? from));
  assert.equal(rows.at(-1)?.to_us, to);
  const cut = spanRows([{ camera_id: 1, pieces }], to, 50);
  assert.equal(cut.rows.length, 50);
  assert.equal(cut.more, 131);
});
