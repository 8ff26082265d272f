/**
 * One camera's picture, moved by wall time: never black, the newest wish first, the old picture until the new one is painted.
 *
 * Its element carries `data-state`, and `data-wall-us`: the wall time of the picture on screen.
 * @module
 */

import { session } from "../page/api.js";
import { VideoSwap } from "./video_swap.js";
import { isSupported } from "./footage_source.js";
import { LiveMark } from "./live_mark.js";
import { nearestTo } from "./nearest_footage.js";
import { Emitter } from "../page/emitter.js";
import { part } from "../page/page_data.js";
import { clockTenths, nearestTenth, nowUs, SECOND_US } from "../page/site_time.js";
import { TileStills } from "./tile_stills.js";

const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000];
/** Loading twice at one place within this time means that it does not help. */
const REPEATED_MS = 5_000;

/**
 * @typedef {object} TileEvents
 * @property {undefined} state
 * @property {undefined} frame another frame of the video is on screen
 * @property {undefined} picture another picture is, where there is no video
 * @property {import("./media_window.js").Leap} leap played over a gap
 * @typedef {"idle" | "loading" | "paused" | "playing" | "gap" | "error" | "unsupported"} TileState
 * @typedef {Pick<import("../page/page_data.js").CameraFacts, "id" | "number" | "name" | "place" | "title" | "oldest_us" | "has_sub">} TileCamera what a tile must know of its camera
 * @typedef {import("./footage_source.js").Role} Role
 * @typedef {import("./footage_source.js").Trouble} Trouble
 * @typedef {"video" | "frames" | "keyframes"} Means
 */

/**
 * @template {TileCamera} [C=import("../page/page_data.js").CameraFacts]
 * @extends {Emitter<TileEvents>}
 */
export class Tile extends Emitter {
  #swap;
  #stills;
  /** What brings the picture now. @type {Means} */
  #means = "video";
  #isRunning = false;
  /** Whether a pointer drags: pictures of where it is stand over the video. */
  #isPreviewing = false;
  /** The gap that it was in at the last change. @type {import("./media_window.js").Gap | null} */
  #lastGap = null;
  /** Whether there is no keyframe where the clock is. */
  #isInGap = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  #failures = 0;
  #lastReload = { at_ms: -Infinity, wall_us: 0 };
  /** Streams that this browser cannot play. @type {Set<Role>} */
  #unplayable = new Set();
  /** The stream that was chosen for it. @type {Role} */
  #chosen = "main";
  #closed = new AbortController();

  /**
   * @param {HTMLElement} root
   * @param {C} camera
   */
  constructor(root, camera) {
    super();
    this.root = root;
    this.camera = camera;
    /** Its place on the page, from 1. */
    this.number = camera.number;
    this.clock = part("[data-frame-clock]", HTMLElement, root);
    this.liveMark = new LiveMark(root);
    root.dataset["camera"] = String(camera.id);
    root.setAttribute("aria-label", camera.title);
    part("[data-name]", HTMLElement, root).textContent = camera.name;
    part("[data-place]", HTMLElement, root).textContent = camera.place;
    /** @type {TileState} */
    this.state = "idle";
    /** @type {Trouble | null} */
    this.trouble = null;
    /** The stream that is wanted: the chosen one, if it can be played. @type {Role} */
    this.role = "main";
    /** Whether it is the one in focus, which may load more. */
    this.isLarge = true;
    /** The instant asked for last. */
    this.targetUs = 0;
    /** The instant of the frame on screen; of the one asked for while it is fetched. */
    this.wallUs = 0;
    /** The instant of the picture on screen; 0 while that is of another time altogether. */
    this.pictureUs = 0;
    this.#swap = new VideoSwap(part("video", HTMLVideoElement, root), camera.id);
    this.#swap.on("frame", () => this.#onFrame());
    this.#swap.on("change", () => this.#onChange());
    this.#swap.on("leap", (leap) => this.emit("leap", leap));
    this.#swap.on("trouble", (trouble) => this.#onTrouble(trouble));
    this.#stills = new TileStills(root, camera.id);
    this.#stills.on("picture", (us) => this.#onPicture(us));
    this.#stills.on("gap", () => this.#setInGap(this.#means === "keyframes"));
  }

  /** Aborted once the tile is closed: what serves it ends with it. */
  get signal() {
    return this.#closed.signal;
  }

  /** The element whose frame is on screen; another one takes its place now and then. */
  get video() {
    return this.#swap.video;
  }

  /** The still picture that stands in for the video. */
  get poster() {
    return this.#stills.poster;
  }

  get frameSeconds() {
    return this.#swap.frameSeconds;
  }

