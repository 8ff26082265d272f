/**
 * The deck: one to sixteen cameras under one wall clock; the only thing on the page that moves time.
 * @module
 */

import { arrangementOf } from "./arrangement.js";
import { Holdup } from "./holdup.js";
import { meansOf } from "./pace.js";
import { part } from "../page_data.js";
import { ReviewClock } from "./review_clock.js";
import { nowUs, SECOND_US } from "../site_time.js";
import { Tile } from "./tile.js";

/** Behind reality when following: a fragment (1 s), the playlist's next reading (1 s), and the way there. */
const LIVE_DISTANCE_US = 2.6 * SECOND_US;
const LIVE_MARK_US = 15 * SECOND_US;
/** Tiles nearer to the clock than this begin to run as they are. */
const TOGETHER_US = 0.1 * SECOND_US;

/**
 * @typedef {import("../page_data.js").CameraFacts} CameraFacts
 * @typedef {import("./arrangement.js").Layout} Layout
 */

/**
 * Fires `time` (detail: instant, at most once a refresh), `seek` (instant), `state`, `focus` (camera id), `skip`
 * ({from_us, to_us}), `wait` ({camera_ids}: playing is held up by these), `tile` (Tile: its state changed), `layout`.
 */
export class Deck extends EventTarget {
  #clock = new ReviewClock(() => performance.now());
  #holdup = new Holdup();
  /** @type {Tile[]} */
  #tiles = [];
  #focusedId = 0;
  #wantsPlay = false;
  #wantsLive = false;
  #speed = 1;
  /** @type {Layout} */
  #layout = "one";
  /** @type {number | null} */
  #maximised = null;
  /** Where a scrub began, null while none is under way. @type {{wall_us: number} | null} */
  #scrub = null;
  /** Whether the focused camera's next frame, of a step or late after a pause, is to be followed by the others. */
  #isGathering = false;
  #told = { wall_us: 0, waits: "" };

  /**
   * @param {HTMLElement} stage
   * @param {{dataSaver: boolean, skipGaps: boolean}} options
   */
  constructor(stage, options) {
    super();
    this.stage = stage;
    this.mosaic = part("[data-mosaic]", HTMLElement, stage);
    this.pattern = part("[data-tile-pattern]", HTMLTemplateElement, stage);
    this.acts = part("[data-acts]", HTMLElement, stage);
    this.dataSaver = options.dataSaver;
    this.skipGaps = options.skipGaps;
    const onRefresh = () => {
      this.#tick();
      requestAnimationFrame(onRefresh);
    };
    requestAnimationFrame(onRefresh);
  }

