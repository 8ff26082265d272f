import assert from "node:assert/strict";
import { test } from "node:test";

import { weekdayOf, weeksOf } from "../../../web/static/js/days/calendar_month.js";

test("weeks begin on Monday", () => {
  assert.deepEqual(["2026-11-23", "2026-11-25", "2026-11-29"].map(weekdayOf), [0, 2, 6]);
});

test("a month is whole weeks, with nothing where days of others would stand", () => {
  for (let number = 0; number < 40; number += 1) {
    const first = new Date(Date.UTC(2025, number, 1));
    const month = first.toISOString().slice(0, 7);
    const length = new Date(Date.UTC(2025, number + 1, 0)).getUTCDate();
    const weeks = weeksOf(month);
    assert.ok(weeks.every((week) => week.length === 7));
    const days = weeks.flat().filter((day) => day !== null);
    assert.deepEqual(
      days,
      Array.from({ length }, (_, i) => `${month}-${String(i + 1).padStart(2, "0")}`),
    );
    assert.ok(weeks.every((week) => week.every((day, i) => day === null || weekdayOf(day) === i)));
    assert.ok(weeks.every((week) => week.some((day) => day !== null)));
  }
});
