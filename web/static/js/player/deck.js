/**
 * The deck: one to sixteen cameras that play under one wall clock. A page hands it its elements and learns the rest from events.
 * @module
 */

import { arrangementOf } from "./arrangement.js";
import { Clockwork } from "./clockwork.js";
import { Emitter } from "../page/emitter.js";
import { part } from "../page/page_data.js";
import { askNow, nowUs, present, SECOND_US } from "../page/site_time.js";
import { Tile } from "./tile.js";

const LIVE_MARK_US = 15 * SECOND_US;

/**
 * @typedef {import("./tile.js").TileCamera} TileCamera
 * @typedef {import("./arrangement.js").Layout} Layout
 * @typedef {object} DeckElements what a page hands over
 * @property {HTMLElement} stage fills the screen where that is asked for
 * @property {HTMLElement} mosaic holds the tiles
 * @property {HTMLTemplateElement} tilePattern what a tile is cloned from: a `<video>` and the `data-` parts that tile.js names
 * @typedef {object} DeckOptions
 * @property {boolean} [dataSaver] whether to play the small stream where there is one
 * @property {boolean} [skipGaps] whether playing skips what no camera has recorded
 */

/**
 * @template {TileCamera} C
 * @typedef {import("./clockwork.js").ClockworkEvents & DeckOwnEvents & {tile: Tile<C>, picture: Tile<C>}} DeckEvents `tile`: its state is another; `picture`: it shows another where there is no video
 */
/**
 * @typedef {object} DeckOwnEvents
 * @property {number} time the instant on screen, at most once a refresh
 * @property {number} focus a camera id
 * @property {undefined} layout
 * @property {undefined} arranged tiles were placed anew
 */

/**
 * @template {TileCamera} [C=import("../page/page_data.js").CameraFacts]
 * @extends {Emitter<DeckEvents<C>>}
 */
export class Deck extends Emitter {
  #clockwork;
  /** @type {Tile<C>[]} */
  #tiles = [];
  #focusedId = 0;
  /** @type {Layout} */
  #layout = "one";
  /** @type {number | null} */
  #maximised = null;
  #reportedUs = 0;
  #refresh = 0;
  #closed = new AbortController();

