import assert from "node:assert/strict";
import { test } from "node:test";

import * as time from "../../../web/static/js/page/site_time.js";
import { onPage } from "../a_page.js";

onPage();

const AT = Date.parse("2026-11-25T14:05:09+08:00") * 1000 + 299_999;

test("instants are written in the site's zone and language", () => {
  assert.equal(time.clock(AT), "14:05:09");
  assert.equal(time.clockMinutes(AT), "14:05");
  assert.equal(time.clockTenths(AT), "14:05:09.2");
  assert.equal(time.clockTenths(time.nearestTenth(AT - (AT % 1_000_000) - 14_000)), "14:05:09.0");
  assert.equal(time.dateShort(AT), "Rab, 25 Nov 2026");
  assert.equal(time.dateLong(AT), "Rabu, 25 November 2026");
  assert.equal(time.dayMonth(AT), "25 Nov");
  assert.equal(time.monthName(AT), "November 2026");
  assert.equal(time.weekday(AT), "Rabu");
  assert.equal(time.weekdayShort(AT), "Rab");
  assert.equal(time.dayOf(AT), "2026-11-25");
});

test("requests name the microsecond, addresses the millisecond and the offset", () => {
  assert.equal(time.rfc3339(AT), "2026-11-25T06:05:09.299999Z");
  assert.equal(time.rfc3339Local(AT), "2026-11-25T14:05:09.299+08:00");
});

test("lengths have two units, sizes three digits", () => {
  assert.equal(time.duration(0), "0 dtk");
  assert.equal(time.duration(59.6e6), "1 mnt");
  assert.equal(time.duration(750e6), "12 mnt 30 dtk");
  assert.equal(time.duration(90_061e6), "1 hr 1 jam");
  assert.equal(time.size(0), "0 B");
  assert.equal(time.size(1.316e9), "1,32 GB");
  assert.equal(time.size(86.44e6), "86,4 MB");
  assert.equal(time.size(123e15), "123 PB");
});

test("days are counted by the calendar", () => {
  assert.equal(time.dayPlus("2026-12-31", 1), "2027-01-01");
  assert.equal(time.dayPlus("2028-03-01", -1), "2028-02-29");
});

test("the present begins with the server's, and an answer that differs is told", () => {
  assert.ok(Math.abs(time.nowUs() - Date.UTC(2026, 10, 25, 4) * 1000) < 600e6);
  let jumps = 0;
  time.present.on("jump", () => (jumps += 1));
  time.learnNow(AT, 0);
  assert.equal(jumps, 1);
  time.learnNow(time.nowUs() + 1e6, 0);
  assert.equal(jumps, 1);
  assert.ok(time.nowUs() >= AT + 1e6);
});
