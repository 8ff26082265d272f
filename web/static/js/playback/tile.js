/**
 * One camera's picture, moved by wall time: never black, the newest wish first, the old picture until the new one is painted.
 *
 * Its element tells what it does: `data-state`, and `data-wall-us`, the wall time of the picture that is on screen.
 * @module
 */

import { Feed } from "./feed.js";
import { isSupported, NARROW, WIDE } from "./footage_source.js";
import { part } from "../page_data.js";
import { PictureFrame } from "../pictures.js";
import { clockTenths, nowUs, SECOND_US } from "../site_time.js";

const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000];
/** Jumps in quick succession share one loading. */
const LOADED_AGAIN_MS = 120;
/** The next window is made ready this long before the one that plays ends. */
const PREPARED_US = 20 * SECOND_US;
/** Two windows that show the same to within this change places unseen. */
const SAME_US = 200_000;
const SMALL_PICTURE = 320;
const LARGE_PICTURE = 960;

/**
 * @typedef {"idle" | "loading" | "paused" | "playing" | "gap" | "error" | "unsupported"} TileState
 * @typedef {import("./footage_source.js").Role} Role
 */

/** Fires `state`, `frame` (another picture is on screen) and `leap` (detail {from_us, to_us}: played over a gap). */
export class Tile extends EventTarget {
  /** What is on screen. @type {Feed | null} */
  #feed = null;
  /** What will be, once it has painted. @type {Feed | null} */
  #coming = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #loading;
  #loadedMs = -Infinity;
  #failures = 0;
  #isLive = false;
  #isRunning = false;
  #lastReload = { at_ms: -Infinity, wall_us: 0 };

  /**
   * @param {HTMLElement} root
   * @param {import("../page_data.js").CameraFacts} camera
   */
  constructor(root, camera) {
    super();
    this.root = root;
    this.camera = camera;
    /** Its place on the page, from 1. */
    this.number = camera.number;
    this.video = part("video", HTMLVideoElement, root);
    this.poster = new PictureFrame(part("[data-poster]", HTMLImageElement, root), camera.id, LARGE_PICTURE);
    this.clock = part("[data-frame-clock]", HTMLElement, root);
    this.liveMark = part("[data-live-mark]", HTMLElement, root);
    /** @type {TileState} */
    this.state = "idle";
    /** @type {import("./footage_source.js").Trouble | null} */
    this.trouble = null;
    /** @type {Role} */
    this.role = "main";
    /** The instant asked for last. */
    this.targetUs = 0;
    /** The instant of the picture on screen, or the one asked for while it is fetched. */
    this.wallUs = 0;
    /** Whether it is the one that is looked at, which may load more. */
    this.isLarge = true;
  }