  /**
   * @param {DeckElements} elements
   * @param {DeckOptions} [options]
   */
  constructor({ stage, mosaic, tilePattern }, { dataSaver = false, skipGaps = false } = {}) {
    super();
    this.stage = stage;
    this.mosaic = mosaic;
    this.tilePattern = tilePattern;
    this.dataSaver = dataSaver;
    this.skipGaps = skipGaps;
    this.#clockwork = new Clockwork(() => ({ tiles: this.#shown, focused: this.focused, skipGaps: this.skipGaps }));
    const clockwork = this.#clockwork;
    clockwork.on("seek", (us) => this.emit("seek", us));
    clockwork.on("skip", (skip) => this.emit("skip", skip));
    clockwork.on("wait", (wait) => this.emit("wait", wait));
    clockwork.on("edge", (edge) => this.emit("edge", edge));
    clockwork.on("no-answer", () => this.emit("no-answer"));
    clockwork.on("state", () => this.emit("state"));
    const { signal } = this;
    document.addEventListener("visibilitychange", () => void this.#onVisibility(), { signal });
    present.on("jump", () => this.#returnToPresent(), signal);
    const onRefresh = () => {
      // First, so that a fault in one refresh is not the end of all.
      this.#refresh = requestAnimationFrame(onRefresh);
      this.#tick();
    };
    this.#refresh = requestAnimationFrame(onRefresh);
  }

  /** Aborted once the deck is closed: what serves it ends with it. */
  get signal() {
    return this.#closed.signal;
  }

  /** Stop playing and loading for good, and take the tiles away. */
  close() {
    this.#closed.abort();
    cancelAnimationFrame(this.#refresh);
    this.#clockwork.close();
    for (const tile of this.#tiles) tile.close();
    this.#tiles = [];
  }

  get tiles() {
    return /** @type {readonly Tile<C>[]} */ (this.#tiles);
  }

  /** The tile in focus; there is one from the first `setCameras` on. */
  get focused() {
    const found = this.#tiles.find((tile) => tile.camera.id === this.#focusedId) ?? this.#tiles[0];
    if (!found) throw new Error("the deck has no camera");
    return found;
  }

  get maximised() {
    return this.#maximised;
  }

  get layout() {
    return this.#layout;
  }

  get speed() {
    return this.#clockwork.speed;
  }

  get isPlaying() {
    return this.#clockwork.wantsPlay;
  }

  get isLive() {
    return this.#clockwork.wantsLive && this.isPlaying && nowUs() - this.wallUs < LIVE_MARK_US;
  }

  /** Where the playhead stands: the frame shown, or the instant asked for while it is fetched. */
  get wallUs() {
    return this.#clockwork.wallUs;
  }

  /** The tiles that can be seen. */
  get #shown() {
    const alone = this.#maximised ?? (this.#layout === "one" ? this.focused.camera.id : null);
    return alone === null ? this.#tiles : this.#tiles.filter((tile) => tile.camera.id === alone);
  }

  /**
   * Tiles that stay keep playing; new ones join at the present instant.
   * @param {readonly C[]} cameras
   * @param {number} focusedId
   */
  setCameras(cameras, focusedId) {
    const kept = new Map(this.#tiles.map((tile) => [tile.camera.id, tile]));
    this.#tiles = cameras.map((camera) => {
      const tile = kept.get(camera.id) ?? this.#make(camera);
      kept.delete(camera.id);
      tile.renumber(camera.number);
      return tile;
    });
    for (const tile of kept.values()) tile.close();
    for (const [at, tile] of this.#tiles.entries()) {
      // Moving an element would stop its video: only those at another place are.
      if (this.mosaic.children[at] !== tile.root) this.mosaic.insertBefore(tile.root, this.mosaic.children[at] ?? null);
    }
    this.#focusedId = focusedId;
    if (!this.#tiles.some((tile) => tile.camera.id === this.#maximised)) this.#maximised = null;
    this.#arrange();
  }

  /** @param {number} cameraId */
  focus(cameraId) {
    if (cameraId === this.#focusedId || !this.#tiles.some((tile) => tile.camera.id === cameraId)) return;
    this.#focusedId = cameraId;
    if (this.#maximised !== null) this.#maximised = cameraId;
    this.#arrange();
    this.emit("focus", cameraId);
  }

  /** Show one tile alone, or all again. @param {number | null} cameraId */
  maximise(cameraId) {
    if (cameraId !== null) this.focus(cameraId);
    this.#maximised = cameraId;
    this.#arrange();
    this.emit("layout");
  }

  /** @param {Layout} layout */
  setLayout(layout) {
    this.#layout = layout;
    this.#maximised = null;
    this.#arrange();
    this.emit("layout");
  }

  /**
   * Show an instant in every tile. The newest call wins.
   * @param {number} us
   * @param {{play?: boolean, live?: boolean}} [options] `play` left out keeps playing or pausing
   */
  seek(us, options) {
    this.#clockwork.seek(us, options);
  }

  /** Go to the newest footage and stay with it. */
  goLive() {
    this.#clockwork.goLive();
  }

  /** While a tile keeps the others waiting: go on without it. */
  play() {
    this.#clockwork.play();
  }

  pause() {
    this.#clockwork.pause();
  }

  toggle() {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  /** Show the next or the previous frame of the focused camera; the others follow. @param {1 | -1} direction */
  step(direction) {
    this.#clockwork.step(direction);
  }

  /** @param {number} speed -16 to 16, never 0 */
  setSpeed(speed) {
    this.#clockwork.setSpeed(speed);
  }

  /** Show pictures of an instant while a pointer drags; `seek` ends it. @param {number} us */
  scrub(us) {
    this.#clockwork.scrub(us);
  }

  /** The pointer gave up: back to where it was. */
  cancelScrub() {
    this.#clockwork.cancelScrub();
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

  /** Fill the screen with the pictures, or leave it. */
  toggleFullscreen() {
    if (document.fullscreenElement) void document.exitFullscreen();
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- telephones of Apple have none
    else void this.stage.requestFullscreen?.();
  }

  /** What the page showed before any script ran stays on screen as the tile's own picture. @param {C} camera @param {HTMLElement} root */
  #takeFirstPicture(camera, root) {
    const first = this.mosaic.querySelector("[data-first-tile]");
    if (!(first instanceof HTMLElement)) return;
    first.remove();
    if (first.dataset["firstTile"] === String(camera.id))
      part("[data-poster]", HTMLImageElement, root).replaceWith(part("[data-poster]", HTMLImageElement, first));
  }

  /** @param {C} camera @returns {Tile<C>} */
  #make(camera) {
    const root = /** @type {HTMLElement} */ (
      /** @type {DocumentFragment} */ (this.tilePattern.content.cloneNode(true)).firstElementChild
    );
    this.#takeFirstPicture(camera, root);
    const tile = new Tile(root, camera);
    tile.on("state", () => {
      this.emit("tile", tile);
      if (tile === this.focused) this.emit("state");
    });
    tile.on("picture", () => this.emit("picture", tile));
    tile.on("frame", () => this.#clockwork.onFrame(tile));
    tile.on("leap", (leap) => {
      if (this.#shown.length === 1 && this.#clockwork.isRunning) this.emit("skip", leap);
    });
    root.addEventListener("click", () => this.focus(camera.id));
    root.addEventListener("dblclick", () =>
      this.maximise(this.#maximised === null && this.#tiles.length > 1 ? camera.id : null),
    );
    return tile;
  }

  #arrange() {
    if (this.#tiles.length === 0) return;
    const shown = new Set(this.#shown);
    const layout = shown.size > 1 ? this.#layout : "one";
    const { columns, rows } = arrangementOf(layout, shown.size);
    this.mosaic.dataset["layout"] = layout;
    this.mosaic.style.setProperty("--columns", String(columns));
    this.mosaic.style.setProperty("--rows", String(rows));
    // Before the first seek there is no instant to join.
    const joined = this.#clockwork.us > 0 ? [...shown].filter((tile) => tile.root.hidden || tile.state === "idle") : [];
    for (const tile of this.#tiles) {
      const isFocused = tile === this.focused;
      tile.root.hidden = !shown.has(tile);
      tile.root.classList.toggle("focus", isFocused);
      tile.root.toggleAttribute("data-player", isFocused);
      tile.choose(
        tile.camera.has_sub && (this.dataSaver || (!isFocused && shown.size > 1)) ? "sub" : "main",
        isFocused,
      );
      if (!shown.has(tile)) tile.pause();
    }
    for (const tile of joined) this.#clockwork.join(tile);
    this.emit("arranged");
  }

  async #onVisibility() {
    const isHidden = document.visibilityState === "hidden";
    if (isHidden) this.#clockwork.freeze();
    for (const tile of this.#shown) tile.setLoading(!isHidden);
    if (isHidden) return;
    // The present has gone on meanwhile, by how much a device that slept does not know; anything else goes on where it was.
    await askNow();
    if (!this.signal.aborted) this.#returnToPresent();
  }

  #returnToPresent() {
    if (this.#clockwork.wantsLive && this.isPlaying && document.visibilityState === "visible") this.goLive();
  }

  #tick() {
    if (this.#tiles.length === 0) return;
    this.#clockwork.tick();
    const { isLive, wallUs } = this;
    const isFollowed = this.#clockwork.wantsLive && this.isPlaying;
    for (const tile of this.#shown) {
      tile.markLive(isLive, isFollowed);
      tile.onRefresh(performance.now());
    }
    if (wallUs === this.#reportedUs) return;
    this.#reportedUs = wallUs;
    this.emit("time", wallUs);
  }
}
