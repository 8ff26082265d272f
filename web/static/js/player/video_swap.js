/**
 * A tile's video: the media window on screen, and the next one, loaded beneath it and swapped in once it has painted.
 *
 * Another window, another stream and another try are all the same here: a second `<video>` under the first.
 * @module
 */

import { MediaWindow } from "./media_window.js";
import { NARROW, WIDE } from "./footage_source.js";
import { Emitter } from "../page/emitter.js";
import { SECOND_US } from "../page/site_time.js";
import { StallWatch } from "./stall_watch.js";

/** Jumps in quick succession share one loading. */
const LOADED_AGAIN_MS = 120;
const LOADED_AFTER_TROUBLE_MS = 2_000;
/** The next window is made ready this long before the one that plays ends. */
const PREPARED_US = 20 * SECOND_US;
/** Where nothing was recorded up to the present, something may be after this. */
const LOADED_AFTER_NOTHING_MS = 5_000;
/** So many steps wait for the frame they are counted from: fast fingers lose none, a key that was held soon comes to rest. */
const MOST_STEPS = 3;
/** Two windows that show the same to within this change places unseen. */
const SAME_US = 100_000;

/**
 * @typedef {import("./footage_source.js").Role} Role
 * @typedef {import("./media_window.js").Leap} Leap
 * @typedef {import("./footage_source.js").Trouble} Trouble
 */

/** Emits `frame` when another frame is on screen. @extends {Emitter<{frame: undefined, change: undefined, leap: Leap, trouble: Trouble}>} */
export class VideoSwap extends Emitter {
  /** The window on screen. @type {MediaWindow | null} */
  #onScreen = null;
  /** The window that will take its place. @type {MediaWindow | null} */
  #next = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #loading;
  #loadedMs = -Infinity;
  #isLive = false;
  #isRunning = false;
  /** Whether the frame on screen is wanted because a step led there. */
  #isStepping = false;
  /** Steps to take once the wanted frame is there; negative: backwards. */
  #steps = 0;
  #stall = new StallWatch();

  /**
   * @param {HTMLVideoElement} video what is on screen first; others take its place
   * @param {number} cameraId
   */
  constructor(video, cameraId) {
    super();
    this.video = video;
    this.cameraId = cameraId;
    /** The stream that is wanted. @type {Role} */
    this.role = "main";
    /** Whether it may load more than a small tile. */
    this.isWide = true;
    /** The instant wanted. */
    this.targetUs = 0;
  }

  get frameSeconds() {
    return this.#onScreen?.frameSeconds ?? 1 / 25;
  }

  /** Whether what is on screen can show what is wanted. */
  get isCurrent() {
    return this.#canShow(this.#onScreen);
  }

