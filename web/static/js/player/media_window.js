/**
 * One loaded window of a camera's footage in a `<video>`: sought, stepped, and kept in step with a clock.
 *
 * It reports what it shows and never decides what to show; its owner does, and makes another one for another window.
 * @module
 */

import { FootageSource } from "./footage_source.js";
import { FrameWatch } from "./frame_watch.js";
import { rateFor } from "./pace.js";
import { Emitter } from "../page/emitter.js";
import { nowUs, SECOND_US } from "../page/site_time.js";

/** Half of a fast camera's frame would still be inside it: keeps targets off frame edges (hls.js #6511). */
const INSIDE_FRAME_US = 2_000;
/** Wall time that passes between two frames where footage is missing. */
const LEAP_US = 2 * SECOND_US;
/** Frames of the slowest cameras last this long. */
const LONGEST_FRAME_S = 1;
/** Footage is on disk some seconds after it happened: this far before the present nothing is missing yet. */
const NOT_YET_US = 20 * SECOND_US;
/** Footage that must lie ahead of the playhead when following begins, or it would stall at once. */
const LIVE_LEAD_US = 0.8 * SECOND_US;
/** A seek among loaded media takes about this long: what a running clock is met at. */
const SEEK_TAKES_US = 60_000;
/** So little before its end footage counts as ended. */
const LAST_FRAMES_US = 0.3 * SECOND_US;
/** Footage that is known to follow, more than what is still on its way at the present. */
const MORE_US = 2 * SECOND_US;
/** A screen's refresh: what may pass until the end of footage is looked for again. */
const REFRESH_S = 0.02;

/**
 * Where footage is missing; null where the window does not tell.
 * @typedef {{start_us: number | null, end_us: number | null}} Gap
 * @typedef {{from_us: number, to_us: number}} Leap
 * @typedef {import("./footage_source.js").Trouble} Trouble
 */

/** @extends {Emitter<{frame: undefined, change: undefined, leap: Leap}>} `frame`: another one is on screen; `change`: settled, in a gap, in trouble */
export class MediaWindow extends Emitter {
  /** @type {FootageSource} */
  #source;
  /** @type {FrameWatch} */
  #frames;
  #lastMedia = -1;
  #isMapped = false;
  #isLive = false;
  #isClosed = false;
  /** Whether there is nothing at all in its window. */
  #isMissing = false;
  #watching = new AbortController();

