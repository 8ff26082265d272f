/**
 * The timeline's data about its cameras: fetched a little beyond the view, cached for going back, and kept fresh near the
 * present.
 * @module
 */

import { AnswerShelf } from "./answer_shelf.js";
import { isAborted, json } from "../page/api.js";
import { LaneFacts, nearestEdge } from "./lane_facts.js";
import { clamp, spanOf } from "./timeline_model.js";
import { Emitter } from "../page/emitter.js";
import { DAY_US, HOUR_US, learnNow, nowUs, rfc3339 } from "../page/site_time.js";

/**
 * @typedef {import("./timeline_model.js").View} View
 * @typedef {import("./lane_facts.js").Gap} Gap
 * @typedef {import("./lane_facts.js").LaneAnswer} LaneAnswer
 * @typedef {object} Bookmark
 * @property {number} id
 * @property {number[]} camera_ids those of its cameras that this person may view
 * @property {number} start_us
 * @property {number} end_us the same as the start for a moment
 * @property {string} title
 * @property {string} note
 * @property {string} tag
 * @property {boolean} is_shared
 * @property {boolean} is_mine
 * @property {string} owner
 * @property {number} created_us
 * @typedef {{id: number, camera_ids: number[], start_us: number, end_us: number | null, reason: string}} Hold
 * @typedef {{from_us: number, to_us: number, known_until_us: number, now_us: number, lanes: LaneAnswer[], holds: Hold[], bookmarks: Bookmark[]}} TimelineAnswer
 */

const REFRESH_MS = 4_000;
const SLOWEST_REFRESH_MS = 60_000;
const SETTLE_MS = 70;
const PATIENCE_MS = 300;
const RETRY_MS = [2_000, 4_000, 8_000, 15_000, 30_000];
const LONGEST_US = 400 * DAY_US;
const LIVE_US = HOUR_US / 60;
const ATTENDED_US = 6 * HOUR_US;
const [LEAST_COLUMNS, MOST_COLUMNS] = [50, 2000];

/**
 * @param {readonly number[]} camera_ids
 * @param {View} window
 * @param {number} columns
 * @param {{withActivity?: boolean, signal?: AbortSignal}} [options]
 * @returns {Promise<TimelineAnswer>}
 */
export async function askTimeline(camera_ids, window, columns, { withActivity = true, signal } = {}) {
  const query = new URLSearchParams({
    cameras: camera_ids.join(),
    from: rfc3339(window.from_us),
    to: rfc3339(window.to_us),
    columns: String(clamp(Math.ceil(columns), LEAST_COLUMNS, MOST_COLUMNS)),
    activity: withActivity ? "1" : "0",
  });
  const began = performance.now();
  /** @type {TimelineAnswer} */
  const answer = await json(`/api/v1/timeline?${query}`, signal ? { signal } : {});
  learnNow(answer.now_us, performance.now() - began);
  return answer;
}

/** Emits `change` when facts came, or the last request failed. @extends {Emitter<{change: undefined}>} */
export class TimelineData extends Emitter {
  #shelf = new AnswerShelf();
  /** @type {readonly number[]} */
  #ids = [];
  /** @type {{view: View, width: number} | null} */
  #wish = null;
  /** What is being asked for. @type {{window: View, abort: AbortController, ids: readonly number[]} | null} */
  #running = null;
  /** @type {AbortController | null} */
  #attending = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #wishedMs = 0;
  #failures = 0;
  /** When the next try is due after one has failed: a view that moves on and on does not put it off. */
  #retryDueMs = 0;
  #freshMs = 0;
  /** @type {Map<number, Bookmark>} */
  #bookmarks = new Map();
  /** @type {Map<number, Hold>} */
  #holds = new Map();