  /** The gap in its footage that it stands in, or null. @returns {import("./media_window.js").Gap | null} */
  get gap() {
    if (this.#means !== "keyframes") return this.#swap.gap;
    return this.#isInGap ? { start_us: null, end_us: null } : null;
  }

  /** The instant at its playhead; null while it has none. @returns {number | null} */
  get positionUs() {
    return this.#swap.positionUs;
  }

  /** Whether it shows the frame asked for and could play on, or never will. Trouble that may pass is waited for. */
  get isReady() {
    return this.trouble === "unsupported" || (this.trouble === null && this.#swap.isReady);
  }

  /** Whether it learns of new footage without asking. */
  get isUpdating() {
    return this.trouble === null && this.#swap.isUpdating;
  }

  /**
   * Show the frame of an instant, paused. The newest call wins.
   * @param {number} us
   * @param {boolean} [isLive] begin with the newest footage and stay with it
   */
  seek(us, isLive = false) {
    clearTimeout(this.#retry);
    this.#stills.stop();
    this.#means = "video";
    this.#isRunning = false;
    this.#isPreviewing = false;
    this.#isInGap = false;
    this.targetUs = us;
    this.wallUs = us;
    this.pictureUs = 0;
    if (!isSupported()) this.#fail("unsupported");
    else if (this.trouble === "unsupported" && this.#swap.reaches(us)) this.#stills.cover(us, true);
    else {
      // Elsewhere the camera may have recorded in another way.
      if (this.trouble === "unsupported") this.#tryAllStreams();
      this.trouble = null;
      this.#swap.seek(us, isLive);
      if (!this.#swap.gap && !this.#swap.isBuffered(us)) this.#stills.cover(us);
      this.#readState();
    }
  }

  /** Stop where it is. */
  pause() {
    this.#isRunning = false;
    this.#stills.stop();
    this.#swap.pause();
    this.#readState();
  }

  /** Keep in step with a running clock by playing. @param {number} us @param {number} speed */
  follow(us, speed) {
    this.#isPreviewing = false;
    this.#means = "video";
    this.#isRunning = true;
    this.targetUs = us;
    if (this.trouble === null) this.#swap.follow(us, speed);
    else this.#stills.follow(us);
    this.#readState();
  }

  /** Play by its own time, which leads the clock. @param {number} speed @returns {number | null} the instant at its playhead */
  lead(speed) {
    this.#isPreviewing = false;
    this.#means = "video";
    this.#isRunning = true;
    const at = this.#swap.lead(speed);
    if (at !== null) this.targetUs = at;
    this.#readState();
    return at;
  }

  /** Keep in step with a clock that runs fast or backwards. @param {number} us @param {"frames" | "keyframes"} means @param {number} speed */
  shuttle(us, means, speed) {
    this.#isPreviewing = false;
    this.#isRunning = true;
    this.targetUs = us;
    if (this.#means === "video") this.#swap.pause();
    this.#means = means;
    if (this.trouble === "unsupported") this.#stills.follow(us);
    else if (means === "frames") this.#swap.chase(us);
    else this.#stills.showKeyframe(us, speed);
    this.#readState();
  }

  /** Show the next or the previous frame. @param {1 | -1} direction */
  step(direction) {
    this.#isRunning = false;
    this.#swap.step(direction);
  }

  /** A still picture of an instant at once, while a pointer drags; the video comes with `seek`. @param {number} us */
  preview(us) {
    this.#isPreviewing = true;
    this.#swap.pause();
    this.targetUs = us;
    this.#stills.scrub(us);
  }

  /** Choose the stream, and whether it is the one in focus. What is on screen stays until the other is there. @param {Role} role @param {boolean} isLarge */
  choose(role, isLarge) {
    this.#chosen = role;
    const isSubBetter = this.#unplayable.has(role) && this.camera.has_sub && !this.#unplayable.has("sub");
    this.role = isSubBetter ? "sub" : role;
    this.isLarge = isLarge;
    this.#swap.choose(this.role, isLarge);
    this.#stills.choose(this.role, isLarge);
  }

  /** @param {number} number its place on the page */
  renumber(number) {
    this.number = number;
    this.root.dataset["number"] = String(number);
    part("[data-number-badge]", HTMLElement, this.root).textContent = String(number);
  }

  /** Called once a refresh. @param {number} now_ms monotonic */
  onRefresh(now_ms) {
    if (this.trouble === null && this.#means === "video" && !this.#isPreviewing) this.#swap.reloadIfStuck(now_ms);
  }

  /** Whether to fetch footage ahead; a page that nobody sees does not. @param {boolean} isLoading */
  setLoading(isLoading) {
    this.#swap.setLoading(isLoading);
  }

  /** Say whether this is the present; followed, a picture that has grown old is grey and says how old it is. @param {boolean} isLive @param {boolean} isFollowed */
  markLive(isLive, isFollowed) {
    this.liveMark.show(isLive, isFollowed, this);
  }

  /** Let go of all media and timers, and leave the page. */
  close() {
    this.#closed.abort();
    clearTimeout(this.#retry);
    this.#stills.close();
    this.#swap.close();
    this.root.remove();
  }

  #onFrame() {
    this.#failures = 0;
    const { shownUs } = this.#swap;
    // A frame of where the pointer was before it dragged comes too late.
    const isShown = this.#means !== "keyframes" && shownUs !== null && !this.#isPreviewing;
    if (isShown) {
      this.#stills.uncover();
      this.wallUs = shownUs;
      this.#label(shownUs);
    }
    this.#readState();
    if (isShown) this.emit("frame");
  }

  #onChange() {
    const { gap } = this.#swap;
    const isAnother = gap !== this.#lastGap;
    this.#lastGap = gap;
    if (gap && isAnother && this.#means !== "keyframes" && !this.#isPreviewing) {
      this.root.dataset["wallUs"] = String(this.targetUs);
      // Where it was played up to, the last picture before the gap is there.
      if (!this.#isRunning) void this.#showLast(gap);
    }
    this.#readState();
  }

  /** The last picture before a gap. @param {import("./media_window.js").Gap} gap */
  async #showLast(gap) {
    const at = this.targetUs;
    const { signal } = this;
    try {
      const end_us = gap.start_us ?? (await nearestTo(this.camera.id, at, signal)).before_us;
      if (!signal.aborted && at === this.targetUs && end_us !== null) this.#stills.cover(end_us - 1, true);
    } catch {
      // Without it the tile's own ground remains, and the words over it.
    }
  }

  /** @param {number} us */
  #onPicture(us) {
    this.#label(us);
    this.#setInGap(false);
    this.emit("picture");
  }

  /** @param {boolean} isInGap */
  #setInGap(isInGap) {
    this.#isInGap = isInGap;
    this.#readState();
  }

  /** @param {number} us the instant of the picture on screen */
  #label(us) {
    this.pictureUs = us;
    this.root.dataset["wallUs"] = String(us);
    this.clock.textContent = clockTenths(nearestTenth(us));
  }

  #readState() {
    if (this.trouble) this.#setState(this.trouble === "unsupported" ? "unsupported" : "error");
    else if (this.gap) this.#setState("gap");
    else if (this.#means !== "video") this.#setState(this.#isRunning ? "playing" : "paused");
    else if (!this.#swap.isSettled) this.#setState("loading");
    else if (!this.#isRunning) this.#setState("paused");
    else this.#setState(this.video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA ? "loading" : "playing");
  }

  /** @param {TileState} state */
  #setState(state) {
    if (state === this.state) return;
    this.state = state;
    this.root.dataset["state"] = state;
    this.emit("state");
  }

  /** @param {Trouble} trouble */
  #onTrouble(trouble) {
    if (trouble === "signed-out") session.emit("end");
    // Retention took a piece under our feet: the new playlist begins after it.
    else if (trouble === "purged" && this.#reload()) return;
    else if (trouble === "unsupported" && this.#takeOtherStream()) return;
    else this.#fail(trouble);
  }

  /** The smaller stream may be one that this browser can play. @returns {boolean} whether there is one to try */
  #takeOtherStream() {
    this.#unplayable.add(this.role);
    if (this.role !== "main" || !this.camera.has_sub || this.#unplayable.has("sub")) return false;
    const chosen = this.#chosen;
    this.choose("sub", this.isLarge);
    this.#chosen = chosen;
    return true;
  }

  #tryAllStreams() {
    this.#unplayable.clear();
    this.choose(this.#chosen, this.isLarge);
  }

  /** @returns {boolean} whether it was tried */
  #reload() {
    const isRepeated =
      performance.now() - this.#lastReload.at_ms < REPEATED_MS &&
      Math.abs(this.targetUs - this.#lastReload.wall_us) < SECOND_US;
    this.#lastReload = { at_ms: performance.now(), wall_us: this.targetUs };
    if (!isRepeated) this.#swap.reload(this.targetUs);
    return !isRepeated;
  }

  /** @param {Trouble} trouble */
  #fail(trouble) {
    this.trouble = trouble;
    // What is loaded must not play on under the words and the picture.
    this.#swap.pause();
    this.#stills.cover(Math.min(this.targetUs, nowUs()), true);
    this.#readState();
    // The same state may have another reason now.
    this.emit("state");
    clearTimeout(this.#retry);
    if (trouble === "unsupported") return;
    const wait = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)] ?? 15_000;
    this.#failures += 1;
    this.#retry = setTimeout(() => {
      this.trouble = null;
      this.#swap.reload(this.targetUs);
      this.#readState();
    }, wait);
  }
}