  get tiles() { return /** @type {readonly Tile[]} */ (this.#tiles); }

  /** The tile that is looked at; there is one from the first `setCameras` on. */
  get focused() {
    const found = this.#tiles.find((tile) => tile.camera.id === this.#focusedId) ?? this.#tiles[0];
    if (!found) throw new Error("the deck has no camera");
    return found;
  }

  get maximised() { return this.#maximised; }

  get layout() { return this.#layout; }

  get speed() { return this.#speed; }

  get isPlaying() { return this.#wantsPlay; }

  get isLive() { return this.#wantsLive && this.#wantsPlay && nowUs() - this.wallUs < LIVE_MARK_US; }

  /** Where the playhead stands: the frame shown, or the instant asked for while it is fetched. */
  get wallUs() {
    if (this.#scrub || this.#clock.isRunning) return this.#clock.us;
    return this.focused.state === "paused" ? this.focused.wallUs : this.#clock.us;
  }

  /** The tiles that can be seen. */
  get #shown() {
    const alone = this.#maximised ?? (this.#layout === "one" ? this.#focusedId : null);
    return alone === null ? this.#tiles : this.#tiles.filter((tile) => tile.camera.id === alone);
  }

  /** Whether the one video there is leads the clock. */
  get #isLed() { return this.#shown.length === 1 && this.skipGaps && this.focused.trouble === null; }

  /**
   * @param {readonly CameraFacts[]} cameras
   * @param {number} focusedId
   */
  setCameras(cameras, focusedId) {
    const kept = new Map(this.#tiles.map((tile) => [tile.camera.id, tile]));
    this.acts.remove();
    this.#tiles = cameras.map((camera) => {
      const tile = kept.get(camera.id) ?? this.#make(camera);
      kept.delete(camera.id);
      this.mosaic.append(tile.root);
      return tile;
    });
    for (const tile of kept.values()) tile.destroy();
    this.#focusedId = focusedId;
    this.#arrange();
  }

  /** @param {number} cameraId */
  focus(cameraId) {
    if (cameraId === this.#focusedId || !this.#tiles.some((tile) => tile.camera.id === cameraId)) return;
    this.#focusedId = cameraId;
    if (this.#maximised !== null) this.#maximised = cameraId;
    this.#arrange();
    this.dispatchEvent(new CustomEvent("focus", { detail: cameraId }));
  }

  /** @param {number | null} cameraId */
  maximise(cameraId) {
    this.#maximised = cameraId;
    if (cameraId !== null) this.focus(cameraId);
    this.#arrange();
    this.dispatchEvent(new Event("layout"));
  }

  /** @param {Layout} layout */
  setLayout(layout) {
    this.#layout = layout;
    this.#maximised = null;
    this.#arrange();
    this.dispatchEvent(new Event("layout"));
  }

  /**
   * Show an instant in every tile. The newest call wins.
   * @param {number} us
   * @param {{play?: boolean, live?: boolean}} [options] `play` left out keeps playing or pausing
   */
  seek(us, options = {}) {
    this.#scrub = null;
    this.#isGathering = false;
    this.#wantsLive = options.live ?? false;
    if (options.play !== undefined) this.#wantsPlay = options.play;
    const at = Math.max(0, Math.min(Math.round(us), nowUs()));
    this.#holdup.reset();
    this.#stopClock();
    this.#clock.set(at);
    for (const tile of this.#shown) tile.place(at, this.#wantsLive);
    this.dispatchEvent(new CustomEvent("seek", { detail: at }));
    this.#tellState();
  }

  /** Go to the newest footage and stay with it. */
  goLive() {
    this.setSpeed(1);
    this.seek(nowUs() - LIVE_DISTANCE_US, { play: true, live: true });
  }

  play() {
    this.#isGathering = false;
    if (this.#wantsPlay) this.#holdup.goWithout();
    else this.#holdup.reset();
    this.#wantsPlay = true;
    this.#tellState();
  }

  pause() {
    const wasRunning = this.#clock.isRunning;
    this.#wantsPlay = false;
    this.#wantsLive = false;
    this.#rest();
    this.#isGathering = wasRunning;
    if (wasRunning) this.#gather();
    this.#tellState();
  }

  toggle() {
    if (this.#wantsPlay) this.pause();
    else this.play();
  }

  /** Show the next or the previous frame of the focused camera; the others follow. @param {1 | -1} direction */
  step(direction) {
    this.pause();
    this.#isGathering = true;
    this.focused.step(direction);
  }

  /** @param {number} speed */
  setSpeed(speed) {
    if (speed === this.#speed || speed === 0) return;
    this.#speed = speed;
    if (this.#clock.isRunning) this.#clock.run(speed);
    this.#tellState();
  }

  /** @param {boolean} isSaving */
  setDataSaver(isSaving) {
    this.dataSaver = isSaving;
    this.#arrange();
  }

  /** @param {boolean} isSkipping */
  setSkipGaps(isSkipping) {
    this.skipGaps = isSkipping;
  }

  /** Show pictures of an instant while a pointer drags; `seek` ends it. @param {number} us */
  scrub(us) {
    if (!this.#scrub) {
      this.#scrub = { wall_us: this.wallUs };
      this.#rest();
    }
    this.#clock.set(Math.min(us, nowUs()));
    for (const tile of this.#shown) tile.preview(us);
  }

  /** The pointer gave up: back to where it was. */
  cancelScrub() {
    if (this.#scrub) this.seek(this.#scrub.wall_us, { live: this.#wantsLive });
  }

  /** Fill the screen with the pictures, or leave it. */
  toggleFullscreen() {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void this.mosaic.requestFullscreen?.();
  }

  /** @param {CameraFacts} camera @returns {Tile} */
  #make(camera) {
    const root = /** @type {HTMLElement} */ (/** @type {DocumentFragment} */ (this.pattern.content.cloneNode(true)).firstElementChild);
    root.dataset["camera"] = String(camera.id);
    root.dataset["number"] = String(camera.number);
    root.setAttribute("aria-label", camera.title);
    part("[data-name]", HTMLElement, root).textContent = camera.name;
    part("[data-place]", HTMLElement, root).textContent = camera.place;
    part("[data-number-badge]", HTMLElement, root).textContent = String(camera.number);
    const tile = new Tile(root, camera);
    tile.addEventListener("state", () => {
      this.dispatchEvent(new CustomEvent("tile", { detail: tile }));
      if (tile === this.focused) this.#tellState();
    });
    tile.addEventListener("frame", () => this.#onFrame(tile));
    tile.addEventListener("leap", (event) => {
      if (this.#isLed && this.#clock.isRunning) this.dispatchEvent(new CustomEvent("skip", { detail: /** @type {CustomEvent} */ (event).detail }));
    });
    root.addEventListener("click", () => this.focus(camera.id));
    return tile;
  }

  #arrange() {
    if (this.#tiles.length === 0) return;
    const shown = new Set(this.#shown);
    const { columns, rows } = arrangementOf(shown.size > 1 ? this.#layout : "one", shown.size);
    this.mosaic.dataset["layout"] = shown.size > 1 ? this.#layout : "one";
    this.mosaic.style.setProperty("--columns", String(columns));
    this.mosaic.style.setProperty("--rows", String(rows));
    // Before the first seek there is no instant to join.
    const joined = this.#clock.us > 0 ? [...shown].filter((tile) => tile.root.hidden || tile.state === "idle") : [];
    for (const tile of this.#tiles) {
      const isFocused = tile === this.focused;
      tile.root.hidden = !shown.has(tile);
      tile.root.classList.toggle("focus", isFocused);
      tile.root.toggleAttribute("data-player", isFocused);
      tile.isLarge = isFocused;
      tile.setRole(tile.camera.has_sub && (this.dataSaver || (!isFocused && shown.size > 1)) ? "sub" : "main");
      if (!shown.has(tile)) tile.rest();
    }
    this.focused.root.append(this.acts);
    for (const tile of joined) tile.place(this.#clock.us, this.#wantsLive);
  }

  /** @param {Tile} tile */
  #onFrame(tile) {
    if (tile === this.focused && this.#isGathering && !this.#clock.isRunning) this.#gather();
  }

  /** Paused: the deck stands where the focused camera's frame is, and the others show what was at that time. */
  #gather() {
    if (this.focused.hole === null && this.focused.trouble === null) this.#clock.set(this.focused.wallUs);
    for (const tile of this.#shown) if (tile !== this.focused) tile.place(this.#clock.us);
  }

  /** Let all rest where they are; the clock stands with them. */
  #rest() {
    this.#stopClock();
    for (const tile of this.#tiles) tile.rest();
  }

  #stopClock() {
    this.#clock.stop();
  }

  #tick() {
    if (this.#tiles.length === 0) return;
    if (this.#wantsPlay && !this.#scrub) this.#playOn();
    const wall_us = this.wallUs;
    const { isLive } = this;
    for (const tile of this.#tiles) tile.markLive(isLive);
    if (wall_us !== this.#told.wall_us) {
      this.#told.wall_us = wall_us;
      this.dispatchEvent(new CustomEvent("time", { detail: wall_us }));
    }
  }

  #playOn() {
    const shown = this.#shown;
    if (this.#skipHole(shown)) return;
    const stalled = shown.filter((tile) => tile.isStalled).map((tile) => tile.camera.id);
    const { isHeld, waitsFor } = this.#holdup.look(stalled, shown.length, performance.now(), this.#clock.isRunning);
    if (shown.length > 1) this.#tellWaits(waitsFor);
    if (isHeld && this.#clock.isRunning) this.#rest();
    if (isHeld) return;
    if (!this.#clock.isRunning) this.#start(shown);
    this.#move(shown);
  }

  /** @param {readonly Tile[]} shown */
  #start(shown) {
    if (this.#wantsLive) {
      const ready = shown.filter((tile) => tile.isReady && tile.hole === null).map((tile) => tile.positionUs ?? Infinity);
      const at = Math.min(this.#clock.us, ...ready);
      this.#clock.set(at);
      for (const tile of shown) if (Math.abs((tile.positionUs ?? at) - at) > TOGETHER_US) tile.place(at, true);
    }
    this.#clock.run(this.#speed);
    this.#tellState();
  }

  /** @param {readonly Tile[]} shown */
  #move(shown) {
    const { focused } = this;
    if (this.#isLed && meansOf(this.#speed, 1, true) === "video") {
      const at = focused.lead(this.#speed);
      if (at !== null) this.#clock.set(at);
      return;
    }
    for (const tile of shown) tile.follow(this.#clock.us, this.#speed);
  }

  /** Where no tile has footage: go on with the next that has. @param {readonly Tile[]} shown @returns {boolean} whether it did */
  #skipHole(shown) {
    if (!this.skipGaps || !shown.every((tile) => tile.hole !== null)) return false;
    const next = Math.min(...shown.map((tile) => tile.hole?.end_us ?? Infinity));
    if (!Number.isFinite(next)) {
      this.pause();
      return true;
    }
    this.dispatchEvent(new CustomEvent("skip", { detail: { from_us: this.#clock.us, to_us: next } }));
    this.seek(next);
    return true;
  }

  /** @param {readonly number[]} waitsFor */
  #tellWaits(waitsFor) {
    const key = waitsFor.join();
    if (key === this.#told.waits) return;
    this.#told.waits = key;
    this.dispatchEvent(new CustomEvent("wait", { detail: { camera_ids: [...waitsFor] } }));
  }

  #tellState() {
    this.dispatchEvent(new Event("state"));
  }
}
