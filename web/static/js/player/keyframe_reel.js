/**
 * A camera's keyframes, one at a time in a `<video>` of their own: for fast and backward playing, and while scrubbing.
 *
 * Only the keyframe's bytes are fetched. Each is put at the end of an endless tape of single pictures, because a
 * browser paints a single picture only once its stream has ended.
 * @module
 */

import { Emitter } from "../page/emitter.js";
import { ApiError, isAborted, request } from "../page/api.js";
import { KeyframeList } from "./keyframe_list.js";
import { lonePicture, readInit } from "./keyframe_sample.js";

/** Media time between two pictures on the tape. */
const APART_S = 1;
/** Pictures that stay on the tape behind the one that is shown. */
const KEPT = 30;
/** A picture that is not painted by then is let go. */
const PATIENCE_MS = 700;

/** Emits `frame` when another keyframe is on screen, and `gap` where there is none at the instant asked for. @extends {Emitter<{frame: undefined, gap: undefined}>} */
export class KeyframeReel extends Emitter {
  /** @type {SourceBuffer | null} */
  #buffer = null;
  /** @type {Map<string, Promise<import("./keyframe_sample.js").KeyframeInit | null>>} */
  #inits = new Map();
  #initShown = "";
  #kind = "";
  #position = 0;
  /** @type {number | null} */
  #wish = null;
  #isRunning = false;
  #isClosed = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #painting;
  #stopped = new AbortController();

  /**
   * @param {number} cameraId
   * @param {import("./footage_source.js").Role} role
   */
  constructor(cameraId, role) {
    super();
    this.role = role;
    this.list = new KeyframeList(cameraId, role);
    this.video = document.createElement("video");
    this.video.muted = true;
    this.video.playsInline = true;
    this.video.className = "keyframes";
    // iPhones have no MediaSource: pictures made by the server take its place there.
    this.tape = typeof MediaSource === "undefined" ? null : new MediaSource();
    this.address = this.tape ? URL.createObjectURL(this.tape) : "";
    if (this.tape) this.video.src = this.address;
    /** Wall time of the keyframe that is painted; null while none is. @type {number | null} */
    this.shownUs = null;
    /** Whether this browser can show the camera's keyframes, as far as is known. */
    this.isUsable = this.tape !== null;
  }

  /**
   * Show the keyframe that stands for an instant. One is on its way at a time, the newest wish comes next.
   * @param {number} us
   * @param {number} [speed] of a clock that is followed: what it comes to is made ready
   */
  show(us, speed = 0) {
    this.#wish = us;
    if (speed !== 0) this.list.prepare(us, speed);
    if (!this.#isRunning) void this.#run();
  }

  /** Forget the wish. What was painted stays in the element. */
  stop() {
    this.#wish = null;
    this.#stopped.abort();
    this.#stopped = new AbortController();
  }

  close() {
    this.#isClosed = true;
    clearTimeout(this.#painting);
    this.stop();
    this.video.remove();
    this.video.removeAttribute("src");
    this.video.load();
    if (this.tape) URL.revokeObjectURL(this.address);
  }

  async #run() {
    this.#isRunning = true;
    while (this.#wish !== null && this.isUsable && !this.#isClosed) {
      const us = this.#wish;
      const { signal } = this.#stopped;
      this.#wish = null;
      try {
        const frame = await this.list.at(us);
        if (signal.aborted) continue;
        if (!frame) this.emit("gap");
        else if (frame.start_us !== this.shownUs || !this.video.isConnected) await this.#show(frame, signal);
      } catch (error) {
        // Retention may have taken it: what is there now is asked anew.
        if (error instanceof ApiError) this.list.forget();
        if (!isAborted(error)) this.#initShown = "";
      }
    }
    this.#isRunning = false;
  }

  /** @param {import("./keyframe_list.js").Keyframe} frame @param {AbortSignal} signal */
  async #show(frame, signal) {
    const [init, bytes] = await Promise.all([this.#initOf(frame.init_url), this.#bytesOf(frame, signal)]);
    const position = this.#position + APART_S;
    const picture = init && lonePicture(bytes, init, position, APART_S);
    if (!this.tape || !init || !picture) {
      this.isUsable = this.tape !== null && init !== null;
      return;
    }
    const buffer = await this.#open(this.tape, init);
    if (this.#initShown !== frame.init_url)
      await changed(buffer, () => buffer.appendBuffer(/** @type {BufferSource} */ (init.bytes)));
    this.#initShown = frame.init_url;
    await changed(buffer, () => buffer.appendBuffer(/** @type {BufferSource} */ (picture)));
    this.#position = position;
    this.tape.endOfStream();
    await this.#painted(position);
    if (signal.aborted) return;
    this.shownUs = frame.start_us;
    this.emit("frame");
    if (position % KEPT === 0 && position > KEPT) await changed(buffer, () => buffer.remove(0, position - KEPT / 2));
  }

  /** @param {MediaSource} tape @param {import("./keyframe_sample.js").KeyframeInit} init @returns {Promise<SourceBuffer>} */
  async #open(tape, init) {
    if (tape.readyState === "closed")
      await new Promise((resolve) => {
        tape.addEventListener("sourceopen", resolve, { once: true });
      });
    const kind = `video/mp4; codecs="${init.codec}"`;
    if (!this.#buffer) this.#buffer = tape.addSourceBuffer(kind);
    else if (this.#kind !== kind) this.#buffer.changeType(kind);
    this.#kind = kind;
    return this.#buffer;
  }

  /** @param {number} position @returns {Promise<void>} */
  #painted(position) {
    const { video } = this;
    return new Promise((resolve) => {
      this.#painting = setTimeout(resolve, PATIENCE_MS);
      video.requestVideoFrameCallback(() => {
        clearTimeout(this.#painting);
        resolve();
      });
      video.currentTime = position + APART_S / 2;
    });
  }

  /** @param {string} url @returns {Promise<import("./keyframe_sample.js").KeyframeInit | null>} */
  #initOf(url) {
    const known =
      this.#inits.get(url) ??
      request(url).then(async (response) => readInit(new Uint8Array(await response.arrayBuffer())));
    this.#inits.set(url, known);
    known.catch(() => this.#inits.delete(url));
    return known;
  }

  /** @param {import("./keyframe_list.js").Keyframe} frame @param {AbortSignal} signal @returns {Promise<Uint8Array>} */
  async #bytesOf(frame, signal) {
    const headers = { Range: `bytes=${frame.offset}-${frame.offset + frame.size - 1}` };
    const response = await fetch(frame.url, { headers, signal, credentials: "same-origin" });
    if (response.status !== 206) throw new ApiError(response.status, {});
    return new Uint8Array(await response.arrayBuffer());
  }
}

/** @param {SourceBuffer} buffer @param {() => void} change @returns {Promise<void>} */
function changed(buffer, change) {
  return new Promise((resolve, reject) => {
    buffer.addEventListener("updateend", () => resolve(), { once: true });
    buffer.addEventListener("error", () => reject(new Error("the keyframe was refused")), { once: true });
    change();
  });
}
