/**
 * What the timeline knows about a camera's footage: fetched for a little more than is seen, kept fresh near the present.
 * @module
 */

import { isAborted, json } from "../api.js";
import { edge, rangeAt, spanOf } from "./timeline_model.js";
import { learnNow, nowUs, rfc3339 } from "../site_time.js";

/**
 * @typedef {readonly [number, number]} Range
 * @typedef {{start_us: number, end_us: number, cause: string, detail: string}} Gap
 * @typedef {readonly [number, number, number, number]} Cell bucket, width, covered, longest gap; all in microseconds
 * @typedef {{start_us: number, end_us: number, reason: string}} HoldBar
 * @typedef {object} Facts
 * @property {number} from_us
 * @property {number} to_us
 * @property {number} now_us
 * @property {Range[]} spans
 * @property {Gap[]} gaps
 * @property {Cell[] | null} cells
 * @property {HoldBar[]} holds
 * @property {Range[]} activity
 * @typedef {import("./timeline_model.js").View} View
 */

const REFRESH_MS = 4_000;
const SETTLE_MS = 80;

/** @param {number} cameraId @param {number} from_us @param {number} to_us @param {AbortSignal} [signal] @returns {Promise<Facts>} */
export async function fetchFacts(cameraId, from_us, to_us, signal) {
  const query = new URLSearchParams({ from: rfc3339(from_us), to: rfc3339(to_us) });
  const began = performance.now();
  /** @type {Facts} */
  const facts = await json(`/api/v1/cameras/${cameraId}/timeline?${query}`, signal ? { signal } : {});
  learnNow(facts.now_us, performance.now() - began);
  return facts;
}

/** Fires `change` when facts came or the last fetch failed. */
export class TimelineData extends EventTarget {
  /** @type {AbortController | null} */
  #running = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {View | null} */
  #wanted = null;

  /** @param {import("../page_data.js").CameraFacts} camera */
  constructor(camera) {
    super();
    this.cameraId = camera.id;
    this.oldestUs = camera.oldest_us;
    /** @type {Facts | null} */
    this.facts = null;
    this.hasFailed = false;
  }

  /** Say what is on screen; facts for it come when they are missing or old. @param {View} view */
  want(view) {
    this.#wanted = view;
    const { facts } = this;
    const isMissing = !facts || view.from_us < facts.from_us || Math.min(view.to_us, nowUs()) > facts.to_us
      || spanOf(view) < (facts.to_us - facts.from_us) / 6;
    clearTimeout(this.#timer);
    const seesPresent = view.to_us > nowUs() - 60_000_000;
    if (isMissing) this.#timer = setTimeout(() => void this.#fetch(), facts ? SETTLE_MS : 0);
    else if (seesPresent) this.#timer = setTimeout(() => void this.#fetch(), REFRESH_MS);
  }

  async #fetch() {
    const view = this.#wanted;
    if (!view) return;
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    const margin = spanOf(view) / 2;
    try {
      this.facts = await fetchFacts(this.cameraId, Math.round(view.from_us - margin), Math.round(view.to_us + margin), running.signal);
      this.#nameTimeBeforeFirst(this.facts);
      this.hasFailed = false;
    } catch (error) {
      if (isAborted(error)) return;
      this.hasFailed = true;
      this.#timer = setTimeout(() => void this.#fetch(), REFRESH_MS);
    }
    this.dispatchEvent(new Event("change"));
    if (!this.hasFailed && this.#wanted) this.want(this.#wanted);
  }

  /** What was before a camera existed is no failure. @param {Facts} facts */
  #nameTimeBeforeFirst(facts) {
    for (const gap of facts.gaps) {
      const isBefore = this.oldestUs !== null && gap.end_us <= this.oldestUs + 1_000_000;
      if (isBefore && (gap.cause === "disabled" || gap.cause === "unknown")) gap.cause = "before-first";
    }
  }

  /** The gap that holds an instant, or null. @param {number} us @returns {Gap | null} */
  gapAt(us) {
    return this.facts?.gaps.find((gap) => gap.start_us <= us && us < gap.end_us) ?? null;
  }

  /** @param {number} us @returns {boolean | null} null where nobody knows yet */
  hasFootage(us) {
    if (!this.facts || us < this.facts.from_us || us >= this.facts.to_us) return null;
    return this.facts.cells ? this.gapAt(us) === null : rangeAt(this.facts.spans, us) !== null;
  }

  /** @param {number} us @param {1 | -1} direction @returns {number | null} */
  edge(us, direction) {
    return edge(this.facts?.spans ?? [], us, direction);
  }
}
