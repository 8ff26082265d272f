import assert from "node:assert/strict";
import { test } from "node:test";

import { percentOf, shareOf, whyEmpty } from "../../../web/static/js/days/day_facts.js";
import { DAY_US, HOUR_US } from "../../../web/static/js/page/site_time.js";

test("the share of today is of what has passed", () => {
  const facts = (/** @type {number} */ hours) => ({
    day: "2026-11-25",
    covered_us: hours * HOUR_US,
    length_us: DAY_US,
  });
  const percent = (/** @type {ReturnType<typeof facts> | undefined} */ known, /** @type {number} */ now_h) =>
    percentOf(shareOf(known, 0, DAY_US, now_h * HOUR_US));
  assert.equal(percent(facts(9), 9), 100);
  assert.equal(percent(facts(9), 30), 38);
  assert.equal(percent(facts(0), 30), 0);
  assert.equal(percent(undefined, 30), 0);
  assert.equal(percent(facts(23.99), 30), 99);
  assert.equal(percent(facts(0.01), 30), 1);
});

test("a day without footage says why", () => {
  const camera = /** @type {import("../../../web/static/js/page/page_data.js").CameraFacts} */ ({
    oldest_us: 10 * DAY_US,
    purged_until_us: 5 * DAY_US,
    removed_us: /** @type {number | null} */ (20 * DAY_US),
  });
  const why = (/** @type {number} */ day) => whyEmpty(camera, day * DAY_US, (day + 1) * DAY_US, 30 * DAY_US);
  assert.equal(why(31), "find.day_future");
  assert.equal(why(4), "find.day_purged");
  assert.equal(why(8), "find.day_before");
  assert.equal(why(20), "find.day_removed");
  assert.equal(why(15), "find.day_none");
});
