/**
 * A tile's moving picture: the feed that is on screen, and the one that takes its place unseen once it has painted.
 *
 * Another window, another stream and another try are all the same here: a second feed under the first.
 * @module
 */

import { Feed } from "./feed.js";
import { NARROW, WIDE } from "./footage_source.js";
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
/** Two feeds that show the same to within this change places unseen. */
const SAME_US = 100_000;

/**
 * @typedef {import("./footage_source.js").Role} Role
 * @typedef {import("./footage_source.js").Trouble} Trouble
 */

/** Fires `frame` (another frame is on screen), `change`, `leap` (detail {from_us, to_us}) and `trouble` (detail Trouble). */
export class Film extends EventTarget {
  /** What is on screen. @type {Feed | null} */
  #feed = null;
  /** What will be. @type {Feed | null} */
  #coming = null;
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
    return this.#feed?.frameSeconds ?? 1 / 25;
  }

  /** Whether what is on screen can show what is wanted. */
  get isCurrent() {
    return this.#canShow(this.#feed);
  }

  /** The hole in the footage that it stands in, or null. @returns {import("./feed.js").Hole | null} */
  get hole() {
    return this.isCurrent ? (this.#feed?.hole ?? null) : null;
  }

  /** Whether footage that comes now would become known. */
  get isListening() {
    return this.isCurrent && this.#feed !== null && this.#feed.isListening;
  }

  /** The instant at its playhead; null while it has none. @returns {number | null} */
  get positionUs() {
    return this.isCurrent ? (this.#feed?.positionUs ?? null) : null;
  }

  /** The instant of the frame on screen, where that is the one wanted. @returns {number | null} */
  get shownUs() {
    return this.isCurrent && this.#feed?.isSettled && !this.#feed.hole ? this.#feed.shownUs : null;
  }

  /** Whether it shows the frame wanted and could play on, or stands in a hole. */
  get isReady() {
    const feed = this.#feed;
    return feed !== null && this.isCurrent && (feed.hole !== null || feed.isAtEnd || feed.isFlowing);
  }

  /** Whether the frame wanted is painted and the video rests on it or runs. */
  get isSettled() {
    return this.isCurrent && this.#feed !== null && this.#feed.isSettled && !this.#feed.video.seeking;
  }

  /** @param {number} us @returns {boolean} whether it lies in the window loaded last, playable or not */
  reaches(us) {
    return (this.#coming ?? this.#feed)?.covers(us) ?? false;
  }

  /** @param {number} us @returns {boolean} whether its frame needs nothing to be fetched */
  isBuffered(us) {
    return this.isCurrent && this.#feed !== null && this.#feed.isBuffered(us);
  }

  /** Show the frame of an instant, and rest there. @param {number} us @param {boolean} [isLive] with the newest footage first */
  place(us, isLive = false) {
    this.targetUs = us;
    this.#isStepping = false;
    this.#steps = 0;
    this.#isLive = isLive;
    this.#isRunning = false;
    const stays = this.isCurrent;
    if (stays) this.#feed?.place(us, isLive);
    else this.#feed?.rest();
    if (stays && this.#isWanted(this.#feed)) this.#drop();
    else if (this.#isWanted(this.#coming)) this.#coming?.place(us, isLive);
    else this.#loadSoon();
  }

  rest() {
    this.#isRunning = false;
    this.#feed?.rest();
    this.#coming?.rest();
  }

  /** Keep in step with a running clock. @param {number} us @param {number} speed */
  follow(us, speed) {
    this.#isRunning = true;
    this.#steps = 0;
    this.targetUs = us;
    if (this.isCurrent) this.#feed?.follow(us, speed);
    this.#goOn(speed);
  }

  /** Play by its own time. @param {number} speed @returns {number | null} the instant at its playhead */
  lead(speed) {
    this.#isRunning = true;
    this.#steps = 0;
    this.#feed?.lead(speed);
    const at = this.positionUs;
    if (at !== null) {
      this.targetUs = at;
      this.#goOn(speed);
    }
    return at;
  }

  /** Show the frame of an instant as soon as the one before is painted: footage backwards, frame by frame. @param {number} us */
  glide(us) {
    this.targetUs = us;
    this.#steps = 0;
    this.#isRunning = false;
    const feed = this.#feed;
    if (!feed || !this.isCurrent) {
      if (this.#coming === null && this.#loading === undefined) this.#loadSoon();
    } else if (feed.isShowing(us)) return;
    else if (feed.hole !== null || (feed.isSettled && !feed.video.seeking)) feed.place(us);
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
    if (isOther && (this.#feed || this.#coming)) this.#loadSoon();
  }

  /** @param {boolean} isLoading */
  setLoading(isLoading) {
    this.#feed?.setLoading(isLoading);
    if (!isLoading) this.#drop();
    else if (this.#feed && !this.#isWanted(this.#feed)) this.#loadSoon();
  }

  /** Load anew where nothing comes any more, though nothing failed; called once a refresh. @param {number} now_ms monotonic */
  look(now_ms) {
    const isIdle = this.#feed === null || this.#loading !== undefined || (this.isCurrent && this.#feed.sign === null);
    const sign = isIdle ? null : `${this.#feed?.sign} ${this.#coming?.sign} ${this.#loadedMs}`;
    if (this.#stall.isStuck(sign, now_ms)) this.#loadSoon();
  }

  /** Let go of all media; the last picture goes with it. */
  unload() {
    this.#drop();
    this.#feed?.destroy();
    this.#feed = null;
  }

  #stepOn() {
    const direction = Math.sign(this.#steps);
    if (direction === 0 || this.#isRunning || !this.isSettled) return;
    this.#steps -= direction;
    this.#isStepping = true;
    this.#drop();
    this.#feed?.step(direction > 0 ? 1 : -1);
  }

  /** @param {Feed | null} feed @returns {boolean} */
  #canShow(feed) {
    return feed !== null && feed.trouble === null && feed.covers(this.targetUs) && (!this.#isLive || feed.isFollowing);
  }

  /** @param {Feed | null} feed @returns {boolean} */
  #isWanted(feed) {
    return this.#canShow(feed) && feed?.role === this.role && !feed.isDeaf;
  }

  /** Keep what is coming in step, or make the next window ready in time. @param {number} speed */
  #goOn(speed) {
    if (this.#coming) {
      this.#coming.follow(this.targetUs, speed);
      this.#changeOver();
    } else if (this.#loading === undefined && this.#feed && !this.#feed.trouble && this.#isOverdue(this.#feed, speed))
      this.#loadSoon();
  }

  /** Whether another window is due. @param {Feed} feed @param {number} speed @returns {boolean} */
  #isOverdue(feed, speed) {
    return (
      this.targetUs > feed.endUs - PREPARED_US * speed ||
      (feed.isDeaf && performance.now() - this.#loadedMs > LOADED_AFTER_NOTHING_MS)
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
    const feed = new Feed(this.#feed ? this.#anotherVideo() : this.video, choice, this.targetUs, this.#isLive);
    feed.addEventListener("frame", () => this.#onFrame(feed));
    feed.addEventListener("change", () => this.#onChange(feed));
    feed.addEventListener("leap", (event) => {
      if (feed === this.#feed)
        this.dispatchEvent(new CustomEvent("leap", { detail: /** @type {CustomEvent<unknown>} */ (event).detail }));
    });
    if (this.#feed) this.#coming = feed;
    else this.#feed = feed;
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

  /** Forget what was coming. */
  #drop() {
    clearTimeout(this.#loading);
    this.#loading = undefined;
    this.#coming?.destroy();
    this.#coming?.video.remove();
    this.#coming = null;
  }

  /** Put what was coming on screen as soon as it shows what is wanted. */
  #changeOver() {
    const coming = this.#coming;
    const isThere =
      coming &&
      !coming.trouble &&
      (coming.hole !== null || (this.#isRunning ? this.#isUnseen(coming) : coming.isSettled));
    if (!coming || !isThere) return;
    const old = this.#feed;
    this.#feed = coming;
    this.#coming = null;
    this.video = coming.video;
    this.video.classList.remove("coming");
    old?.destroy();
    old?.video.remove();
    this.dispatchEvent(new Event(coming.hole ? "change" : "frame"));
    this.#stepOn();
  }

  /** Whether to change over now would not be noticed. @param {Feed} coming @returns {boolean} */
  #isUnseen(coming) {
    const at = coming.positionUs;
    return at !== null && coming.isFlowing && (Math.abs(at - this.targetUs) < SAME_US || this.positionUs === null);
  }

  /** @param {Feed} feed */
  #onFrame(feed) {
    if (feed === this.#coming) this.#changeOver();
    else if (feed === this.#feed && this.isCurrent) {
      if (this.#isStepping && !this.#isRunning && feed.shownUs !== null) this.targetUs = feed.shownUs;
      this.dispatchEvent(new Event("frame"));
      this.#stepOn();
    }
  }

  /** @param {Feed} feed */
  #onChange(feed) {
    if (feed !== this.#feed && feed !== this.#coming) return;
    if (feed.trouble) this.#onTrouble(feed, feed.trouble);
    else if (feed === this.#coming) this.#changeOver();
    else this.dispatchEvent(new Event("change"));
  }

  /** @param {Feed} feed @param {Trouble} trouble */
  #onTrouble(feed, trouble) {
    if (feed === this.#coming && this.isCurrent && trouble !== "unsupported") {
      // What is on screen is not concerned: try again in a while.
      this.#drop();
      this.#loading = setTimeout(() => this.#load(), LOADED_AFTER_TROUBLE_MS);
      return;
    }
    this.dispatchEvent(new CustomEvent("trouble", { detail: trouble }));
  }
}
