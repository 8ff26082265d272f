/**
 * Moves time: runs the one clock of a deck, and keeps every tile with it by whatever its speed needs.
 * @module
 */

import { StallPolicy } from "./stall_policy.js";
import { nextFootage } from "./nearest_footage.js";
import { meansOf } from "./pace.js";
import { ReviewClock } from "./review_clock.js";
import { Emitter } from "../page/emitter.js";
import { nowUs, SECOND_US } from "../page/site_time.js";

/** Behind reality when following: a fragment (1 s), the playlist's next reading (1 s), and the way there. */
const LIVE_DISTANCE_US = 2.6 * SECOND_US;
/** So near to the present nothing can be played faster than it happens. */
const PRESENT_US = 4 * SECOND_US;
/** Tiles nearer to the clock than this begin to run as they are. */
const TOGETHER_US = 0.1 * SECOND_US;
/** Following inside a gap, the list of footage may have ended: a new one is asked for this often. */
const REFOLLOW_MS = 5_000;
/** Who asks for an instant without footage is not taken further from it than this. */
const NEAR_US = 60 * SECOND_US;
/** Backwards out of a gap the last picture before it is shown. */
const BEFORE_GAP_US = 0.1 * SECOND_US;

/**
 * @typedef {object} ClockworkEvents
 * @property {number} seek an instant
 * @property {undefined} state
 * @property {import("./media_window.js").Leap} skip
 * @property {{camera_ids: number[]}} wait for these
 * @property {"start" | "end" | "now"} edge playing ended there
 * @property {undefined} no-answer playing ended because the server does not tell where footage goes on
 * @typedef {import("./tile.js").Tile<import("./tile.js").TileCamera>} Tile
 * @typedef {object} Shown what the clock moves
 * @property {readonly Tile[]} tiles those that can be seen
 * @property {Tile} focused
 * @property {boolean} skipGaps
 */

/** @extends {Emitter<ClockworkEvents>} */
export class Clockwork extends Emitter {
  #clock = new ReviewClock(() => performance.now());
  #stallPolicy = new StallPolicy();
  #waits = "";
  /** Where a scrub began, null while none is under way. @type {{wall_us: number, live: boolean} | null} */
  #scrub = null;
  /** Whether the focused camera's next frame, of a step or late after a pause, is to be followed by the others. */
  #isGathering = false;
  /** Whether the tiles show keyframes or single frames rather than play. */
  #isShuttling = false;
  /** The request for footage behind a gap; a new wish of the person's ends it. @type {AbortController | null} */
  #asking = null;
  #refollowedMs = -Infinity;
  #refreshes = 0;
  /** Whether a person asked for this instant, and nothing was played since. */
  #isAsked = false;

  /** @param {() => Shown} shown */
  constructor(shown) {
    super();
    this.shown = shown;
    this.wantsPlay = false;
    this.wantsLive = false;
    this.speed = 1;
  }

  /** Stop for good; a request under way is cancelled. */
  close() {
    this.#interrupt();
    this.#clock.stop();
  }

  get us() {
    return this.#clock.us;
  }

  get isRunning() {
    return this.#clock.isRunning;
  }

  get isScrubbing() {
    return this.#scrub !== null;
  }

  /** Where the playhead stands: the frame shown, or the instant asked for while it is fetched. */
  get wallUs() {
    const { focused } = this.shown();
    return this.#scrub || this.isRunning || focused.state !== "paused" ? this.us : focused.wallUs;
  }

  /** @param {number} us @param {{play?: boolean, live?: boolean}} [options] */
  seek(us, options = {}) {
    this.#interrupt();
    this.#scrub = null;
    this.#isGathering = false;
    this.#isShuttling = false;
    this.#isAsked = true;
    this.wantsLive = options.live ?? false;
    if (options.play !== undefined) this.wantsPlay = options.play;
    const at = Math.max(0, Math.min(Math.round(us), nowUs()));
    this.#stallPolicy.reset();
    this.#clock.stop();
    this.#clock.set(at);
    const { tiles, focused } = this.shown();
    // The one in focus asks first.
    focused.seek(at, this.wantsLive);
    for (const tile of tiles) if (tile !== focused) tile.seek(at, this.wantsLive);
    this.emit("seek", at);
    this.#tellState();
  }

  goLive() {
    this.speed = 1;
    this.seek(nowUs() - LIVE_DISTANCE_US, { play: true, live: true });
  }

