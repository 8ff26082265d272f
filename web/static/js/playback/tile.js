/**
 * One camera's picture, moved by wall time: never black, the newest wish first, the old picture until the new one is painted.
 *
 * Its element tells what it does: `data-state`, and `data-wall-us`, the wall time of the picture that is on screen.
 * @module
 */

import { Film } from "./film.js";
import { isSupported } from "./footage_source.js";
import { KeyframeReel } from "./keyframe_reel.js";
import { part } from "../page_data.js";
import { PictureFrame } from "../pictures.js";
import { clockTenths, nowUs, SECOND_US } from "../site_time.js";

const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000];
const SMALL_PICTURE = 320;
const LARGE_PICTURE = 960;
/** Pictures that the server makes one by one follow a clock no faster than this. */
const PICTURE_EVERY_MS = 400;
/** A pointer rests when it has not moved for this long. */
const RESTS_MS = 60;

/**
 * @typedef {"idle" | "loading" | "paused" | "playing" | "gap" | "error" | "unsupported"} TileState
 * @typedef {import("./footage_source.js").Role} Role
 * @typedef {import("./footage_source.js").Trouble} Trouble
 * @typedef {"video" | "frames" | "keyframes"} Means
 */

/** Fires `state`, `frame` (another picture is on screen) and `leap` (detail {from_us, to_us}: played over a gap). */
export class Tile extends EventTarget {
  #film;
  /** @type {KeyframeReel | null} */
  #reel = null;
  /** What brings the picture now. @type {Means} */
  #means = "video";
  #isRunning = false;
  #isInHole = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #failures = 0;
  #lastReload = { at_ms: -Infinity, wall_us: 0 };
  #lastPictureMs = -Infinity;
  /** Streams that this browser cannot play. @type {Set<Role>} */
  #unplayable = new Set();

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
    root.dataset["camera"] = String(camera.id);
    root.setAttribute("aria-label", camera.title);
    part("[data-name]", HTMLElement, root).textContent = camera.name;
    part("[data-place]", HTMLElement, root).textContent = camera.place;
    this.poster = new PictureFrame(part("[data-poster]", HTMLImageElement, root), camera.id, SMALL_PICTURE);
    this.clock = part("[data-frame-clock]", HTMLElement, root);
    this.liveMark = part("[data-live-mark]", HTMLElement, root);
    /** @type {TileState} */
    this.state = "idle";
    /** @type {Trouble | null} */
    this.trouble = null;
    /** The stream that is wanted. @type {Role} */
    this.role = "main";
    /** Whether it is the one that is looked at, which may load more. */
    this.isLarge = true;
    /** The instant asked for last. */
    this.targetUs = 0;
    /** The instant of the picture on screen; of the one asked for while it is fetched. */
    this.wallUs = 0;
    /** The instant of the picture that is on screen, 0 before the first. */
    this.pictureUs = 0;
    this.#film = new Film(part("video", HTMLVideoElement, root), camera.id);
    this.#film.addEventListener("frame", () => this.#onFrame());
    this.#film.addEventListener("change", () => this.#onChange());
    this.#film.addEventListener("leap", (event) => this.dispatchEvent(new CustomEvent("leap", { detail: /** @type {CustomEvent} */ (event).detail })));
    this.#film.addEventListener("trouble", (event) => this.#onTrouble(/** @type {CustomEvent<Trouble>} */ (event).detail));
  }

  /** The element whose frame is on screen; another one takes its place now and then. */
  get video() { return this.#film.video; }

  get frameSeconds() { return this.#film.frameSeconds; }

  /** The hole in its footage that it stands in, or null. @returns {import("./feed.js").Hole | null} */
  get hole() {
    if (this.#means === "video" || this.#means === "frames") return this.#film.hole;
    return this.#isInHole ? { start_us: null, end_us: null } : null;
  }

  /** The instant at its playhead; null while it has none. @returns {number | null} */
  get positionUs() { return this.#film.positionUs; }

  /** Whether it shows the frame asked for and could play on, or never will. */
  get isReady() { return this.trouble !== null || this.#film.isReady; }

  /** Whether it shows nothing but pictures that the server makes. */
  get #isStill() { return this.trouble === "unsupported"; }

  /**
   * Show the frame of an instant, and rest there. The newest call wins.
   * @param {number} us
   * @param {boolean} [isLive] begin with the newest footage and stay with it
   */
  place(us, isLive = false) {
    clearTimeout(this.#timer);
    this.#reel?.rest();
    this.#means = "video";
    this.#isRunning = false;
    this.#isInHole = false;
    this.targetUs = us;
    this.wallUs = us;
    this.pictureUs = 0;
    if (this.#isStill) {
      this.#showPicture(us);
      return;
    }
    if (!isSupported()) {
      this.#fail("unsupported");
      return;
    }
    this.trouble = null;
    this.#film.place(us, isLive);
    if (!this.#film.isBuffered(us)) this.#showPicture(us);
    this.#readState();
  }

  /** Stay where it is. */
  rest() {
    this.#isRunning = false;
    this.#reel?.rest();
    this.#film.rest();
    this.#readState();
  }

  /** Keep in step with a running clock by playing. @param {number} us @param {number} speed */
  follow(us, speed) {
    this.#means = "video";
    this.#isRunning = true;
    this.targetUs = us;
    if (this.trouble === null) this.#film.follow(us, speed);
    else this.#showPictureNow(us);
    this.#readState();
  }

  /** Play by its own time, which leads the clock. @param {number} speed @returns {number | null} the instant at its playhead */
  lead(speed) {
    this.#means = "video";
    this.#isRunning = true;
    const at = this.#film.lead(speed);
    if (at !== null) this.targetUs = at;
    this.#readState();
    return at;
  }

  /** Keep in step with a clock that runs fast or backwards. @param {number} us @param {"frames" | "keyframes"} means */
  glance(us, means) {
    this.#isRunning = true;
    this.targetUs = us;
    if (this.#means === "video") this.#film.rest();
    this.#means = means;
    if (this.#isStill) this.#showPictureNow(us);
    else if (means === "frames") this.#film.glide(us);
    else this.#showKeyframe(us);
    this.#readState();
  }

  /** Show the next or the previous frame. @param {1 | -1} direction */
  step(direction) {
    this.#isRunning = false;
    this.#film.step(direction);
  }

  /** A still picture of an instant at once, and its keyframe when the pointer rests; the video comes with `place`. @param {number} us */
  preview(us) {
    clearTimeout(this.#timer);
    this.#reel?.rest();
    this.#film.rest();
    this.targetUs = us;
    this.poster.width = SMALL_PICTURE;
    this.poster.keepsOld = true;
    void this.poster.show(us, (taken) => this.#label(taken));
    if (this.isLarge && !this.#isStill) this.#timer = setTimeout(() => this.#showKeyframe(us), RESTS_MS);
  }

  /** Choose the stream, and whether it is the one looked at. What is on screen stays until the other is there. @param {Role} role @param {boolean} isLarge */
  choose(role, isLarge) {
    this.isLarge = isLarge;
    this.role = this.#unplayable.has(role) && this.camera.has_sub && !this.#unplayable.has("sub") ? "sub" : role;
    this.#film.choose(this.role, isLarge);
    if (this.#reel && this.#reel.role !== this.role) this.#dropReel();
  }

  /** @param {number} number its place on the page */
  renumber(number) {
    this.number = number;
    this.root.dataset["number"] = String(number);
    part("[data-number-badge]", HTMLElement, this.root).textContent = String(number);
  }

  /** Whether to fetch footage ahead; a page that nobody sees does not. @param {boolean} isLoading */
  setLoading(isLoading) {
    this.#film.setLoading(isLoading);
  }

  /** Say whether this is the present. @param {boolean} isLive */
  markLive(isLive) {
    this.liveMark.hidden = !isLive || this.state !== "playing";
  }

  destroy() {
    clearTimeout(this.#timer);
    this.#dropReel();
    this.#film.unload();
    this.poster.destroy();
    this.root.remove();
  }

  /** Over what is there, until the video has painted. @param {number} us */
  #showPicture(us) {
    this.poster.width = this.isLarge ? LARGE_PICTURE : SMALL_PICTURE;
    this.poster.keepsOld = false;
    void this.poster.show(us, (taken) => this.#label(taken));
  }

  /** Follow a clock with pictures. @param {number} us */
  #showPictureNow(us) {
    if (performance.now() - this.#lastPictureMs < PICTURE_EVERY_MS) return;
    this.#lastPictureMs = performance.now();
    this.#showPicture(us);
    this.poster.keepsOld = true;
  }

  /** @param {number} us */
  #showKeyframe(us) {
    const reel = this.#reel ?? this.#openReel();
    if (!reel.isUsable) {
      this.#showPictureNow(us);
      return;
    }
    if (!reel.video.isConnected) this.video.before(reel.video);
    reel.show(us);
  }

  /** @returns {KeyframeReel} */
  #openReel() {
    const reel = new KeyframeReel(this.camera.id, this.role);
    reel.addEventListener("frame", () => {
      if (reel !== this.#reel) return;
      this.#isInHole = false;
      reel.video.classList.add("shown");
      this.poster.hide();
      this.#label(reel.shownUs ?? this.targetUs);
      this.#readState();
      this.dispatchEvent(new Event("frame"));
    });
    reel.addEventListener("hole", () => {
      this.#isInHole = this.#means === "keyframes";
      this.#readState();
    });
    this.#reel = reel;
    return reel;
  }

  /** Keyframes give way to the video. */
  #hideReel() {
    if (!this.#reel?.video.isConnected) return;
    this.#reel.rest();
    this.#reel.video.classList.remove("shown");
    this.#reel.video.remove();
    if (!this.isLarge) this.#dropReel();
  }

  #dropReel() {
    this.#reel?.destroy();
    this.#reel = null;
  }

  #onFrame() {
    this.#failures = 0;
    const { shownUs } = this.#film;
    if (this.#means !== "keyframes" && shownUs !== null) {
      this.poster.hide();
      this.#hideReel();
      this.wallUs = shownUs;
      this.#label(shownUs);
    }
    this.#readState();
    if (this.#means !== "keyframes" && shownUs !== null) this.dispatchEvent(new Event("frame"));
  }

  #onChange() {
    const { hole } = this.#film;
    if (hole && this.state !== "gap" && this.#means !== "keyframes") {
      this.#hideReel();
      this.root.dataset["wallUs"] = String(this.targetUs);
      // The last picture before the hole; where it was played up to, it is there.
      if (!this.#isRunning) this.#showPicture(hole.start_us === null ? this.targetUs : hole.start_us - 1);
    }
    this.#readState();
  }

  /** @param {number} us the instant of the picture on screen */
  #label(us) {
    this.pictureUs = us;
    this.root.dataset["wallUs"] = String(us);
    this.clock.textContent = clockTenths(us);
    if (this.state === "gap") this.dispatchEvent(new Event("picture"));
  }

  #readState() {
    if (this.trouble) this.#setState(this.trouble === "unsupported" ? "unsupported" : "error");
    else if (this.hole) this.#setState("gap");
    else if (this.#means !== "video") this.#setState(this.#isRunning ? "playing" : "paused");
    else if (!this.#film.isSettled) this.#setState("loading");
    else if (!this.#isRunning) this.#setState("paused");
    else this.#setState(this.video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA ? "loading" : "playing");
  }

  /** @param {TileState} state */
  #setState(state) {
    if (state === this.state) return;
    this.state = state;
    this.root.dataset["state"] = state;
    this.dispatchEvent(new Event("state"));
  }

  /** @param {Trouble} trouble */
  #onTrouble(trouble) {
    if (trouble === "signed-out") {
      location.reload();
      return;
    }
    // Retention took a piece under our feet: the new playlist begins after it.
    if (trouble === "purged" && this.#reload()) return;
    if (trouble === "unsupported") {
      this.#unplayable.add(this.role);
      // The smaller stream may be one that this browser can play.
      if (this.role === "main" && this.camera.has_sub && !this.#unplayable.has("sub")) {
        this.choose("sub", this.isLarge);
        return;
      }
    }
    this.#fail(trouble);
  }

  /** Load afresh; twice at the same place within a while means that it does not help. @returns {boolean} whether it was tried */
  #reload() {
    const isRepeated = performance.now() - this.#lastReload.at_ms < 5_000 && Math.abs(this.targetUs - this.#lastReload.wall_us) < SECOND_US;
    this.#lastReload = { at_ms: performance.now(), wall_us: this.targetUs };
    if (!isRepeated) this.#film.reload();
    return !isRepeated;
  }

  /** @param {Trouble} trouble */
  #fail(trouble) {
    this.trouble = trouble;
    this.#showPicture(Math.min(this.targetUs, nowUs()));
    this.#readState();
    this.dispatchEvent(new Event("state"));
    clearTimeout(this.#timer);
    if (trouble === "unsupported") return;
    const wait = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)] ?? 15_000;
    this.#failures += 1;
    this.#timer = setTimeout(() => {
      this.trouble = null;
      this.#film.reload();
      this.#readState();
    }, wait);
  }
}
