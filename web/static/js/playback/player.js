/**
 * One camera's player, moved by wall time: any instant, newest wish first, never a black picture.
 *
 * Its element tells what it does: `data-state` (loading, paused, playing, gap, error, unsupported) and `data-wall-us`,
 * the wall time of the frame that is on screen.
 * @module
 */

import { FootageSource, isSupported } from "./footage_source.js";
import { PictureFrame } from "../pictures.js";
import { nowUs, SECOND_US } from "../site_time.js";

/** Half of a fast camera's frame would still be inside it: keeps targets off frame edges (hls.js #6511). */
const INSIDE_FRAME_US = 2_000;
/** After a seek has ended its frame is on screen within some refreshes; without a word of it, it is the frame from before. */
const PAINTED_MS = 300;
const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000];
/** Behind reality when following: a fragment (1 s), the playlist's next reading (1 s), and the way there. */
const LIVE_DISTANCE_US = 2.6 * SECOND_US;
/** Footage that must lie ahead of the playhead at the start, or it would stall at once. */
const LIVE_LEAD_US = 0.8 * SECOND_US;
const LIVE_MARK_US = 15 * SECOND_US;
/** Footage is on disk some seconds after it happened: this far before the present nothing is missing yet. */
const NOT_YET_US = 20 * SECOND_US;
/** Frames of the slowest cameras last this long. */
const LONGEST_FRAME_S = 1;

/**
 * @typedef {"idle" | "loading" | "paused" | "playing" | "gap" | "error" | "unsupported"} PlayerState
 * @typedef {import("./footage_source.js").Trouble} Trouble
 */

/** Fires `state`, `frame`, `seek`, `skip` (detail: [from, to] of a gap jumped over). */
export class Player extends EventTarget {
  /** @type {FootageSource | null} */
  #source = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  #failures = 0;
  #wantsPlay = false;
  #wantsLive = false;
  #frameMedia = -1;
  /** Frame told of while a seek was under way. A paused seek paints once, and that may be told before it has ended. */
  #earlyFrame = -1;
  /** Counts seeks and steps, so that a look at the outcome of an older one is dropped. */
  #turn = 0;
  #lastReload = { at_ms: -Infinity, wall_us: 0 };

  /**
   * @param {HTMLElement} root
   * @param {number} cameraId
   */
  constructor(root, cameraId) {
    super();
    this.root = root;
    this.cameraId = cameraId;
    this.video = /** @type {HTMLVideoElement} */ (root.querySelector("video"));
    this.poster = new PictureFrame(/** @type {HTMLImageElement} */ (root.querySelector("[data-poster]")), cameraId, 960);
    /** @type {PlayerState} */
    this.state = "idle";
    /** @type {Trouble | null} */
    this.trouble = null;
    /** Where the playhead stands: the frame shown, or the instant asked for while it is fetched. */
    this.wallUs = 0;
    this.#watchVideo();
  }

