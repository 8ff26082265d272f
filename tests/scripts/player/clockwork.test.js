import assert from "node:assert/strict";
import { test } from "node:test";

import { Clockwork } from "../../../web/static/js/player/clockwork.js";
import { onPage } from "../a_page.js";

/** @typedef {import("../../../web/static/js/player/clockwork.js").Tile} Tile */

const FRAME_US = 200_000;

onPage();

/** A tile that finds the frame of an instant once it is told to paint, and has footage of all times. */
class PaintedTile {
  camera;
  state = "paused";
  /** @type {{start_us: number, end_us: number} | null} */
  gap = null;
  isReady = true;
  trouble = null;
  targetUs = 0;
  wallUs = 0;

  /** @param {number} id */
  constructor(id) {
    this.camera = { id, oldest_us: 0 };
  }

  /** @param {number} us */
  seek(us) {
    this.state = "loading";
    this.targetUs = us;
  }

  /** @param {number} us */
  shuttle(us) {
    this.state = "playing";
    this.targetUs = us;
  }

  pause() {
    this.state = "paused";
  }

  follow() {
    this.state = "playing";
  }

  paint() {
    this.wallUs = Math.floor(this.targetUs / FRAME_US) * FRAME_US;
    this.state = "paused";
  }
}

/**
 * A clock of two cameras, the first in focus.
 * @returns {{focused: PaintedTile, other: PaintedTile, clockwork: Clockwork, skips: unknown[]}}
 */
function twoCameras() {
  const [focused, other] = [new PaintedTile(1), new PaintedTile(2)];
  const tiles = /** @type {Tile[]} */ (/** @type {unknown} */ ([focused, other]));
  const clockwork = new Clockwork(() => ({ tiles, focused: /** @type {Tile} */ (tiles[0]), skipGaps: true }));
  /** @type {unknown[]} */
  const skips = [];
  clockwork.on("skip", (skip) => skips.push(skip));
  return { focused, other, clockwork, skips };
}

test("paused out of a backward run, the others show what was on at the frame of the camera in focus", () => {
  const { focused, other, clockwork } = twoCameras();
  clockwork.seek(10_150_000);
  focused.paint();
  other.paint();
  clockwork.setSpeed(-1);
  clockwork.play();
  clockwork.tick();
  clockwork.pause();
  focused.paint();
  clockwork.onFrame(/** @type {Tile} */ (/** @type {unknown} */ (focused)));
  assert.equal(other.targetUs, focused.wallUs);
  assert.equal(clockwork.wallUs, focused.wallUs);
});

const ASKED_US = 100_000_000;

/** @param {number} end_us @param {PaintedTile[]} tiles */
function openGap(end_us, ...tiles) {
  for (const tile of tiles) tile.gap = { start_us: 90_000_000, end_us };
}

test("asked for an instant without footage, nothing plays by itself, and Play goes on behind the gap", () => {
  const { focused, other, clockwork, skips } = twoCameras();
  const end_us = ASKED_US + 14 * 3_600_000_000;
  openGap(end_us, focused, other);
  clockwork.seek(ASKED_US, { play: true });
  clockwork.tick();
  assert.equal(clockwork.wantsPlay, false);
  assert.equal(clockwork.us, ASKED_US);
  assert.deepEqual(skips, []);
  clockwork.play();
  clockwork.tick();
  assert.deepEqual(skips, [{ from_us: ASKED_US, to_us: end_us }]);
  assert.equal(clockwork.wantsPlay, true);
});

test("a gap that ends soon behind the instant asked for is skipped with a word", () => {
  const { focused, other, clockwork, skips } = twoCameras();
  openGap(ASKED_US + 4_000_000, focused, other);
  clockwork.seek(ASKED_US, { play: true });
  clockwork.tick();
  assert.equal(skips.length, 1);
  assert.equal(clockwork.wantsPlay, true);
});

test("playing comes to a long gap and goes on behind it", () => {
  const { focused, other, clockwork, skips } = twoCameras();
  clockwork.seek(ASKED_US, { play: true });
  focused.paint();
  other.paint();
  clockwork.tick();
  clockwork.tick();
  openGap(ASKED_US + 14 * 3_600_000_000, focused, other);
  clockwork.tick();
  assert.equal(skips.length, 1);
  assert.equal(clockwork.wantsPlay, true);
});

test("behind a gap that was skipped another one is skipped too", () => {
  const { focused, other, clockwork, skips } = twoCameras();
  openGap(ASKED_US + 14 * 3_600_000_000, focused, other);
  clockwork.seek(ASKED_US);
  clockwork.play();
  clockwork.tick();
  openGap(ASKED_US + 28 * 3_600_000_000, focused, other);
  clockwork.tick();
  assert.equal(skips.length, 2);
});