  play() {
    this.#interrupt();
    this.#isGathering = false;
    if (this.wantsPlay) this.#stallPolicy.playWithoutStalled();
    else this.#stallPolicy.reset();
    this.wantsPlay = true;
    this.#isAsked = false;
    this.#tellState();
  }

  pause() {
    this.#interrupt();
    const wasRunning = this.isRunning;
    this.wantsPlay = false;
    this.wantsLive = false;
    this.#tellWaits([]);
    if (this.#isShuttling) {
      this.seek(this.us);
      // Its frame began before this instant, and at a frame's very edge the others may be one further.
      this.#isGathering = true;
    } else {
      this.freeze();
      this.#isGathering = wasRunning;
      if (wasRunning) this.#gather();
      this.#tellState();
    }
  }

  /** @param {1 | -1} direction */
  step(direction) {
    const wasShuttling = this.#isShuttling;
    this.pause();
    // Out of keyframes the exact frame of the playhead has to come first.
    if (wasShuttling) return;
    this.#isGathering = true;
    this.shown().focused.step(direction);
  }

  /** @param {number} speed */
  setSpeed(speed) {
    if (speed === this.speed || speed === 0) return;
    this.#interrupt();
    const isVideo = this.#means(speed) === "video";
    this.speed = speed;
    if (speed !== 1) this.wantsLive = false;
    // From keyframes to video every tile has to find its exact frame first.
    if (this.#isShuttling && isVideo) this.seek(this.us);
    else if (this.isRunning) this.#clock.run(speed);
    this.#tellState();
  }

  /** @param {number} us */
  scrub(us) {
    if (!this.#scrub) {
      this.#interrupt();
      this.#scrub = { wall_us: this.wallUs, live: this.wantsLive };
      this.freeze();
    }
    const at = Math.max(0, Math.min(us, nowUs()));
    this.#clock.set(at);
    for (const tile of this.shown().tiles) tile.preview(at);
  }

  cancelScrub() {
    if (!this.#scrub) return;
    if (this.#scrub.live) this.goLive();
    else this.seek(this.#scrub.wall_us);
  }

  /** A tile that comes late catches up alone; nobody waits for it. @param {Tile} tile */
  join(tile) {
    this.#stallPolicy.ignore(tile.camera.id);
    tile.seek(this.wallUs, this.wantsLive);
  }

  /** Stop the clock and every tile where they are. */
  freeze() {
    this.#clock.stop();
    for (const tile of this.shown().tiles) tile.pause();
  }

  /** Another frame is on screen. @param {Tile} tile */
  onFrame(tile) {
    if (this.#isGathering && !this.isRunning && tile === this.shown().focused) this.#gather();
  }

  /** What is due now; called once a refresh. */
  tick() {
    this.#refreshes += 1;
    if (!this.wantsPlay || this.#scrub || this.#asking) return;
    const shown = this.shown();
    const isInGap = shown.tiles.every((tile) => tile.gap !== null);
    if (shown.tiles.some((tile) => tile.state === "playing")) this.#isAsked = false;
    if (shown.skipGaps && isInGap) this.#leaveGap(shown);
    else if (this.speed > 1 && this.us > nowUs() - PRESENT_US) this.#stopAt("now");
    else if (this.speed < 0 && this.us <= oldestOf(shown.tiles)) this.#stopAt("start");
    else if (this.#means(this.speed) === "video") this.#playOn(shown);
    else this.#shuttleOn(shown);
  }

  #interrupt() {
    this.#asking?.abort();
    this.#asking = null;
  }

  /** @param {number} speed */
  #means(speed) {
    return meansOf(speed, this.shown().tiles.length, true);
  }

  /** Paused: the deck stands where the focused camera's frame is, and the others show what was at that time. */
  #gather() {
    const { focused, tiles } = this.shown();
    if (focused.state !== "paused") return;
    this.#clock.set(focused.wallUs);
    for (const tile of tiles) if (tile !== focused) tile.seek(focused.wallUs);
  }

  /** @param {Shown} shown */
  #playOn(shown) {
    const { tiles, focused } = shown;
    const stalled = tiles.filter((tile) => !tile.isReady).map((tile) => tile.camera.id);
    const { mustWait, waitsFor } = this.#stallPolicy.decide(stalled, tiles.length, performance.now(), this.isRunning);
    this.#tellWaits(waitsFor);
    if (mustWait) {
      if (this.isRunning) this.freeze();
      return;
    }
    if (!this.isRunning) this.#start(tiles);
    // The one video there is leads the clock.
    if (tiles.length === 1 && shown.skipGaps && focused.trouble === null) {
      const at = focused.lead(this.speed);
      if (at !== null) this.#clock.set(at);
    } else for (const tile of tiles) tile.follow(this.us, this.speed);
  }

  /** @param {readonly Tile[]} tiles */
  #start(tiles) {
    if (this.wantsLive) {
      // The newest moment that all of them have.
      const at = Math.min(this.us, ...tiles.map((tile) => tile.positionUs ?? Infinity));
      this.#clock.set(at);
      for (const tile of tiles) if (Math.abs((tile.positionUs ?? at) - at) > TOGETHER_US) tile.seek(at, true);
    }
    this.#clock.run(this.speed);
    this.#tellState();
  }

  /** @param {Shown} shown */
  #shuttleOn({ tiles, focused }) {
    if (!this.isRunning) {
      this.#clock.run(this.speed);
      this.#tellState();
    }
    this.#isShuttling = true;
    focused.shuttle(this.us, this.#means(this.speed) === "frames" ? "frames" : "keyframes", this.speed);
    // The others take turns, so that many of them do not crowd out the one in focus.
    const others = tiles.filter((tile) => tile !== focused);
    others[this.#refreshes % Math.max(1, others.length)]?.shuttle(this.us, "keyframes", this.speed);
  }

  /** @param {"start" | "end" | "now"} edge */
  #stopAt(edge) {
    this.pause();
    if (edge === "start") this.seek(Math.max(this.us, oldestOf(this.shown().tiles)));
    if (edge !== "end") this.setSpeed(1);
    this.emit("edge", edge);
  }

  /** No tile has footage: go on with the next that any has. @param {Shown} shown */
  #leaveGap({ tiles }) {
    if (this.wantsLive) {
      this.#awaitFootage(tiles);
      return;
    }
    const ends = tiles.map((tile) => tile.gap?.end_us ?? null);
    if (this.speed > 0 && ends.every((end) => end !== null)) this.#skipTo(Math.min(.../** @type {number[]} */ (ends)));
    else void this.#askForFootage(tiles.map((tile) => tile.camera.id));
  }

  /** Following, the next footage is still to be recorded: the clock stays with the present until it is there. @param {readonly Tile[]} tiles */
  #awaitFootage(tiles) {
    const isBehind = nowUs() - this.us > 2 * LIVE_DISTANCE_US;
    this.#clock.stop();
    this.#clock.set(nowUs() - LIVE_DISTANCE_US);
    if (isBehind) this.#tellState();
    const isBack = tiles.some((tile) => tile.gap !== null && tile.gap.end_us !== null);
    const isDue = performance.now() - this.#refollowedMs > REFOLLOW_MS && !tiles.every((tile) => tile.isUpdating);
    if (!isBack && !isDue) return;
    this.#refollowedMs = performance.now();
    this.goLive();
  }

