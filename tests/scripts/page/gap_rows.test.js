import assert from "node:assert/strict";
import { test } from "node:test";

import { HOUR_US, MINUTE_US, SECOND_US } from "../../../web/static/js/page/site_time.js";
import { clockSpan } from "../../../web/static/js/page/gap_rows.js";
import { onPage } from "../a_page.js";

onPage();

test("a gap names the day it ends on where that is another", () => {
  const evening = Date.parse("2026-11-25T22:01:11+08:00") * 1000;
  assert.equal(clockSpan(evening, evening + 5 * MINUTE_US + 52 * SECOND_US), "22:01:11–22:07:03");
  assert.equal(clockSpan(evening, evening + 3 * HOUR_US), "22:01:11–26 Nov 01:01:11");
});
