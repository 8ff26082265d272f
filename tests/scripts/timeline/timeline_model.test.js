import assert from "node:assert/strict";
import { test } from "node:test";

import * as model from "../../../web/static/js/timeline/timeline_model.js";
import { DAY_US, HOUR_US, MINUTE_US, SECOND_US } from "../../../web/static/js/page/site_time.js";
import { chance } from "./told.js";

const T = 1.7e15;

test("zooming keeps the instant under the pointer", () => {
  const random = chance();
  for (let i = 0; i < 2000; i += 1) {
    const span = 10 ** (6 + 7 * random());
    const view = { from_us: T, to_us: T + span };
    const around = view.from_us + random() * span;
    const next = model.zoomed(view, 10 ** (2 * random() - 1), around);
    const was = (around - view.from_us) / span;
    const is = (around - next.from_us) / model.spanOf(next);
    assert.ok(Math.abs(was - is) < 1e-5);
    assert.ok(model.spanOf(next) >= model.NARROWEST_US - 1);
    assert.ok(model.spanOf(next) <= model.WIDEST_US + 1);
  }
});

test("two fingers keep the instants they took", () => {
  const random = chance();
  const view = { from_us: T, to_us: T + 3.6e9 };
  for (let i = 0; i < 500; i += 1) {
    const began = /** @type {const} */ ([50 + 100 * random(), 200 + 150 * random()]);
    const now = /** @type {const} */ ([20 + 150 * random(), 200 + 180 * random()]);
    const next = model.pinched(view, 390, began, now);
    for (const k of /** @type {const} */ ([0, 1])) {
      const off = Math.abs(model.timeAt(view, 390, began[k]) - model.timeAt(next, 390, now[k]));
      assert.ok(off / model.spanOf(next) < 1e-4);
    }
  }
});

test("labels of ticks keep their distance at every zoom", () => {
  for (let power = 6; power <= 12.9; power += 0.01) {
    const span = 10 ** power;
    const { major_us, minor_us } = model.tickSteps(span, 1240);
    assert.equal(major_us % minor_us, 0);
    assert.ok((major_us / span) * 1240 >= 72);
  }
});

test("ticks stand on the site's clock, also when it changes", () => {
  const change = T - (T % DAY_US) + 40 * DAY_US;
  // An hour back in the middle of the view, and a zone half an hour off.
  const offsetOf = (/** @type {number} */ us) => (us < change ? 9.5 : 8.5) * HOUR_US;
  const view = { from_us: change - 10 * DAY_US, to_us: change + 10 * DAY_US };
  const found = model.ticks(view, DAY_US, offsetOf);
  assert.equal(found.length, 20);
  assert.deepEqual(
    found.filter((at) => (at + offsetOf(at)) % DAY_US !== 0),
    [],
  );
});

test("ticks of weeks stand on Mondays", () => {
  const monday = Date.UTC(2026, 10, 23) * 1000;
  const found = model.ticks({ from_us: monday - DAY_US, to_us: monday + 8 * DAY_US }, 7 * DAY_US, () => 0);
  assert.deepEqual(found, [monday, monday + 7 * DAY_US]);
  assert.ok(found.every((at) => model.isMonday(at)));
  assert.ok(!model.isMonday(monday + DAY_US));
});

test("the view runs faster the nearer the edge", () => {
  const [still, slow, fast, fastest, right, beyond] = /** @type {[number, number, number, number, number, number]} */ (
    [500, 30, 5, -50, 970, 1100].map((x) => model.edgePace(x, 1000))
  );
  assert.equal(still, 0);
  assert.ok(fastest <= fast && fast < slow && slow < 0 && right > 0 && right < beyond);
});

test("the zoom buttons go on from wherever the wheel has left the view, and end at both ends", () => {
  assert.equal(model.nextZoom(2 * HOUR_US, 1), 3 * HOUR_US);
  assert.equal(model.nextZoom(2 * HOUR_US, -1), HOUR_US);
  assert.equal(model.nextZoom(HOUR_US, -1), 15 * MINUTE_US);
  assert.equal(model.nextZoom(model.WIDEST_US, 1), model.WIDEST_US);
  assert.equal(model.nextZoom(model.NARROWEST_US, -1), model.NARROWEST_US);
});

test("little of a view lies ahead, but what is held stays in it", () => {
  const view = { from_us: T - HOUR_US, to_us: T + HOUR_US };
  assert.deepEqual(model.settled(view, T, T), model.panned(view, -0.8 * HOUR_US));
  assert.deepEqual(model.settled(view, T, T + HOUR_US), view);
  assert.deepEqual(model.settled(view, T + HOUR_US, T), view);
});

test("the middle of a view stays where there is something to come back to", () => {
  const view = { from_us: T, to_us: T + HOUR_US };
  assert.equal(model.kept(view, T, T + HOUR_US), view);
  assert.deepEqual(model.kept(view, T + HOUR_US, T + DAY_US), model.centred(T + HOUR_US, HOUR_US));
  assert.deepEqual(model.kept(view, T - DAY_US, T), model.centred(T, HOUR_US));
});

test("pixels and instants are each other's opposites", () => {
  const view = { from_us: T, to_us: T + MINUTE_US };
  assert.equal(model.xOf(view, 600, T + 30 * SECOND_US), 300);
  assert.equal(model.timeAt(view, 600, 300), T + 30 * SECOND_US);
});

test("the first number above another is found from wherever one begins", () => {
  const sorted = [1, 3, 3, 3, 7, 9, 12, 12, 40];
  for (let value = -1; value <= 41; value += 1) {
    const plain = sorted.filter((one) => one <= value).length;
    for (let from = 0; from <= plain; from += 1) assert.equal(model.firstAbove(sorted, value, from), plain);
  }
  assert.equal(model.firstAbove([], 1), 0);
});