  /** @param {number[]} camera_ids */
  async #askForFootage(camera_ids) {
    const asking = new AbortController();
    this.#asking = asking;
    this.#clock.stop();
    try {
      const to_us = await nextFootage(camera_ids, this.us, this.speed, asking.signal);
      if (asking.signal.aborted) return;
      this.#asking = null;
      if (to_us === null) this.#stopAt(this.speed > 0 ? "end" : "start");
      else this.#skipTo(this.speed > 0 ? to_us : to_us - BEFORE_GAP_US);
    } catch {
      if (asking.signal.aborted) return;
      this.pause();
      this.emit("no-answer");
    }
  }

  /** Far from what a person asked for nothing plays by itself: they choose. @param {number} to_us */
  #skipTo(to_us) {
    if (this.#isAsked && Math.abs(to_us - this.us) > NEAR_US) {
      this.pause();
      return;
    }
    this.emit("skip", { from_us: this.us, to_us });
    this.seek(to_us);
    this.#isAsked = false;
  }

  /** @param {readonly number[]} waitsFor */
  #tellWaits(waitsFor) {
    if (waitsFor.join() === this.#waits) return;
    this.#waits = waitsFor.join();
    this.emit("wait", { camera_ids: [...waitsFor] });
  }

  #tellState() {
    this.emit("state");
  }
}

/** @param {readonly Tile[]} tiles @returns {number} the first footage of any; 0 where that is not known */
function oldestOf(tiles) {
  return Math.min(...tiles.map((tile) => tile.camera.oldest_us ?? 0));
}