  /**
   * @param {HTMLVideoElement} video
   * @param {{cameraId: number, role: import("./footage_source.js").Role, reach: import("./footage_source.js").Reach}} choice
   * @param {number} at_us
   * @param {boolean} isLive begin at the newest footage there is
   */
  constructor(video, choice, at_us, isLive) {
    super();
    this.video = video;
    this.role = choice.role;
    /** The instant asked for last; when following begins, the newest one that can be shown. */
    this.wantedUs = at_us;
    /** Wall time of the frame on screen, null before the first. @type {number | null} */
    this.shownUs = null;
    /** Whether that is the frame of the instant asked for. */
    this.isSettled = false;
    /** The gap that it stands in. @type {Gap | null} */
    this.gap = null;
    /** @type {Trouble | null} */
    this.trouble = null;
    this.#isLive = isLive;
    this.#frames = this.#watch();
    this.#source = new FootageSource(video, choice, at_us, {
      mapped: () => {
        this.#isMissing = false;
        this.#begin();
      },
      grown: () => this.#onGrown(),
      failed: (trouble) => this.#fail(trouble),
    });
  }

  /** How long its frames last, in seconds. */
  get frameSeconds() {
    return this.#source.frameSeconds;
  }

  get isFollowing() {
    return this.#source.isFollowing;
  }

  /** Whether it learns of new footage: the playlist that it follows still grows. */
  get isUpdating() {
    return this.isFollowing && !this.#source.isComplete && !this.#isMissing && this.trouble === null;
  }

  /** Whether there was no playlist to follow: once there is one, only another window will find it. */
  get lacksPlaylist() {
    return this.isFollowing && this.#isMissing;
  }

  /** Until when it can play on: footage behind it needs another window. */
  get endUs() {
    return this.#source.toUs;
  }

  /** Whether an instant lies in its window, with footage or without. @param {number} us @returns {boolean} */
  covers(us) {
    return !this.#isClosed && us >= this.#source.fromUs && us < this.#source.toUs;
  }

  /** Whether it plays smoothly, or could. */
  get isFlowing() {
    return this.isSettled && !this.video.seeking && this.video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA;
  }

  /** The instant at the playhead, between frames too; null before the first. @returns {number | null} */
  get positionUs() {
    return this.isSettled ? this.#source.map.wallOf(this.video.currentTime) : null;
  }

  /** Whether nothing follows what it shows: footage ends here, and not only its window. */
  get isAtEnd() {
    const { map, toUs, isFollowing } = this.#source;
    const at = this.positionUs;
    return (
      at !== null &&
      at > map.endUs - LAST_FRAMES_US &&
      map.endUs < toUs - SECOND_US / 2 &&
      !(isFollowing && nowUs() - map.endUs < NOT_YET_US)
    );
  }

  /** Changes while it gets on with what is wanted of it; null where it waits for nothing. @returns {string | null} */
  get progress() {
    if (this.trouble !== null || this.gap !== null || this.isFlowing) return null;
    const { map, progress } = this.#source;
    const at = this.positionUs;
    // At the newest footage there is nothing more to come yet.
    if (at !== null && map.endUs - at < MORE_US) return null;
    return `${progress} ${this.video.currentTime} ${this.#frames.media_s}`;
  }

  /** @param {number} us @returns {boolean} whether its picture needs nothing to be fetched */
  isBuffered(us) {
    const media = this.#source.map.mediaOf(us + INSIDE_FRAME_US);
    const { buffered } = this.video;
    for (let i = 0; media !== null && i < buffered.length; i += 1) {
      if (media >= buffered.start(i) && media < buffered.end(i)) return true;
    }
    return false;
  }

  /** @param {number} us @returns {boolean} whether the frame on screen is the one of this instant */
  isShowing(us) {
    return (
      this.isSettled &&
      this.gap === null &&
      this.shownUs !== null &&
      us >= this.shownUs &&
      us < this.shownUs + this.frameSeconds * SECOND_US
    );
  }

  /** Show the frame of an instant, paused. @param {number} us @param {boolean} [isLive] */
  seek(us, isLive = false) {
    this.pause();
    this.#isLive = isLive;
    this.wantedUs = us;
    this.#unsettle();
    if (this.#isMapped) this.#begin();
  }

  pause() {
    this.video.pause();
  }

  /** Play on by its own time. @param {number} speed */
  lead(speed) {
    if (this.isAtEnd) this.#restInGap(this.#gapAt(Math.round(this.#source.map.endUs)));
    else if (!this.gap) this.#play(speed);
  }

  /** @param {number} speed */
  #play(speed) {
    if (this.video.playbackRate !== speed) this.video.playbackRate = speed;
    // A refused or interrupted play() shows in the element's own events.
    if (this.video.paused) this.video.play().catch(() => undefined);
  }

  /** Keep in step with a running clock. @param {number} us what it shows @param {number} speed */
  follow(us, speed) {
    if (!this.#isMapped || this.trouble) return;
    if (this.gap) {
      const { end_us } = this.gap;
      if (end_us !== null && us >= end_us - SEEK_TAKES_US * speed) this.#meet(Math.max(end_us, us), speed);
      return;
    }
    const at = this.positionUs;
    if (at === null || this.video.seeking) return;
    const seam = this.#source.map.seamAfter(this.video.currentTime);
    const rate = rateFor(us - at, speed);
    if (this.isAtEnd) this.#restInGap(this.#gapAt(Math.round(this.#source.map.endUs)));
    else if (seam && this.video.currentTime > seam.media_s - Math.max(REFRESH_S * speed, this.frameSeconds / 2))
      this.#restInGap(seam);
    else if (rate === null && this.#locate(us) === null) this.#restInGap(this.#gapAt(us));
    else if (rate === null) this.#meet(us + SEEK_TAKES_US * speed, speed);
    else if (rate > 0) this.#play(rate);
    else this.pause();
  }

  /** Show the next or the previous frame. @param {1 | -1} direction */
  step(direction) {
    this.pause();
    if (this.#frames.media_s < 0) return;
    this.gap = null;
    this.isSettled = false;
    this.#frames.step(direction);
  }

  /** Whether to fetch on. @param {boolean} isLoading */
  setLoading(isLoading) {
    if (isLoading) this.#source.resume();
    else this.#source.stopLoading();
  }

  /** Let go of everything; the element can be taken away. */
  close() {
    this.#isClosed = true;
    this.#frames.close();
    this.#watching.abort();
    this.video.pause();
    this.#source.close();
    // Otherwise the browser keeps its decoder until it collects the element.
    this.video.removeAttribute("src");
    this.video.load();
  }

  #unsettle() {
    this.isSettled = false;
    this.#frames.expect();
  }

  /** Go to where the clock will be when the seek has ended, and play on. @param {number} us @param {number} speed */
  #meet(us, speed) {
    this.wantedUs = us;
    this.#unsettle();
    this.#begin();
    if (!this.gap) this.#play(speed);
  }

  #begin() {
    this.#isMapped = true;
    const { map } = this.#source;
    // Of a camera that has been silent for long the last second is not the present.
    const isPresent = !map.isEmpty && nowUs() - map.endUs < NOT_YET_US;
    if (this.#isLive && isPresent)
      this.wantedUs = Math.max(map.startUs, Math.min(this.wantedUs, Math.round(map.endUs) - LIVE_LEAD_US));
    const target = this.#locate(this.wantedUs);
    if (target === null) {
      this.#restInGap(this.#gapAt(this.wantedUs));
      return;
    }
    this.gap = null;
    // Before the first data the element does not seek: hls.js begins at the position given.
    if (!this.#source.isStarted || this.video.readyState < HTMLMediaElement.HAVE_METADATA) this.#source.start(target);
    else this.video.currentTime = target;
    this.emit("change");
  }

  /**
   * Where in media time an instant is shown; null where nothing was recorded.
   * @param {number} us
   * @returns {number | null}
   */
  #locate(us) {
    const { map, isFollowing } = this.#source;
    if (map.isEmpty) return null;
    const exact = map.mediaOf(us + INSIDE_FRAME_US);
    if (exact !== null) return exact;
    // The newest moment there is, for wishes between it and the present.
    if (isFollowing && us >= map.endUs && nowUs() - map.endUs < NOT_YET_US)
      return map.mediaOf(Math.round(map.endUs) - SECOND_US / 2);
    const gap = this.#gapAt(us);
    return gap.end_us !== null && gap.start_us !== null && gap.end_us - gap.start_us < SECOND_US
      ? map.mediaOf(gap.end_us + INSIDE_FRAME_US)
      : null;
  }

  /** @param {number} us @returns {Gap} */
  #gapAt(us) {
    const { map } = this.#source;
    return { start_us: map.lastEnd(us), end_us: map.nextStart(us) };
  }

  /** @param {Gap} gap */
  #restInGap(gap) {
    this.pause();
    this.gap = { start_us: gap.start_us, end_us: gap.end_us };
    // A busy page may notice late, when footage from behind the gap is on screen: back to the last frame before it.
    if (gap.start_us !== null && this.shownUs !== null && this.shownUs >= gap.start_us) {
      const last = this.#source.map.mediaOf(gap.start_us - Math.round((this.frameSeconds * SECOND_US) / 2));
      if (last !== null) this.video.currentTime = last;
    }
    this.emit("change");
  }

  #onGrown() {
    // Footage came after what was the end of it.
    if (this.gap && this.gap.end_us === null && this.#isMapped) {
      const end_us = this.#source.map.nextStart(this.gap.start_us ?? this.wantedUs);
      if (end_us !== null) this.gap = { ...this.gap, end_us };
    }
  }

  /** @param {Trouble} trouble */
  #fail(trouble) {
    if (trouble === "missing") {
      // Nothing in the whole window: that is an answer.
      this.#isMissing = true;
      this.#isMapped = true;
      this.#restInGap({ start_us: null, end_us: null });
      return;
    }
    this.trouble = trouble;
    this.emit("change");
  }

  /** @returns {FrameWatch} */
  #watch() {
    for (const name of ["playing", "pause", "waiting", "seeking", "seeked", "canplay"]) {
      this.video.addEventListener(name, () => this.emit("change"), {
        signal: this.#watching.signal,
      });
    }
    return new FrameWatch(
      this.video,
      () => this.frameSeconds,
      (media_s) => this.#onFrame(media_s),
    );
  }

  /** @param {number} media_s presentation time of the frame on screen */
  #onFrame(media_s) {
    if (this.gap) return;
    // A frame's time sits on its edge: look just inside.
    const wall = this.#source.map.wallOf(media_s + INSIDE_FRAME_US / SECOND_US);
    if (wall === null) return;
    const shown = wall - INSIDE_FRAME_US;
    const passed = media_s - this.#lastMedia;
    if (
      this.isSettled &&
      this.shownUs !== null &&
      passed > 0 &&
      passed < LONGEST_FRAME_S &&
      shown - this.shownUs > LEAP_US
    ) {
      this.emit("leap", { from_us: this.shownUs, to_us: shown });
    }
    this.#lastMedia = media_s;
    this.shownUs = shown;
    this.isSettled = true;
    this.emit("frame");
  }
}
