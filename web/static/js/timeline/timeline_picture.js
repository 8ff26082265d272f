/**
 * One frame of the timeline: collects what is known of every lane, and has it painted and labelled, without allocating
 * anew.
 * @module
 */

import { beginStrips, isBehindStrips } from "./column_strip.js";
import { GapEvents } from "./gap_events.js";
import { holdBars } from "./hold_bars.js";
import { LabelPool } from "./label_pool.js";
import { NEAR_US } from "./lane_paint.js";
import { Hatches, openCanvas, palette } from "./timeline_canvas.js";
import { labelTimeline } from "./timeline_labels.js";
import { spanOf } from "./timeline_model.js";
import { paint } from "./timeline_paint.js";

/**
 * @typedef {import("./timeline_paint.js").Scene} Scene
 * @typedef {import("./answer_shelf.js").Piece} Piece
 * @typedef {object} Known what a picture is drawn from
 * @property {(pieces: Piece[], cameraId: number, view: import("./timeline_model.js").View) => void} cover
 * @property {readonly import("./timeline_data.js").Bookmark[]} bookmarks
 * @property {readonly import("./timeline_data.js").Hold[]} holds
 * @typedef {Omit<Scene, "width" | "us_per_px" | "pieces" | "events" | "holds" | "bookmarks" | "isNear">} Wish
 */

export class TimelinePicture {
  #colour = palette();
  #events = new GapEvents();
  /** @type {ReturnType<typeof openCanvas>} */
  #opened = null;
  /** @type {Piece[][]} */
  #pieces = [];
  /** @type {Hatches | null} */
  #hatches = null;
  /** @type {{from: readonly import("./timeline_data.js").Hold[] | null, bars: import("./hold_bars.js").HoldBar[]}} */
  #holds = { from: null, bars: [] };

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {HTMLElement} labels
   */
  constructor(canvas, labels) {
    this.canvas = canvas;
    this.pool = new LabelPool(labels);
  }

  /** The canvas's box, or the screen's density, may be another one. */
  fit() {
    this.#opened = openCanvas(this.canvas);
  }

  /**
   * @param {Wish} wish
   * @param {Known} known
   * @param {readonly number[]} numbers of the cameras, in the order of the lanes
   * @returns {boolean} whether a further picture would be better
   */
  draw(wish, known, numbers) {
    const opened = this.#opened;
    if (!opened) return false;
    const { g, width } = opened;
    beginStrips();
    if (!this.#hatches || this.#hatches.ratio !== (window.devicePixelRatio || 1))
      this.#hatches = new Hatches(g, this.#colour);
    const { rows } = wish.layout;
    const pieces = this.#pieces;
    while (pieces.length < rows.length) pieces.push([]);
    pieces.length = rows.length;
    rows.forEach((row, i) => known.cover(/** @type {Piece[]} */ (pieces[i]), row.camera_id, wish.view));
    if (this.#holds.from !== known.holds) this.#holds = { from: known.holds, bars: holdBars(known.holds) };
    /** @type {Scene} */
    const scene = {
      ...wish,
      width,
      us_per_px: spanOf(wish.view) / width,
      pieces,
      events: this.#events,
      holds: this.#holds.bars,
      bookmarks: known.bookmarks,
      isNear: spanOf(wish.view) <= NEAR_US,
    };
    if (wish.heights.thin > 0) {
      const scale = {
        from_us: wish.view.from_us,
        us_per_px: scene.us_per_px,
        width,
        now_us: wish.now_us,
        isNear: scene.isNear,
      };
      this.#events.collect(
        pieces,
        scale,
        Math.max(
          0,
          rows.findIndex((row) => row.isFocused),
        ),
      );
    }
    paint({ g, colour: this.#colour, hatches: this.#hatches }, scene);
    labelTimeline(this.pool, scene, numbers);
    return isBehindStrips();
  }
}
