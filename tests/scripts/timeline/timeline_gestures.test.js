import assert from "node:assert/strict";
import { test } from "node:test";

import { MINUTE_US, SECOND_US } from "../../../web/static/js/page/site_time.js";
import { instantOfKey, zoomOfKey } from "../../../web/static/js/timeline/timeline_gestures.js";
import { onPage } from "../a_page.js";

onPage();

const NOON = Date.parse("2026-11-25T12:00:00+08:00") * 1000;
const NOW = NOON + 20 * MINUTE_US;

/** @param {string} key @param {boolean} [shiftKey] */
const after = (key, shiftKey = false) => instantOfKey({ key, shiftKey }, NOON, NOW);

test("arrows move by seconds, with Shift by a minute, pages by ten minutes", () => {
  assert.equal(after("ArrowLeft"), NOON - 5 * SECOND_US);
  assert.equal(after("ArrowUp", true), NOON + MINUTE_US);
  assert.equal(after("PageDown"), NOON - 10 * MINUTE_US);
});

test("Home and End stay in the day, and nothing leads into the future", () => {
  assert.equal(after("Home"), Date.parse("2026-11-25T00:00:00+08:00") * 1000);
  assert.equal(after("End"), NOW);
});

test("other keys lead nowhere", () => {
  assert.equal(after("a"), null);
  assert.deepEqual(["+", "=", "-", "_", "a"].map(zoomOfKey), [-1, -1, 1, 1, null]);
});
