import assert from "node:assert/strict";
import { test } from "node:test";

import { HOUR_US, SECOND_US } from "../../../web/static/js/page/site_time.js";
import { queryOf } from "../../../web/static/js/review/address.js";
import { onPage } from "../a_page.js";

onPage();

const SHOWN = {
  camera_ids: [3, 1],
  focused_id: 3,
  at_us: Date.parse("2026-11-25T14:05:09.250+08:00") * 1000,
  zoom_us: HOUR_US,
  in_us: null,
  out_us: null,
  layout: "grid",
  mode: null,
};

test("an address reads as people write", () => {
  assert.equal(queryOf(SHOWN), "cam=3,1&t=2026-11-25T14:05:09.250%2B08:00&z=3600&l=grid");
});

test("an address names the focused camera where it is not the first, and no layout of one camera", () => {
  assert.match(queryOf({ ...SHOWN, focused_id: 1 }), /^cam=3,1&f=1&t=/);
  assert.doesNotMatch(queryOf({ ...SHOWN, camera_ids: [3] }), /&l=/);
});

test("an address names marks where there are both, and is read back as what was shown", () => {
  const { at_us } = SHOWN;
  assert.doesNotMatch(queryOf({ ...SHOWN, in_us: at_us }), /&in=/);
  const read = new URLSearchParams(queryOf({ ...SHOWN, in_us: at_us, out_us: at_us + SECOND_US, mode: "full" }));
  assert.equal(Date.parse(read.get("t") ?? "") * 1000, at_us);
  assert.equal(Date.parse(read.get("out") ?? "") * 1000, at_us + SECOND_US);
  assert.equal(read.get("mode"), "full");
});