  get isPlaying() { return this.#wantsPlay; }

  get isLive() { return this.#wantsLive && this.#wantsPlay && nowUs() - this.wallUs < LIVE_MARK_US; }

  /**
   * Show an instant. The newest call wins; a call while another loads replaces it.
   * @param {number} wall_us
   * @param {{play?: boolean, live?: boolean}} [options] `play` left out keeps playing or pausing
   */
  seek(wall_us, options = {}) {
    clearTimeout(this.#retry);
    this.#turn += 1;
    this.#wantsLive = options.live ?? false;
    if (options.play !== undefined) this.#wantsPlay = options.play;
    this.wallUs = this.#withinReach(Math.min(wall_us, nowUs()));
    this.dispatchEvent(new Event("seek"));
    const target = this.#source?.map.mediaOf(this.wallUs + INSIDE_FRAME_US) ?? null;
    if (!this.#source || target === null || this.state === "error" || (this.#wantsLive && !this.#source.isFollowing)) this.#load();
    else if (this.#source.isStarted) this.#moveTo(target);
    else {
      // Nothing was loaded so far: the instant before this one lay in a gap.
      this.#setState("loading");
      this.#begin(this.#source);
    }
  }

  /** Go to the newest footage and stay with it. */
  goLive() {
    this.seek(nowUs() - LIVE_DISTANCE_US, { play: true, live: true });
  }

  play() {
    if (this.state === "gap" || this.state === "error") this.seek(this.wallUs, { play: true });
    else {
      this.#wantsPlay = true;
      this.#followWishes();
    }
  }

  pause() {
    this.#wantsPlay = false;
    this.#wantsLive = false;
    this.#followWishes();
  }

  /** @param {number} rate */
  setSpeed(rate) {
    this.video.playbackRate = rate;
    this.video.defaultPlaybackRate = rate;
  }

  /**
   * Show the next or previous frame.
   * @param {1 | -1} direction
   */
  step(direction) {
    this.pause();
    const from = this.#frameMedia;
    if (from < 0) return;
    this.#stepTo(from, direction, this.#source?.frameSeconds ?? 1 / 25);
  }

  /**
   * Look into the middle of the neighbouring frame.
   * @param {number} from media time of the frame to leave
   * @param {1 | -1} direction
   * @param {number} seconds length of a frame
   */
  #stepTo(from, direction, seconds) {
    const { video } = this;
    this.#turn += 1;
    const turn = this.#turn;
    const lookAgain = () => {
      // Still the same frame: it is longer than most. A third more never reaches the frame after the next.
      if (turn === this.#turn && this.#frameMedia === from && seconds < 1) this.#stepTo(from, direction, seconds * 1.3);
    };
    video.addEventListener("seeked", () => setTimeout(lookAgain, PAINTED_MS), { once: true });
    video.currentTime = Math.max(0, from + (direction > 0 ? 1.5 : -0.5) * seconds);
  }

  /** Show a still picture of an instant while the pointer drags; the video follows on `seek`. @param {number} wall_us */
  preview(wall_us) {
    this.video.pause();
    void this.poster.show(wall_us);
  }

  #watchVideo() {
    const { video } = this;
    for (const name of ["playing", "pause", "waiting", "seeking", "seeked", "canplay"]) {
      video.addEventListener(name, () => this.#readState());
    }
    video.addEventListener("seeked", () => this.#showEarlyFrame());
    video.addEventListener("ended", () => this.#reload(Math.round(this.#source?.map.endUs ?? this.wallUs) + INSIDE_FRAME_US));
    if ("requestVideoFrameCallback" in video) {
      const onFrame = (/** @type {number} */ _now, /** @type {VideoFrameCallbackMetadata} */ frame) => {
        this.#showFrame(frame.mediaTime);
        video.requestVideoFrameCallback(onFrame);
      };
      video.requestVideoFrameCallback(onFrame);
      return;
    }
    const older = /** @type {HTMLVideoElement} */ (this.video);
    older.addEventListener("timeupdate", () => this.#showFrame(older.currentTime));
  }

  /** @param {number} media_s presentation time of the frame on screen */
  #showFrame(media_s) {
    if (!this.#source || this.state === "gap") return;
    this.#earlyFrame = this.video.seeking ? media_s : -1;
    // A frame's time sits on its edge: look just inside.
    const wall = this.#source.map.wallOf(media_s + INSIDE_FRAME_US / SECOND_US);
    if (wall === null || this.video.seeking) return;
    const shown = wall - INSIDE_FRAME_US;
    const step = media_s - this.#frameMedia;
    if (step > 0 && step < 1 && shown - this.wallUs > 2 * SECOND_US && this.#wantsPlay) {
      this.dispatchEvent(new CustomEvent("skip", { detail: [this.wallUs, shown] }));
    }
    this.#frameMedia = media_s;
    this.wallUs = shown;
    this.#failures = 0;
    this.poster.hide();
    this.root.dataset["wallUs"] = String(shown);
    this.dispatchEvent(new Event("frame"));
  }

  /** A frame that the seek has left does not lie where the playhead is now: its successor is still to come. */
  #showEarlyFrame() {
    const early = this.#earlyFrame;
    this.#earlyFrame = -1;
    if (early >= 0 && Math.abs(this.video.currentTime - early) < LONGEST_FRAME_S) this.#showFrame(early);
  }

  /**
   * The newest moment there is, for wishes between it and the present.
   * @param {number} wall_us
   * @returns {number}
   */
  #withinReach(wall_us) {
    const map = this.#source?.isFollowing ? this.#source.map : null;
    if (!map || map.isEmpty || wall_us < map.endUs || nowUs() - map.endUs > NOT_YET_US) return wall_us;
    return Math.round(map.endUs) - SECOND_US / 2;
  }

  /** @param {number} media_s */
  #moveTo(media_s) {
    const { video } = this;
    let isBuffered = false;
    for (let i = 0; i < video.buffered.length; i += 1) {
      if (media_s >= video.buffered.start(i) && media_s < video.buffered.end(i)) isBuffered = true;
    }
    if (!isBuffered) void this.poster.show(this.wallUs);
    this.#setState("loading");
    video.currentTime = media_s;
    this.#followWishes();
  }

  #load() {
    if (!isSupported()) {
      this.#fail("unsupported");
      return;
    }
    this.#source?.destroy();
    this.#frameMedia = -1;
    this.#earlyFrame = -1;
    this.#setState("loading");
    void this.poster.show(this.wallUs);
    const source = new FootageSource(this.video, this.cameraId, this.wallUs, {
      mapped: () => { if (source === this.#source) this.#begin(source); },
      grown: () => { if (source === this.#source) this.dispatchEvent(new Event("grown")); },
      failed: (trouble) => { if (source === this.#source) this.#fail(trouble); },
    });
    this.#source = source;
  }

  /** @param {FootageSource} source */
  #begin(source) {
    if (this.#wantsLive && !source.map.isEmpty) {
      this.wallUs = Math.max(source.map.startUs, Math.min(this.wallUs, Math.round(source.map.endUs) - LIVE_LEAD_US));
    }
    this.wallUs = this.#withinReach(this.wallUs);
    let target = source.map.mediaOf(this.wallUs + INSIDE_FRAME_US);
    if (target === null && this.#wantsPlay) {
      const next = source.map.nextStart(this.wallUs);
      if (next !== null) {
        this.dispatchEvent(new CustomEvent("skip", { detail: [this.wallUs, next] }));
        this.wallUs = next;
        target = source.map.mediaOf(next + INSIDE_FRAME_US);
      }
    }
    if (target === null) {
      this.#stopInGap();
      return;
    }
    source.start(target);
    this.#followWishes();
  }

  #stopInGap() {
    this.#wantsPlay = false;
    this.video.pause();
    this.root.dataset["wallUs"] = String(this.wallUs);
    this.#setState("gap");
    void this.poster.show(this.wallUs);
  }

  #followWishes() {
    // A refused or interrupted play() is told by the element's own events.
    if (this.#wantsPlay) this.video.play().catch(() => undefined);
    else this.video.pause();
    this.#readState();
  }

  #readState() {
    if (this.state === "gap" || this.state === "unsupported" || this.state === "error") return;
    const isWaiting = this.video.seeking || this.video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA
      || (this.#wantsPlay && this.video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA);
    this.#setState(isWaiting ? "loading" : this.#wantsPlay && !this.video.paused ? "playing" : "paused");
  }

  /** @param {PlayerState} state */
  #setState(state) {
    if (state !== "error" && state !== "unsupported") this.trouble = null;
    if (state === this.state) return;
    this.state = state;
    this.root.dataset["state"] = state;
    this.dispatchEvent(new Event("state"));
  }

  /**
   * Load afresh around an instant; twice at the same place within a while means that it does not help.
   * @param {number} wall_us
   * @returns {boolean} whether it was tried
   */
  #reload(wall_us) {
    const isRepeated = performance.now() - this.#lastReload.at_ms < 5_000 && Math.abs(wall_us - this.#lastReload.wall_us) < SECOND_US;
    this.#lastReload = { at_ms: performance.now(), wall_us };
    if (isRepeated) return false;
    this.wallUs = Math.min(wall_us, nowUs());
    this.#load();
    return true;
  }

  /** @param {Trouble} trouble */
  #fail(trouble) {
    if (trouble === "signed-out") {
      location.reload();
      return;
    }
    // Retention took a piece under our feet: the new playlist begins after it.
    if (trouble === "purged" && this.#reload(this.wallUs)) return;
    if (trouble === "missing" || trouble === "purged") {
      this.#stopInGap();
      return;
    }
    this.#source?.destroy();
    this.#source = null;
    this.trouble = trouble;
    this.#setState(trouble === "unsupported" ? "unsupported" : "error");
    this.dispatchEvent(new Event("state"));
    void this.poster.show(this.wallUs);
    if (trouble === "unsupported") return;
    const wait = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)] ?? 15_000;
    this.#failures += 1;
    this.#retry = setTimeout(() => this.#load(), wait);
  }
}
