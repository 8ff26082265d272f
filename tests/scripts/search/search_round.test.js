import assert from "node:assert/strict";
import { test } from "node:test";

import { DAY_US, HOUR_US, MINUTE_US, SECOND_US } from "../../../web/static/js/page/site_time.js";
import * as search from "../../../web/static/js/search/search_round.js";

const T = 1.7e15;

test("pictures stand at equal steps of footage, not of wall time", () => {
  const spans = /** @type {[number, number][]} */ ([
    [T, T + 6 * HOUR_US],
    [T + 20 * DAY_US, T + 20 * DAY_US + 6 * HOUR_US],
  ]);
  const instants = search.instantsOf([T, T + 30 * DAY_US], spans);
  assert.equal(instants.length, search.SHOTS);
  assert.equal(instants[0], T + SECOND_US);
  assert.equal(instants[5], T + 5 * HOUR_US);
  assert.equal(instants[6], T + 20 * DAY_US + SECOND_US);
});

test("no footage has no pictures", () => {
  assert.deepEqual(search.instantsOf([T, T + HOUR_US], [[T - DAY_US, T]]), []);
});

test("every gap is told: long ones by a card of their own, short ones under the picture before", () => {
  const gap = (/** @type {number} */ from, /** @type {number} */ to) => ({
    start_us: T + from * MINUTE_US,
    end_us: T + to * MINUTE_US,
    cause: "unreachable",
    detail: "",
  });
  const [short, long] = [gap(31, 32), gap(120, 240)];
  const spans = /** @type {[number, number][]} */ ([
    [T, short.start_us],
    [short.end_us, long.start_us],
    [long.end_us, T + 12 * HOUR_US],
  ]);
  const entries = search.roundOf([T, T + 12 * HOUR_US], spans, [short, long]);
  const cards = entries.flatMap((entry) => ("gap" in entry ? entry.gap : []));
  assert.deepEqual(cards, [long]);
  const times = entries.map((entry) => ("gap" in entry ? entry.gap.start_us : entry.shot.at_us));
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  );
  const told = entries.flatMap((entry) => ("shot" in entry && entry.shot.gaps.length > 0 ? entry.shot : []));
  assert.equal(told.length, 1);
  assert.deepEqual(told[0]?.gaps, [short]);
  assert.ok(told[0].at_us <= short.start_us);
});

test("a search begins no wider than can be divided, no narrower than its last round, and not in the future", () => {
  assert.deepEqual(search.firstRange([T + HOUR_US, T], T + DAY_US), [T, T + HOUR_US]);
  assert.deepEqual(search.firstRange([T, T + DAY_US], T + HOUR_US), [T, T + HOUR_US]);
  assert.deepEqual(search.firstRange([T, T + SECOND_US], T + DAY_US), [
    T + SECOND_US - search.LAST_RANGE_US,
    T + SECOND_US,
  ]);
  const [from, to] = search.firstRange([T - 90 * DAY_US, T], T);
  assert.equal(to - from, search.WIDEST_RANGE_US);
});
