import assert from "node:assert/strict";
import { test } from "node:test";

import { instantOn, timeOfDayUs } from "../../../web/static/js/days/same_clock.js";
import { dayOf, dayStartUs, HOUR_US, MINUTE_US } from "../../../web/static/js/page/site_time.js";
import { onPage } from "../a_page.js";

onPage({ zone: "Europe/Berlin" });

/** @param {string} iso */
const at = (iso) => Date.parse(iso) * 1000;

test("the same time on the clock is found on days of another offset", () => {
  const us = at("2026-07-01T14:05:00+02:00");
  assert.equal(timeOfDayUs(us), 14 * HOUR_US + 5 * MINUTE_US);
  assert.equal(instantOn("2026-12-01", timeOfDayUs(us)), at("2026-12-01T14:05:00+01:00"));
});

test("a time that clocks skip stays on its day", () => {
  const found = instantOn("2026-03-29", 2.5 * HOUR_US);
  assert.equal(dayOf(found), "2026-03-29");
});

test("days begin at midnight also when clocks change on them", () => {
  assert.equal(dayStartUs("2026-03-29"), at("2026-03-29T00:00:00+01:00"));
  assert.equal(dayStartUs("2026-03-30"), at("2026-03-30T00:00:00+02:00"));
  assert.equal(dayStartUs("2026-10-26"), at("2026-10-26T00:00:00+01:00"));
});
