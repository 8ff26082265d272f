/**
 * Previews both cuts of a clip in a loop: two seconds from its start, then the last two before its end.
 * @module
 */

import { Emitter } from "../page/emitter.js";
import { SECOND_US } from "../page/site_time.js";

const PART_US = 2 * SECOND_US;
/** A seek is to the frame at or before the instant asked for, and frames of the slowest cameras last a second. */
const SAME_PLACE_US = 1.1 * SECOND_US;

/** @typedef {import("../player/deck.js").Deck} Deck */

/**
 * The parts of a clip that are played in turn; one where the two would meet.
 * @param {number} in_us
 * @param {number} out_us
 * @returns {[number, number][]}
 */
export function previewParts(in_us, out_us) {
  if (out_us - in_us <= 2 * PART_US) return [[in_us, out_us]];
  return [
    [in_us, in_us + PART_US],
    [out_us - PART_US, out_us],
  ];
}

/** Emits `change` when it begins and when it ends. @extends {Emitter<{change: undefined}>} */
export class ClipPreview extends Emitter {
  /** @type {[number, number][]} */
  #parts = [];
  #at = 0;
  /** Where the deck was, and whether it played. */
  #before = { wall_us: 0, isPlaying: false, speed: 1 };
  /** The seek under way is this module's own, or the deck's own leap over a gap. */
  #isOwnSeek = false;
  /** The part asked for is on screen: only then can it be over. */
  #isThere = false;

  /**
   * @param {Deck} deck
   * @param {HTMLElement} root where it is asked for; a sheet that holds it stays open when Esc ends the preview
   */
  constructor(deck, root) {
    super();
    this.deck = deck;
    deck.on("time", (us) => this.#onTime(us));
    deck.on("seek", () => {
      if (!this.#isOwnSeek) this.stop(false);
    });
    deck.on("skip", ({ to_us }) => this.#onSkip(to_us));
    deck.on("state", () => {
      if (this.isRunning && !this.#isOwnSeek && !deck.isPlaying) this.#onPause();
    });
    // Before the page's own keys: Esc ends the preview first, and only the preview.
    document.addEventListener(
      "keydown",
      (event) => {
        const sheet = document.querySelector("dialog:modal");
        if (event.key !== "Escape" || !this.isRunning || (sheet && !sheet.contains(root))) return;
        event.preventDefault();
        this.stop(true);
      },
      { capture: true, signal: deck.signal },
    );
  }

  get isRunning() {
    return this.#parts.length > 0;
  }

  /** @param {number} in_us @param {number} out_us */
  start(in_us, out_us) {
    const { deck } = this;
    if (!this.isRunning) this.#before = { wall_us: deck.wallUs, isPlaying: deck.isPlaying, speed: deck.speed };
    this.#parts = previewParts(in_us, out_us);
    deck.setSpeed(1);
    this.#play(0);
    this.emit("change");
  }

  /** @param {boolean} goesBack whether the deck returns to where it was */
  stop(goesBack) {
    if (!this.isRunning) return;
    this.#parts = [];
    const { wall_us, isPlaying, speed } = this.#before;
    this.deck.setSpeed(speed);
    if (goesBack) this.deck.seek(wall_us, { play: isPlaying });
    this.emit("change");
  }

  /** @param {number} at */
  #play(at) {
    this.#at = at % this.#parts.length;
    this.#isThere = false;
    const [start_us] = /** @type {[number, number]} */ (this.#parts[this.#at]);
    this.#isOwnSeek = true;
    this.deck.seek(start_us, { play: true });
    this.#isOwnSeek = false;
  }

  /** @param {number} us */
  #onTime(us) {
    const part = this.#parts[this.#at];
    if (!part) return;
    const [start_us, end_us] = part;
    if (us >= start_us - SAME_PLACE_US && us < end_us) this.#isThere = true;
    if (this.#isThere && us >= end_us) this.#play(this.#at + 1);
  }

  /** The deck leaps over a gap by itself: within the part it goes on behind it, else the next part comes. @param {number} to_us */
  #onSkip(to_us) {
    const part = this.#parts[this.#at];
    if (!part) return;
    this.#isOwnSeek = true;
    queueMicrotask(() => {
      this.#isOwnSeek = false;
      if (this.isRunning && to_us >= part[1]) this.#play(this.#at + 1);
    });
  }

  /** Footage ended at the part's end, or somebody paused. */
  #onPause() {
    const part = this.#parts[this.#at];
    if (!part) return;
    if (this.deck.wallUs >= part[1] - SAME_PLACE_US && this.#parts.length > 1) this.#play(this.#at + 1);
    else this.stop(false);
  }
}
