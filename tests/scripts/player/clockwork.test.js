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

  paint() {
    this.wallUs = Math.floor(this.targetUs / FRAME_US) * FRAME_US;
    this.state = "paused";
  }
}

test("paused out of a backward run, the others show what was on at the frame of the camera in focus", () => {
  const [focused, other] = [new PaintedTile(1), new PaintedTile(2)];
  const tiles = /** @type {Tile[]} */ (/** @type {unknown} */ ([focused, other]));
  const shown = { tiles, focused: /** @type {Tile} */ (tiles[0]), skipGaps: false };
  const clockwork = new Clockwork(() => shown);
  clockwork.seek(10_150_000);
  focused.paint();
  other.paint();
  clockwork.setSpeed(-1);
  clockwork.play();
  clockwork.tick();
  clockwork.pause();
  focused.paint();
  clockwork.onFrame(shown.focused);
  assert.equal(other.targetUs, focused.wallUs);
  assert.equal(clockwork.wallUs, focused.wallUs);
});
