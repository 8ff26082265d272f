import assert from "node:assert/strict";
import { test } from "node:test";

import { DAY_US, HOUR_US, MINUTE_US, SECOND_US } from "../../../web/static/js/page/site_time.js";
import { clockWords, dayWords, tickWords } from "../../../web/static/js/timeline/tick_words.js";
import { onPage } from "../a_page.js";

onPage({ zone: "Europe/Berlin" });

/** @param {string} iso */
const at = (iso) => Date.parse(iso) * 1000;

test("ticks say as much of the clock as their step needs", () => {
  const us = at("2026-11-25T13:05:09+01:00") + 270_000;
  assert.equal(clockWords(us, HOUR_US), "13:05");
  assert.equal(clockWords(us, 5 * SECOND_US), "13:05:09");
  assert.equal(clockWords(us, SECOND_US / 10), "13:05:09.2");
});

test("midnight is told by its day, and whole hours stand out among minutes", () => {
  assert.deepEqual(tickWords(at("2026-11-25T00:00:00+01:00"), 6 * HOUR_US), { words: "25 Nov", isBold: true });
  assert.deepEqual(tickWords(at("2026-11-25T13:00:00+01:00"), 15 * MINUTE_US), { words: "13:00", isBold: true });
  assert.deepEqual(tickWords(at("2026-11-25T13:00:00+01:00"), 6 * HOUR_US), { words: "13:00", isBold: false });
});

test("words follow the site's clock over the nights in which it changes", () => {
  for (const night of ["2026-03-29", "2026-10-25"]) {
    const from = at(`${night}T00:00:00Z`) - HOUR_US;
    const plain = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Berlin", timeStyle: "short" });
    for (let us = from; us < from + 5 * HOUR_US; us += 15 * MINUTE_US)
      assert.equal(clockWords(us, MINUTE_US), plain.format(us / 1000));
  }
});

test("days that are remembered are told right, also when there are more than are kept", () => {
  const first = at("2026-01-01T12:00:00+01:00");
  for (let i = 0; i < 1500; i += 1) dayWords(first + i * DAY_US);
  assert.equal(dayWords(first), "1 Jan");
  assert.equal(dayWords(first), "1 Jan");
});