  /** @param {AbortSignal} signal of its owner */
  constructor(signal) {
    super();
    this.signal = signal;
    const onVisibility = () => {
      if (!document.hidden) this.#plan();
    };
    document.addEventListener("visibilitychange", onVisibility, { signal });
    signal.addEventListener("abort", () => {
      clearTimeout(this.#timer);
      this.#running?.abort.abort();
      this.#attending?.abort();
    });
  }

  /** @param {readonly import("../page/page_data.js").CameraFacts[]} cameras */
  setCameras(cameras) {
    this.#ids = cameras.map((camera) => camera.id);
    this.#bookmarks.clear();
    this.#holds.clear();
    if (this.#wish) this.#plan();
  }

  /** Say what is on screen; facts for it come when they are missing or old. @param {View} view @param {number} width pixels */
  want(view, width) {
    this.#wish = { view, width };
    this.#plan();
  }

  /** Ask anew now: something was changed at the server. */
  refresh() {
    this.#shelf.makeOld();
    this.#running?.abort.abort();
    this.#running = null;
    void this.#ask();
  }

  /** What the view is. @returns {View | null} */
  get view() {
    return this.#wish?.view ?? null;
  }

  /** Whether the last request failed, and how many seconds ago the facts on screen came. */
  get hasFailed() {
    return this.#failures > 0;
  }

  get ageSeconds() {
    return this.#freshMs === 0 ? null : Math.round((performance.now() - this.#freshMs) / 1000);
  }

  /** Bookmarks of these cameras, as far as they are known, in order of time. @type {readonly Bookmark[]} */
  bookmarks = [];
  /** @type {readonly Hold[]} */
  holds = [];

  /**
   * From which facts the parts of a view are drawn.
   * @param {import("./answer_shelf.js").Piece[]} pieces is emptied first
   * @param {number} cameraId
   * @param {View} view
   */
  cover(pieces, cameraId, view) {
    this.#shelf.cover(pieces, cameraId, view);
  }

  /** What is known best about what is on screen. @param {number} cameraId @returns {LaneFacts | null} */
  lane(cameraId) {
    const fitting = this.#wish && this.#shelf.fitting(this.#wish.view, nowUs(), [cameraId]);
    return fitting?.lanes.get(cameraId) ?? this.#shelf.lanes(cameraId)[0] ?? null;
  }

  /** @param {number} cameraId @param {number} us @returns {Gap | null} */
  gapAt(cameraId, us) {
    return this.#near(cameraId, us)?.gapAt(us) ?? null;
  }

  /** @param {number} cameraId @param {number} us @returns {boolean | null} null where nobody knows yet */
  hasFootage(cameraId, us) {
    return this.#near(cameraId, us)?.hasFootage(us) ?? null;
  }

  /** The facts that know an instant best: single gaps before cells, the newest first. @param {number} cameraId @param {number} us */
  #near(cameraId, us) {
    const known = this.#shelf.lanes(cameraId).filter((facts) => us >= facts.fromUs && us < facts.untilUs);
    return known.find((facts) => facts.cells === null) ?? known[0] ?? null;
  }

  /**
   * Where footage or a bookmark of these cameras begins or ends next.
   * @param {readonly number[]} cameraIds
   * @param {number} us
   * @param {1 | -1} direction
   * @returns {number | null} null where none is known
   */
  edge(cameraIds, us, direction) {
    const lanes = cameraIds
      .flatMap((id) => this.#shelf.lanes(id))
      .filter((facts) => facts.cells === null && us >= facts.fromUs && us <= facts.untilUs + LIVE_US);
    const marks = this.bookmarks.filter((mark) => mark.camera_ids.some((id) => cameraIds.includes(id)));
    return nearestEdge(lanes, marks, us, direction);
  }

  /** Know the hours round an instant gap by gap, however wide the view is. @param {number} us */
  async attend(us) {
    const isKnown = this.#ids.every((id) =>
      this.#shelf.lanes(id).some((facts) => facts.cells === null && us >= facts.fromUs && us < facts.untilUs),
    );
    if (isKnown || this.#ids.length === 0 || us >= nowUs() || this.signal.aborted) return;
    this.#attending?.abort();
    const attending = new AbortController();
    this.#attending = attending;
    try {
      const window = { from_us: Math.round(us - ATTENDED_US), to_us: Math.round(us + ATTENDED_US) };
      const answer = await askTimeline(this.#ids, window, MOST_COLUMNS, {
        withActivity: false,
        signal: attending.signal,
      });
      this.#keep(answer, this.#ids, 2 * ATTENDED_US);
      this.emit("change");
    } catch {
      // The view's own request complains; what is known of the wider view remains.
    }
  }

  #plan() {
    clearTimeout(this.#timer);
    const wish = this.#wish;
    if (!wish || this.#ids.length === 0 || wish.width === 0 || document.hidden || this.signal.aborted) return;
    const { view, width } = wish;
    const now = nowUs();
    const fitting = this.#shelf.fitting(view, now, this.#ids);
    if (!fitting) {
      if (this.#running && this.#isServed(this.#running, view, now)) return;
      // While the view moves on and on, what passes is asked for now and then.
      const waited = performance.now() - this.#wishedMs;
      if (this.#wishedMs === 0) this.#wishedMs = performance.now();
      const isFirst = this.#freshMs === 0 && !this.#running;
      const settle = isFirst ? 0 : this.#wishedMs > 0 && waited > PATIENCE_MS ? 0 : SETTLE_MS;
      this.#timer = setTimeout(() => void this.#ask(), this.#failures > 0 ? this.#untilRetryMs : settle);
      return;
    }
    this.#wishedMs = 0;
    const age = performance.now() - fitting.at_ms;
    const seesPresent = view.to_us > now - HOUR_US / 60;
    const wait = seesPresent ? clamp(spanOf(view) / width / 1000, REFRESH_MS, SLOWEST_REFRESH_MS) : SLOWEST_REFRESH_MS;
    this.#timer = setTimeout(() => void this.#ask(), this.#failures > 0 ? this.#untilRetryMs : Math.max(0, wait - age));
  }

  get #untilRetryMs() {
    return Math.max(0, this.#retryDueMs - performance.now());
  }

  /** @param {{window: View, ids: readonly number[]}} running @param {View} view @param {number} now */
  #isServed(running, view, now) {
    const isCovering = running.window.from_us <= view.from_us && running.window.to_us >= Math.min(view.to_us, now);
    return isCovering && spanOf(running.window) <= 6 * spanOf(view) && running.ids === this.#ids;
  }

  async #ask() {
    const wish = this.#wish;
    if (!wish || this.#ids.length === 0 || this.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#running?.abort.abort();
    this.#wishedMs = 0;
    const { view, width } = wish;
    const margin = Math.min(spanOf(view) / 2, Math.max(0, LONGEST_US - spanOf(view)) / 2);
    const window = { from_us: Math.max(0, Math.round(view.from_us - margin)), to_us: Math.round(view.to_us + margin) };
    const running = { window, abort: new AbortController(), ids: this.#ids };
    this.#running = running;
    try {
      const answer = await askTimeline(running.ids, window, (width / 2) * (spanOf(window) / spanOf(view)), {
        signal: running.abort.signal,
      });
      this.#keep(answer, running.ids, spanOf(view));
      this.#failures = 0;
      this.#freshMs = performance.now();
    } catch (error) {
      if (isAborted(error) || this.#running !== running) return;
      this.#failures += 1;
      this.#retryDueMs = performance.now() + (RETRY_MS[Math.min(this.#failures, RETRY_MS.length) - 1] ?? REFRESH_MS);
    }
    this.#running = null;
    this.emit("change");
    this.#plan();
  }

  /** @param {TimelineAnswer} answer @param {readonly number[]} ids that were asked for @param {number} view_us */
  #keep(answer, ids, view_us) {
    const lanes = new Map(
      ids.map((id) => [
        id,
        new LaneFacts(
          answer.lanes.find((lane) => lane.camera_id === id) ?? unknownLane(id),
          answer.from_us,
          answer.known_until_us,
        ),
      ]),
    );
    this.#shelf.add({
      from_us: answer.from_us,
      to_us: answer.to_us,
      until_us: answer.known_until_us,
      view_us,
      at_ms: performance.now(),
      lanes,
    });
    renew(this.#bookmarks, answer.bookmarks, answer);
    renew(this.#holds, answer.holds, answer);
    this.bookmarks = [...this.#bookmarks.values()].sort((a, b) => a.start_us - b.start_us);
    this.holds = [...this.#holds.values()].sort((a, b) => a.start_us - b.start_us);
  }
}

/**
 * In the window the news are all there is; marks elsewhere stay as they were known.
 * @template {{id: number, start_us: number, end_us: number | null}} T
 * @param {Map<number, T>} known
 * @param {readonly T[]} news
 * @param {View} window
 */
function renew(known, news, window) {
  for (const [id, mark] of known)
    if (mark.start_us < window.to_us && (mark.end_us ?? Infinity) >= window.from_us) known.delete(id);
  for (const mark of news) known.set(mark.id, mark);
}

/** The server leaves out a camera that may not be viewed. @param {number} camera_id @returns {LaneAnswer} */
function unknownLane(camera_id) {
  return {
    camera_id,
    oldest_us: null,
    newest_us: null,
    purged_until_us: null,
    spans: [],
    gaps: [],
    cells: null,
    activity: null,
  };
}
