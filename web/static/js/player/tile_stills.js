/**
 * What a tile shows instead of video: the nearest stored picture at once, keyframes one by one, or pictures made by the server.
 * @module
 */

import { KeyframeReel } from "./keyframe_reel.js";
import { Emitter } from "../page/emitter.js";
import { part } from "../page/page_data.js";
import { PictureFrame } from "../page/pictures.js";

/** Of this width the server has pictures ready; larger ones it makes. */
const SMALL_PICTURE = 320;
const LARGE_PICTURE = 960;
const LARGE_AFTER_MS = 300;
/** Pictures that the server makes follow a clock no faster than this. */
const PICTURE_EVERY_MS = 400;
/** A pointer rests when it has not moved for this long. */
const RESTS_MS = 60;

/** @typedef {import("./footage_source.js").Role} Role */

/** Emits `picture` with the instant of the picture now on screen, and `gap` where no keyframe is at the instant asked for. @extends {Emitter<{picture: number, gap: undefined}>} */
export class TileStills extends Emitter {
  /** @type {KeyframeReel | null} */
  #reel = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #lastPictureMs = -Infinity;

  /**
   * @param {HTMLElement} root the tile
   * @param {number} cameraId
   */
  constructor(root, cameraId) {
    super();
    this.root = root;
    this.cameraId = cameraId;
    this.poster = new PictureFrame(part("[data-poster]", HTMLImageElement, root), cameraId, SMALL_PICTURE);
    /** @type {Role} */
    this.role = "main";
    this.isLarge = true;
  }

  /** @param {Role} role @param {boolean} isLarge */
  choose(role, isLarge) {
    this.role = role;
    this.isLarge = isLarge;
    if (this.#reel && this.#reel.role !== role) this.#dropReel();
  }

  /**
   * Over what is there, until the video has painted.
   * @param {number} us
   * @param {boolean} [isLong] whether the video may be long in coming, or never comes
   */
  cover(us, isLong = false) {
    clearTimeout(this.#timer);
    if (isLong || !this.isLarge) this.#show(us, this.isLarge ? LARGE_PICTURE : SMALL_PICTURE, false);
    else {
      // The server has the small one ready; the large one has to be made, mostly in vain.
      this.#show(us, SMALL_PICTURE, false);
      this.#timer = setTimeout(() => this.#show(us, LARGE_PICTURE, true), LARGE_AFTER_MS);
    }
  }

  /** Follow a running clock with pictures. @param {number} us */
  follow(us) {
    if (performance.now() - this.#lastPictureMs < PICTURE_EVERY_MS) return;
    this.#lastPictureMs = performance.now();
    this.#show(us, this.isLarge ? LARGE_PICTURE : SMALL_PICTURE, true);
  }

  /** The nearest picture at once while a pointer drags; where it rests, the keyframe of the tile in focus. @param {number} us */
  scrub(us) {
    this.stop();
    this.#show(us, SMALL_PICTURE, true);
    if (this.isLarge) this.#timer = setTimeout(() => this.showKeyframe(us), RESTS_MS);
  }

  /** @param {number} us @param {number} [speed] of the clock that it follows */
  showKeyframe(us, speed = 0) {
    const reel = this.#reel ?? this.#openReel();
    if (!reel.isUsable) {
      this.follow(us);
      return;
    }
    // A video that is not in the page is not painted.
    if (!reel.video.isConnected) this.root.prepend(reel.video);
    reel.show(us, speed);
  }

  /** Ask for nothing more; what is on screen stays. */
  stop() {
    clearTimeout(this.#timer);
    this.#reel?.stop();
  }

  /** The video has painted. */
  uncover() {
    this.stop();
    this.poster.hide();
    if (!this.#reel?.video.isConnected) return;
    this.#reel.video.classList.remove("shown");
    this.#reel.video.remove();
    // Small tiles are many: their decoders are given back.
    if (!this.isLarge) this.#dropReel();
  }

  close() {
    this.stop();
    this.#dropReel();
    this.poster.close();
  }

  /** @param {number} us @param {number} width @param {boolean} keepsOld where there is no newer one */
  #show(us, width, keepsOld) {
    this.poster.width = width;
    this.poster.keepsOld = keepsOld;
    void this.poster.show(us, (taken_us) => this.emit("picture", taken_us));
  }

  /** @returns {KeyframeReel} */
  #openReel() {
    const reel = new KeyframeReel(this.cameraId, this.role);
    reel.on("frame", () => {
      if (reel !== this.#reel || reel.shownUs === null) return;
      reel.video.classList.add("shown");
      this.poster.hide();
      this.emit("picture", reel.shownUs);
    });
    reel.on("gap", () => {
      if (reel === this.#reel) this.emit("gap");
    });
    this.#reel = reel;
    return reel;
  }

  #dropReel() {
    this.#reel?.close();
    this.#reel = null;
  }
}
