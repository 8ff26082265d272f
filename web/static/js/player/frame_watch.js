/**
 * Which frame of a `<video>` is on screen, reported once it is painted and never before its seek has ended; steps by one frame.
 * @module
 */

/** After a seek has ended its frame is on screen within some refreshes; where nothing is reported, it is the frame from before. */
const PAINTED_MS = 300;
/** A browser may paint a frame without reporting it, busy with the one before: after another seek it is reported. */
const ASKED_AGAIN_MS = 80;
/** Frames of the slowest cameras last this long. */
const LONGEST_FRAME_S = 1;
/** A seek to the last tenth of a frame may show the next one. */
const SURELY_IN_FRAME = 0.9;

export class FrameWatch {
  /** Counts seeks and steps, so that the outcome of an older one is not taken for a newer one's. */
  #turn = 0;
  /** Frame reported while a seek was under way. A paused seek paints once, and that may be reported before it has ended. */
  #early = -1;
  #isWaiting = true;
  #isAskedAgain = false;
  #stopped = new AbortController();
  /** @type {Set<ReturnType<typeof setTimeout>>} */
  #timers = new Set();

  /**
   * @param {HTMLVideoElement} video
   * @param {() => number} frameSeconds how long its frames last
   * @param {(media_s: number) => void} painted is called with the time of the frame on screen
   */
  constructor(video, frameSeconds, painted) {
    this.video = video;
    this.frameSeconds = frameSeconds;
    this.painted = painted;
    /** Media time of the frame on screen; negative before the first. */
    this.media_s = -1;
    const { signal } = this.#stopped;
    video.addEventListener("seeked", () => this.#onSeeked(), { signal });
    if ("requestVideoFrameCallback" in video) {
      const onFrame = (/** @type {number} */ _now, /** @type {VideoFrameCallbackMetadata} */ frame) => {
        if (signal.aborted) return;
        this.#onPaint(frame.mediaTime);
        video.requestVideoFrameCallback(onFrame);
      };
      video.requestVideoFrameCallback(onFrame);
      return;
    }
    const older = /** @type {HTMLVideoElement} */ (this.video);
    older.addEventListener("timeupdate", () => this.#onPaint(older.currentTime), { signal });
  }

  /** A seek begins: what is on screen is not what is wanted. */
  expect() {
    this.#turn += 1;
    this.#isWaiting = true;
    this.#isAskedAgain = false;
    this.#early = -1;
  }

  /** Show the next or the previous frame. @param {1 | -1} direction */
  step(direction) {
    if (this.media_s >= 0) this.#stepFrom(this.media_s, direction, this.frameSeconds());
  }

  close() {
    this.#turn += 1;
    this.#stopped.abort();
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** @param {() => void} run @param {number} wait_ms */
  #later(run, wait_ms) {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, wait_ms);
    this.#timers.add(timer);
  }

  /**
   * Look into the middle of the neighbouring frame.
   * @param {number} from media time of the frame to leave
   * @param {1 | -1} direction
   * @param {number} seconds length of a frame
   */
  #stepFrom(from, direction, seconds) {
    const { video } = this;
    this.expect();
    const turn = this.#turn;
    const stepFurther = () => {
      // Still the same frame: it is longer than most. A third more never reaches the frame after the next.
      if (turn === this.#turn && this.media_s === from && seconds < LONGEST_FRAME_S)
        this.#stepFrom(from, direction, seconds * 1.3);
    };
    video.addEventListener("seeked", () => this.#later(stepFurther, PAINTED_MS), {
      once: true,
      signal: this.#stopped.signal,
    });
    video.currentTime = Math.max(0, from + (direction > 0 ? 1.5 : -0.5) * seconds);
  }

  #onSeeked() {
    const early = this.#early;
    const { currentTime } = this.video;
    // A frame that the seek has left does not lie where the playhead is now: its successor is still to come. Nor is the
    // frame from before the seek its outcome, though it may be painted once more while the seek is under way.
    const isOutcome =
      Math.abs(currentTime - early) < LONGEST_FRAME_S && (early !== this.media_s || this.#isInFrame(currentTime));
    if (early >= 0 && isOutcome) this.#onPaint(early);
    // A seek within one frame paints nothing new.
    else if (this.#isInFrame(currentTime)) this.#onPaint(this.media_s);
    const turn = this.#turn;
    const isStillWaiting = () => turn === this.#turn && this.#isWaiting && !this.video.seeking;
    this.#later(() => {
      if (!isStillWaiting() || this.#isAskedAgain || !this.video.paused) return;
      this.#isAskedAgain = true;
      this.video.currentTime = currentTime;
    }, ASKED_AGAIN_MS);
    this.#later(() => {
      if (isStillWaiting()) this.#onPaint(this.media_s >= 0 ? this.media_s : currentTime);
    }, PAINTED_MS);
  }

  /** @param {number} media_s @returns {boolean} */
  #isInFrame(media_s) {
    return (
      this.media_s >= 0 && media_s >= this.media_s && media_s < this.media_s + SURELY_IN_FRAME * this.frameSeconds()
    );
  }

  /** @param {number} media_s */
  #onPaint(media_s) {
    if (this.video.seeking) {
      this.#early = media_s;
      return;
    }
    this.#early = -1;
    this.#isWaiting = false;
    this.media_s = media_s;
    this.painted(media_s);
  }
}
