import assert from "node:assert/strict";
import { test } from "node:test";

import { parseProgramDateTime, WallMap } from "../../../web/static/js/player/wall_map.js";

const T = 1.7e15;
/** Ten seconds, a gap of five, ten seconds, and a seam that is none. */
const MAP = new WallMap([
  { media_s: 0, duration_s: 10, wall_us: T },
  { media_s: 10, duration_s: 10, wall_us: T + 15e6 },
  { media_s: 20, duration_s: 10, wall_us: T + 25.5e6 },
]);

test("instants of a playlist keep their microseconds", () => {
  assert.equal(parseProgramDateTime("2026-11-25T04:00:00.123456Z"), Date.UTC(2026, 10, 25, 4) * 1000 + 123_456);
  assert.equal(parseProgramDateTime("2026-11-25T12:00:00.5+08:00"), Date.UTC(2026, 10, 25, 4) * 1000 + 500_000);
  assert.equal(parseProgramDateTime("2026-11-25T04:00:00Z"), Date.UTC(2026, 10, 25, 4) * 1000);
});

test("positions and instants are each other's opposites, but inside gaps", () => {
  assert.equal(MAP.mediaOf(T + 4e6), 4);
  assert.equal(MAP.wallOf(4), T + 4e6);
  assert.equal(MAP.mediaOf(T + 12e6), null);
  assert.equal(MAP.wallOf(10), T + 15e6);
  assert.equal(MAP.mediaOf(T + 99e6), null);
});

test("footage next to an instant is found on both sides", () => {
  assert.equal(MAP.nextStart(T + 12e6), T + 15e6);
  assert.equal(MAP.nextStart(T + 3e6), T + 3e6);
  assert.equal(MAP.nextStart(T + 99e6), null);
  assert.equal(MAP.lastEnd(T + 12e6), T + 10e6);
  assert.equal(MAP.lastEnd(T + 3e6), null);
});

test("half a second between two files is no gap", () => {
  assert.deepEqual(MAP.seamAfter(0), { media_s: 10, start_us: T + 10e6, end_us: T + 15e6 });
  assert.equal(MAP.seamAfter(10), null);
});

test("an empty map knows nothing", () => {
  const none = new WallMap([]);
  assert.deepEqual([none.isEmpty, none.startUs, none.endUs, none.wallOf(3)], [true, 0, 0, null]);
});