  get frameSeconds() { return this.#feed?.frameSeconds ?? 1 / 25; }

  /** The hole in its footage that it stands in, or null. @returns {import("./feed.js").Hole | null} */
  get hole() { return this.#feed?.hole ?? null; }

  /** The instant at its playhead; null while it has none. @returns {number | null} */
  get positionUs() { return this.#isCurrent ? this.#feed?.positionUs ?? null : null; }

  /** Whether it shows the frame of the instant asked for, or never will. */
  get isReady() {
    const feed = this.#feed;
    return this.trouble !== null || (feed !== null && this.#isCurrent && (feed.hole !== null || feed.isAtEnd || feed.isFlowing));
  }

  /** Whether it should play and cannot. */
  get isStalled() { return !this.isReady; }

  /** Whether what is on screen belongs to the instant asked for: its feed can show it. */
  get #isCurrent() { return this.#canShow(this.#feed, this.targetUs, this.#isLive); }

  /**
   * Show the frame of an instant, and rest there. The newest call wins.
   * @param {number} us
   * @param {boolean} [isLive] begin with the newest footage and stay with it
   */
  place(us, isLive = false) {
    clearTimeout(this.#retry);
    this.#isRunning = false;
    this.#isLive = isLive;
    this.targetUs = us;
    this.wallUs = us;
    if (this.trouble === "unsupported") {
      this.#showPicture(us);
      return;
    }
    this.trouble = null;
    const isStaying = this.#canShow(this.#feed, us, isLive);
    if (isStaying && this.#feed) {
      if (!this.#feed.isBuffered(us)) this.#showPicture(us);
      this.#feed.place(us, isLive);
    } else {
      this.#feed?.rest();
      this.#showPicture(us);
    }
    if (isStaying && this.#feed?.role === this.role) this.#drop();
    else if (this.#coming && this.#canShow(this.#coming, us, isLive) && this.#coming.role === this.role) this.#coming.place(us, isLive);
    else this.#loadSoon();
    this.#readState();
  }

  /** Stay where it is. */
  rest() {
    this.#isRunning = false;
    this.#feed?.rest();
    this.#coming?.rest();
    this.#readState();
  }

  /** Keep in step with a running clock. @param {number} us @param {number} speed */
  follow(us, speed) {
    this.#isRunning = true;
    this.targetUs = us;
    if (this.#isCurrent) this.#feed?.follow(us, speed);
    this.#followOn(us, speed);
  }

  /** Play by its own time, which leads the clock. @param {number} speed @returns {number | null} the instant at its playhead */
  lead(speed) {
    this.#isRunning = true;
    const at = this.positionUs;
    this.#feed?.lead(speed);
    if (at !== null) {
      this.targetUs = at;
      this.#followOn(at, speed);
    }
    return at;
  }

  /** Show the next or the previous frame. @param {1 | -1} direction */
  step(direction) {
    this.#isRunning = false;
    this.#feed?.step(direction);
  }

  /** A still picture of an instant, at once; the video comes with `place`. @param {number} us */
  preview(us) {
    this.#feed?.rest();
    this.poster.width = SMALL_PICTURE;
    void this.poster.show(us, (taken) => this.#label(taken));
  }

  /** Say whether this is the present. @param {boolean} isLive */
  markLive(isLive) {
    this.liveMark.hidden = !isLive || this.state !== "playing";
  }

  /** Which of the camera's streams to show. @param {Role} role */
  setRole(role) {
    if (role === this.role) return;
    this.role = role;
    if (this.#feed || this.#coming) this.#loadSoon();
  }

  destroy() {
    clearTimeout(this.#retry);
    clearTimeout(this.#loading);
    this.#drop();
    this.#feed?.destroy();
    this.#feed = null;
    this.poster.destroy();
    this.root.remove();
  }

  /** @param {Feed | null} feed @param {number} us @param {boolean} isLive @returns {boolean} */
  #canShow(feed, us, isLive) {
    return feed !== null && feed.trouble === null && feed.covers(us) && (!isLive || feed.isFollowing);
  }

  /** @param {number} us */
  #showPicture(us) {
    this.poster.width = this.isLarge ? LARGE_PICTURE : SMALL_PICTURE;
    void this.poster.show(us);
  }

  /** Keep what is coming in step, put it on screen when it is there, and make the next window ready in time. @param {number} us @param {number} speed */
  #followOn(us, speed) {
    const coming = this.#coming;
    if (coming) {
      coming.follow(us, speed);
      this.#changeOver();
    } else if (this.#feed && us > this.#feed.endUs - PREPARED_US * speed) this.#loadSoon();
    this.#readState();
  }

  #loadSoon() {
    clearTimeout(this.#loading);
    this.#loading = undefined;
    const wait = this.#loadedMs + LOADED_AGAIN_MS - performance.now();
    if (wait <= 0) this.#load();
    else this.#loading = setTimeout(() => this.#load(), wait);
  }

  #load() {
    this.#loading = undefined;
    this.#drop();
    if (!isSupported()) {
      this.#fail("unsupported");
      return;
    }
    this.#loadedMs = performance.now();
    let { video } = this;
    if (this.#feed) {
      video = /** @type {HTMLVideoElement} */ (this.video.cloneNode(false));
      video.removeAttribute("src");
      video.muted = true;
      video.className = "coming";
      this.video.after(video);
    }
    const choice = { cameraId: this.camera.id, role: this.role, reach: this.isLarge ? WIDE : NARROW };
    const feed = new Feed(video, choice, this.targetUs, this.#isLive);
    feed.addEventListener("frame", () => this.#onFrame(feed));
    feed.addEventListener("change", () => this.#onChange(feed));
    feed.addEventListener("leap", (event) => {
      if (feed === this.#feed) this.dispatchEvent(new CustomEvent("leap", { detail: /** @type {CustomEvent} */ (event).detail }));
    });
    if (this.#feed) this.#coming = feed;
    else this.#feed = feed;
  }

  /** Forget what was coming. */
  #drop() {
    clearTimeout(this.#loading);
    this.#loading = undefined;
    const coming = this.#coming;
    this.#coming = null;
    if (!coming) return;
    coming.destroy();
    coming.video.remove();
  }

  /** Put what was coming on screen as soon as it shows what is wanted. */
  #changeOver() {
    const coming = this.#coming;
    if (!coming || coming.trouble) return;
    const isThere = coming.hole !== null || (coming.isSettled && (!this.#isRunning || this.#isSame(coming)));
    if (!isThere) return;
    this.#coming = null;
    const old = this.#feed;
    this.#feed = coming;
    this.video = coming.video;
    this.video.classList.remove("coming");
    old?.destroy();
    old?.video.remove();
    if (coming.hole) this.#showPicture(coming.hole.start_us === null ? this.targetUs : coming.hole.start_us - 1);
    else this.#onFrame(coming);
    this.#readState();
  }

  /** Whether to change over now would not be seen. @param {Feed} coming @returns {boolean} */
  #isSame(coming) {
    const at = coming.positionUs;
    return at !== null && coming.isFlowing && (Math.abs(at - this.targetUs) < SAME_US || this.positionUs === null);
  }

  /** @param {Feed} feed */
  #onFrame(feed) {
    if (feed === this.#coming) this.#changeOver();
    if (feed !== this.#feed || feed.shownUs === null) return;
    this.#failures = 0;
    if (this.#isCurrent) {
      this.poster.hide();
      this.wallUs = feed.shownUs;
      this.#label(feed.shownUs);
      this.dispatchEvent(new Event("frame"));
    }
    this.#readState();
  }

  /** @param {Feed} feed */
  #onChange(feed) {
    if (feed.trouble) this.#onTrouble(feed);
    else if (feed === this.#coming) this.#changeOver();
    else if (feed.hole && this.state !== "gap" && feed === this.#feed) {
      this.root.dataset["wallUs"] = String(this.targetUs);
      if (!this.#isRunning) this.#showPicture(feed.hole.start_us === null ? this.targetUs : feed.hole.start_us - 1);
    }
    this.#readState();
  }

  /** @param {number} us the instant of the picture on screen */
  #label(us) {
    this.root.dataset["wallUs"] = String(us);
    this.clock.textContent = clockTenths(us);
  }

  #readState() {
    const feed = this.#feed;
    if (this.trouble) this.#setState(this.trouble === "unsupported" ? "unsupported" : "error");
    else if (!feed || !this.#isCurrent) this.#setState(feed || this.#loading ? "loading" : "idle");
    else if (feed.hole) this.#setState("gap");
    else if (!feed.isSettled || feed.video.seeking) this.#setState("loading");
    else if (!this.#isRunning) this.#setState("paused");
    else this.#setState(feed.video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA ? "loading" : "playing");
  }

  /** @param {TileState} state */
  #setState(state) {
    if (state === this.state) return;
    this.state = state;
    this.root.dataset["state"] = state;
    this.dispatchEvent(new Event("state"));
  }

  /** @param {Feed} feed */
  #onTrouble(feed) {
    const { trouble } = feed;
    if (trouble === null || (feed !== this.#feed && feed !== this.#coming)) return;
    if (trouble === "signed-out") {
      location.reload();
      return;
    }
    // Retention took a piece under our feet: the new playlist begins after it.
    if (trouble === "purged" && this.#reload()) return;
    this.#fail(trouble);
  }

  /** Load afresh; twice at the same place within a while means that it does not help. @returns {boolean} whether it was tried */
  #reload() {
    const wall_us = this.targetUs;
    const isRepeated = performance.now() - this.#lastReload.at_ms < 5_000 && Math.abs(wall_us - this.#lastReload.wall_us) < SECOND_US;
    this.#lastReload = { at_ms: performance.now(), wall_us };
    if (isRepeated) return false;
    this.#loadSoon();
    return true;
  }

  /** @param {import("./footage_source.js").Trouble} trouble */
  #fail(trouble) {
    this.trouble = trouble;
    this.#showPicture(Math.min(this.targetUs, nowUs()));
    this.#readState();
    this.dispatchEvent(new Event("state"));
    if (trouble === "unsupported") return;
    const wait = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)] ?? 15_000;
    this.#failures += 1;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      this.trouble = null;
      this.#load();
      this.#readState();
    }, wait);
  }
}
