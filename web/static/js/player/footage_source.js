/**
 * One window of footage as an hls.js player on a playlist of some hours, with its map of wall time.
 * @module
 */

import Hls from "../../vendor/hls.mjs";
import { ApiError } from "../page/api.js";
import { countSamples } from "./mp4_boxes.js";
import { nearestTo } from "./nearest_footage.js";
import { MINUTE_US, nowUs, rfc3339, SECOND_US } from "../page/site_time.js";
import { WallMap, wallMapOf } from "./wall_map.js";

const FOLLOW_BEFORE_US = 10 * MINUTE_US;
/** Footage this young may still be growing: the playlist is then one that follows. */
export const FOLLOWED_US = 2 * MINUTE_US;

/**
 * How much is loaded around an instant: the camera in focus may take more than one tile of many. Short
 * lists are there sooner, and the next one is made ready before this one ends.
 * @typedef {object} Reach
 * @property {number} before_us
 * @property {number} after_us
 * @property {number} ahead_s seconds of media kept ready
 * @property {number} behind_s
 */

/** @type {Reach} */
export const WIDE = { before_us: 15 * MINUTE_US, after_us: 30 * MINUTE_US, ahead_s: 20, behind_s: 60 };
/** @type {Reach} */
export const NARROW = { before_us: 10 * MINUTE_US, after_us: 20 * MINUTE_US, ahead_s: 8, behind_s: 12 };

/**
 * @typedef {"main" | "sub"} Role
 * @typedef {"purged" | "signed-out" | "missing" | "withdrawn" | "unavailable" | "unsupported" | "offline" | "broken"} Trouble
 * @typedef {object} SourceEvents
 * @property {() => void} mapped the first map is there; the source waits for `start`
 * @property {() => void} grown more footage became known
 * @property {(trouble: Trouble) => void} failed
 */

/** @returns {boolean} whether this browser can play recordings at all */
export const isSupported = () => Hls.isSupported();

export class FootageSource {
  /** @type {import("../../vendor/hls.mjs").default} */
  #hls;
  #events;
  #isMapped = false;
  #recoveries = 0;
  /** What came and was taken in so far, and the piece on its way. */
  #arrived = 0;
  /** @type {{stats: {loaded: number}} | null} */
  #onItsWay = null;
  #gone = new AbortController();