  /** The gap in the footage that it stands in, or null. @returns {import("./media_window.js").Gap | null} */
  get gap() {
    return this.isCurrent ? (this.#onScreen?.gap ?? null) : null;
  }

  /** Whether it learns of new footage. */
  get isUpdating() {
    return this.isCurrent && this.#onScreen !== null && this.#onScreen.isUpdating;
  }

  /** The instant at its playhead; null while it has none. @returns {number | null} */
  get positionUs() {
    return this.isCurrent ? (this.#onScreen?.positionUs ?? null) : null;
  }

  /** The instant of the frame on screen, where that is the one wanted. @returns {number | null} */
  get shownUs() {
    return this.isCurrent && this.#onScreen?.isSettled && !this.#onScreen.gap ? this.#onScreen.shownUs : null;
  }

  /** Whether it shows the frame wanted and could play on, or stands in a gap. */
  get isReady() {
    const media = this.#onScreen;
    return media !== null && this.isCurrent && (media.gap !== null || media.isAtEnd || media.isFlowing);
  }

  /** Whether the frame wanted is painted and the video rests on it or runs. */
  get isSettled() {
    return this.isCurrent && this.#onScreen !== null && this.#onScreen.isSettled && !this.#onScreen.video.seeking;
  }

  /** @param {number} us @returns {boolean} whether it lies in the window loaded last, playable or not */
  reaches(us) {
    return (this.#next ?? this.#onScreen)?.covers(us) ?? false;
  }

  /** @param {number} us @returns {boolean} whether its frame needs nothing to be fetched */
  isBuffered(us) {
    return this.isCurrent && this.#onScreen !== null && this.#onScreen.isBuffered(us);
  }

  /** Show the frame of an instant, paused. @param {number} us @param {boolean} [isLive] with the newest footage first */
  seek(us, isLive = false) {
    this.targetUs = us;
    this.#isStepping = false;
    this.#steps = 0;
    this.#isLive = isLive;
    this.#isRunning = false;
    const stays = this.isCurrent;
    if (stays) this.#onScreen?.seek(us, isLive);
    else this.#onScreen?.pause();
    if (stays && this.#isWanted(this.#onScreen)) this.#drop();
    else if (this.#isWanted(this.#next)) this.#next?.seek(us, isLive);
    else this.#loadSoon();
  }

  pause() {
    this.#isRunning = false;
    this.#onScreen?.pause();
    this.#next?.pause();
  }

  /** Keep in step with a running clock. @param {number} us @param {number} speed */
  follow(us, speed) {
    this.#isRunning = true;
    this.#steps = 0;
    this.targetUs = us;
    if (this.isCurrent) this.#onScreen?.follow(us, speed);
    this.#goOn(speed);
  }

  /** Play by its own time. @param {number} speed @returns {number | null} the instant at its playhead */
  lead(speed) {
    this.#isRunning = true;
    this.#steps = 0;
    this.#onScreen?.lead(speed);
    const at = this.positionUs;
    if (at !== null) {
      this.targetUs = at;
      this.#goOn(speed);
    }
    return at;
  }

  /** Show the frame of an instant as soon as the one before is painted: footage backwards, frame by frame. @param {number} us */
  chase(us) {
    this.targetUs = us;
    this.#steps = 0;
    this.#isRunning = false;
    const media = this.#onScreen;
    if (!media || !this.isCurrent) {
      if (this.#next === null && this.#loading === undefined) this.#loadSoon();
    } else if (media.isShowing(us)) return;
    else if (media.gap !== null || (media.isSettled && !media.video.seeking)) media.seek(us);
  }

  /** Show the next or the previous frame, counted from the one that is wanted: where that is still to come, afterwards. @param {1 | -1} direction */
  step(direction) {
    this.#isRunning = false;
    this.#steps = Math.max(-MOST_STEPS, Math.min(MOST_STEPS, this.#steps + direction));
    this.#stepOn();
  }

  /** Load anew. @param {number} us the instant wanted */
  reload(us) {
    this.targetUs = us;
    this.#loadSoon();
  }

  /** Choose the stream and how much of it is loaded; what is on screen stays until the other one is there. @param {Role} role @param {boolean} isWide */
  choose(role, isWide) {
    const isOther = role !== this.role;
    this.role = role;
    this.isWide = isWide;
    if (isOther && (this.#onScreen || this.#next)) this.#loadSoon();
  }

  /** @param {boolean} isLoading */
  setLoading(isLoading) {
    this.#onScreen?.setLoading(isLoading);
    if (!isLoading) this.#drop();
    else if (this.#onScreen && !this.#isWanted(this.#onScreen)) this.#loadSoon();
  }

  /** Load anew where footage stopped coming without an error; called once a refresh. @param {number} now_ms monotonic */
  reloadIfStuck(now_ms) {
    const isIdle =
      this.#onScreen === null || this.#loading !== undefined || (this.isCurrent && this.#onScreen.progress === null);
    const progress = isIdle ? null : `${this.#onScreen?.progress} ${this.#next?.progress} ${this.#loadedMs}`;
    if (this.#stall.isStuck(progress, now_ms)) this.#loadSoon();
  }

  /** Let go of all media; the last picture goes with it. */
  close() {
    this.#drop();
    this.#onScreen?.close();
    this.#onScreen = null;
  }

  #stepOn() {
    const direction = Math.sign(this.#steps);
    if (direction === 0 || this.#isRunning || !this.isSettled) return;
    this.#steps -= direction;
    this.#isStepping = true;
    this.#drop();
    this.#onScreen?.step(direction > 0 ? 1 : -1);
  }

  /** @param {MediaWindow | null} media @returns {boolean} */
  #canShow(media) {
    return (
      media !== null && media.trouble === null && media.covers(this.targetUs) && (!this.#isLive || media.isFollowing)
    );
  }

  /** @param {MediaWindow | null} media @returns {boolean} */
  #isWanted(media) {
    return this.#canShow(media) && media?.role === this.role && !media.lacksPlaylist;
  }

  /** Keep the next window in step, or load one in time. @param {number} speed */
  #goOn(speed) {
    if (this.#next) {
      this.#next.follow(this.targetUs, speed);
      this.#changeOver();
    } else if (
      this.#loading === undefined &&
      this.#onScreen &&
      !this.#onScreen.trouble &&
      this.#isOverdue(this.#onScreen, speed)
    )
      this.#loadSoon();
  }

  /** Whether another window is due. @param {MediaWindow} media @param {number} speed @returns {boolean} */
  #isOverdue(media, speed) {
    return (
      this.targetUs > media.endUs - PREPARED_US * speed ||
      (media.lacksPlaylist && performance.now() - this.#loadedMs > LOADED_AFTER_NOTHING_MS)
    );
  }

  #loadSoon() {
    clearTimeout(this.#loading);
    const wait = this.#loadedMs + LOADED_AGAIN_MS - performance.now();
    if (wait <= 0) this.#load();
    else this.#loading = setTimeout(() => this.#load(), wait);
  }

  #load() {
    this.#drop();
    this.#loadedMs = performance.now();
    const choice = { cameraId: this.cameraId, role: this.role, reach: this.isWide ? WIDE : NARROW };
    const media = new MediaWindow(
      this.#onScreen ? this.#anotherVideo() : this.video,
      choice,
      this.targetUs,
      this.#isLive,
    );
    media.on("frame", () => this.#onFrame(media));
    media.on("change", () => this.#onChange(media));
    media.on("leap", (leap) => {
      if (media === this.#onScreen) this.emit("leap", leap);
    });
    if (this.#onScreen) this.#next = media;
    else this.#onScreen = media;
  }

  /** An element under the one on screen: what is not seen at all is not painted either. @returns {HTMLVideoElement} */
  #anotherVideo() {
    const video = /** @type {HTMLVideoElement} */ (this.video.cloneNode(false));
    video.removeAttribute("src");
    video.muted = true;
    video.className = "coming";
    this.video.after(video);
    return video;
  }

  /** Let go of the next window. */
  #drop() {
    clearTimeout(this.#loading);
    this.#loading = undefined;
    this.#next?.close();
    this.#next?.video.remove();
    this.#next = null;
  }

  /** Put the next window on screen as soon as it shows what is wanted. */
  #changeOver() {
    const next = this.#next;
    const isThere =
      next && !next.trouble && (next.gap !== null || (this.#isRunning ? this.#isUnseen(next) : next.isSettled));
    if (!next || !isThere) return;
    const old = this.#onScreen;
    this.#onScreen = next;
    this.#next = null;
    this.video = next.video;
    this.video.classList.remove("coming");
    old?.close();
    old?.video.remove();
    this.emit(next.gap ? "change" : "frame");
    this.#stepOn();
  }

  /** Whether to change over now would not be noticed. @param {MediaWindow} next @returns {boolean} */
  #isUnseen(next) {
    const at = next.positionUs;
    return at !== null && next.isFlowing && (Math.abs(at - this.targetUs) < SAME_US || this.positionUs === null);
  }

  /** @param {MediaWindow} media */
  #onFrame(media) {
    if (media === this.#next) this.#changeOver();
    else if (media === this.#onScreen && this.isCurrent) {
      if (this.#isStepping && !this.#isRunning && media.shownUs !== null) this.targetUs = media.shownUs;
      this.emit("frame");
      this.#stepOn();
    }
  }

  /** @param {MediaWindow} media */
  #onChange(media) {
    if (media !== this.#onScreen && media !== this.#next) return;
    if (media.trouble) this.#onTrouble(media, media.trouble);
    else if (media === this.#next) this.#changeOver();
    else this.emit("change");
  }

  /** @param {MediaWindow} media @param {Trouble} trouble */
  #onTrouble(media, trouble) {
    if (media === this.#next && this.isCurrent && trouble !== "unsupported") {
      // What is on screen is not concerned: try again in a while.
      this.#drop();
      this.#loading = setTimeout(() => this.#load(), LOADED_AFTER_TROUBLE_MS);
      return;
    }
    this.emit("trouble", trouble);
  }
}