  /**
   * @param {HTMLVideoElement} video
   * @param {{cameraId: number, role: Role, reach: Reach}} choice
   * @param {number} wall_us an instant that the window must hold
   * @param {SourceEvents} events
   */
  constructor(video, { cameraId, role, reach }, wall_us, events) {
    this.cameraId = cameraId;
    this.wallUs = wall_us;
    this.map = new WallMap([]);
    /** Whether media is being loaded, not only the playlist. */
    this.isStarted = false;
    /** How long the frames of the media loaded last are, on average. */
    this.frameSeconds = 1 / 25;
    this.isFollowing = nowUs() - wall_us < FOLLOWED_US;
    /** A list that follows ends after some minutes; another one goes on from there. */
    this.isComplete = !this.isFollowing;
    this.fromUs = wall_us - (this.isFollowing ? FOLLOW_BEFORE_US : reach.before_us);
    /** Where the window ends; endless while it follows. */
    this.toUs = this.isFollowing ? Infinity : Math.min(wall_us + reach.after_us, nowUs() - SECOND_US);
    this.#events = events;
    this.#hls = new Hls({
      autoStartLoad: false,
      enableWorker: false,
      maxBufferLength: reach.ahead_s,
      maxMaxBufferLength: 3 * reach.ahead_s,
      backBufferLength: reach.behind_s,
      liveDurationInfinity: true,
      liveSyncDuration: 2,
      // Following must never jump by itself: only the person moves the playhead.
      liveMaxLatencyDuration: Infinity,
      maxLiveSyncPlaybackRate: 1,
    });
    const { Events } = Hls;
    this.#hls.on(Events.LEVEL_LOADED, (_name, data) => {
      this.map = wallMapOf(data.details.fragments);
      if (this.isFollowing && !data.details.live) {
        this.isComplete = true;
        this.toUs = Math.round(this.map.endUs);
      }
      if (this.#isMapped) this.#events.grown();
      else {
        this.#isMapped = true;
        this.#events.mapped();
      }
    });
    this.#hls.on(Events.FRAG_LOADING, (_name, data) => {
      this.#onItsWay = data.frag;
    });
    for (const name of /** @type {const} */ ([Events.MANIFEST_LOADED, Events.FRAG_LOADED, Events.BUFFER_APPENDED])) {
      this.#hls.on(name, () => {
        this.#arrived += 1;
      });
    }
    // Parsing a fragment moves the starts that the playlist only estimated.
    this.#hls.on(Events.LEVEL_PTS_UPDATED, (_name, data) => {
      this.map = wallMapOf(data.details.fragments);
    });
    this.#hls.on(Events.LEVEL_UPDATED, (_name, data) => {
      this.map = wallMapOf(data.details.fragments);
    });
    this.#hls.on(Events.BUFFER_APPENDING, (_name, data) => {
      const count = data.type === "audio" ? 0 : countSamples(data.data);
      if (count > 0) this.frameSeconds = data.frag.duration / count;
    });
    this.#hls.on(Events.ERROR, (_name, data) => this.#onError(data));
    const query = new URLSearchParams({ role, from: rfc3339(this.fromUs) });
    if (!this.isFollowing) query.set("to", rfc3339(this.toUs));
    this.#hls.loadSource(`/api/v1/cameras/${cameraId}/media.m3u8?${query}`);
    this.#hls.attachMedia(video);
  }

  /** Changes with every piece and byte of media that arrives. @returns {string} */
  get progress() {
    return `${this.#arrived}:${this.#onItsWay?.stats.loaded ?? 0}`;
  }

  /** Begin to load media at a position; again, before any came, begins there instead. @param {number} media_s */
  start(media_s) {
    this.isStarted = true;
    this.#hls.startLoad(media_s);
  }

  /** Load no more until `resume`, not even the playlist. */
  stopLoading() {
    if (this.isStarted) this.#hls.stopLoad();
  }

  resume() {
    if (this.isStarted) this.#hls.startLoad(-1, true);
  }

  close() {
    this.#gone.abort();
    this.#hls.destroy();
  }

  /** @param {import("../../vendor/hls.mjs").ErrorData} data */
  #onError(data) {
    const { ErrorDetails, ErrorTypes } = Hls;
    const status = data.response?.code ?? 0;
    if (status === 410) this.#events.failed("purged");
    else if (status === 401) this.#events.failed("signed-out");
    else if (data.details === ErrorDetails.LEVEL_EMPTY_ERROR) this.#events.failed("missing");
    else if (status === 404 && data.fatal) void this.#onNotFound();
    else if (
      data.details === ErrorDetails.BUFFER_ADD_CODEC_ERROR ||
      data.details === ErrorDetails.BUFFER_INCOMPATIBLE_CODECS_ERROR ||
      data.details === ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR
    )
      this.#events.failed("unsupported");
    else if (!data.fatal) return;
    else if (data.type === ErrorTypes.MEDIA_ERROR && this.#recoveries < 2) {
      this.#recoveries += 1;
      this.#hls.recoverMediaError();
    } else if (status >= 500) this.#events.failed("unavailable");
    else if (data.type === ErrorTypes.NETWORK_ERROR) this.#events.failed("offline");
    else this.#events.failed("broken");
  }

  /** A window without footage and a camera that the person may not see any more answer alike: its neighbours tell. */
  async #onNotFound() {
    const { signal } = this.#gone;
    /** @type {Trouble} */
    let found = "missing";
    try {
      await nearestTo(this.cameraId, this.wallUs, signal);
    } catch (error) {
      const status = error instanceof ApiError ? error.status : 0;
      found = status === 404 ? "withdrawn" : status === 401 ? "signed-out" : status >= 500 ? "unavailable" : "offline";
    }
    if (!signal.aborted) this.#events.failed(found);
  }
}
