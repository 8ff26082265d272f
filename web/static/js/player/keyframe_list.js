/**
 * Which keyframes a camera has around an instant, read from the server's I-frame playlists a few minutes at a time.
 * @module
 */

import { ApiError, request } from "../page/api.js";
import { MINUTE_US, nowUs, rfc3339, SECOND_US } from "../page/site_time.js";
import { parseProgramDateTime } from "./wall_map.js";

const BLOCK_US = 5 * MINUTE_US;
const MOST_BLOCKS = 24;
/** A block that reaches the present is asked for again after this long. */
const YOUNG_MS = 3_000;
/** A keyframe stands for what follows it at most so long where its playlist does not tell. */
const LEAST_US = SECOND_US / 25;

/**
 * @typedef {object} Keyframe
 * @property {number} start_us
 * @property {number} end_us when the next one begins, or footage ends
 * @property {string} url
 * @property {number} offset
 * @property {number} size
 * @property {string} init_url
 */

/**
 * @param {string} text an I-frame playlist
 * @param {string} base address that its own are relative to
 * @returns {Keyframe[]}
 */
export function parseKeyframes(text, base) {
  /** @type {Keyframe[]} */
  const found = [];
  const at = { start_us: 0, lasts_us: 0, offset: 0, size: 0, init_url: "" };
  for (const line of text.split("\n")) {
    const value = line.slice(line.indexOf(":") + 1);
    if (line.startsWith("#EXT-X-PROGRAM-DATE-TIME:")) at.start_us = parseProgramDateTime(value);
    else if (line.startsWith("#EXTINF:")) at.lasts_us = Math.round(Number.parseFloat(value) * SECOND_US);
    else if (line.startsWith("#EXT-X-MAP:")) at.init_url = base + (/URI="([^"]*)"/.exec(value)?.[1] ?? "");
    else if (line.startsWith("#EXT-X-BYTERANGE:"))
      [at.size, at.offset] = /** @type {[number, number]} */ (value.split("@").map(Number));
    else if (line !== "" && !line.startsWith("#")) {
      const { start_us, offset, size, init_url } = at;
      found.push({
        start_us,
        end_us: start_us + Math.max(LEAST_US, at.lasts_us),
        url: base + line,
        offset,
        size,
        init_url,
      });
    }
  }
  return found.sort((one, other) => one.start_us - other.start_us);
}

export class KeyframeList {
  /** By the start of the block, the one used longest ago first. @type {Map<number, {frames: Promise<Keyframe[]>, at_ms: number}>} */
  #blocks = new Map();

  /**
   * @param {number} cameraId
   * @param {import("./footage_source.js").Role} role
   */
  constructor(cameraId, role) {
    this.base = `/api/v1/cameras/${cameraId}/`;
    this.role = role;
  }

  /**
   * The keyframe whose group of pictures holds an instant, or null where nothing was recorded.
   * @param {number} us
   * @returns {Promise<Keyframe | null>}
   */
  async at(us) {
    const frames = await this.#block(Math.floor(us / BLOCK_US) * BLOCK_US);
    let low = 0;
    let high = frames.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (/** @type {Keyframe} */ (frames[middle]).start_us <= us) low = middle + 1;
      else high = middle;
    }
    const frame = frames[low - 1];
    return frame && us < frame.end_us ? frame : null;
  }

  /** Ask for everything anew. */
  forget() {
    this.#blocks.clear();
  }

  /** Fetch the block that is needed next. @param {number} us @param {number} speed */
  prepare(us, speed) {
    void this.at(Math.max(0, Math.min(us + speed * 4 * SECOND_US, nowUs())));
  }

  /** @param {number} start_us @returns {Promise<Keyframe[]>} */
  #block(start_us) {
    const known = this.#blocks.get(start_us);
    this.#blocks.delete(start_us);
    const isYoung = start_us + BLOCK_US > nowUs();
    const kept =
      known && !(isYoung && performance.now() - known.at_ms > YOUNG_MS)
        ? known
        : { frames: this.#fetch(start_us), at_ms: performance.now() };
    this.#blocks.set(start_us, kept);
    for (const oldest of this.#blocks.keys()) {
      if (this.#blocks.size <= MOST_BLOCKS) break;
      this.#blocks.delete(oldest);
    }
    return kept.frames;
  }

  /** @param {number} start_us @returns {Promise<Keyframe[]>} */
  async #fetch(start_us) {
    const to_us = Math.min(start_us + BLOCK_US, nowUs());
    const query = new URLSearchParams({ role: this.role, from: rfc3339(start_us), to: rfc3339(to_us) });
    try {
      return parseKeyframes(await (await request(`${this.base}iframes.m3u8?${query}`)).text(), this.base);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return [];
      // Not kept: the next wish asks again.
      this.#blocks.delete(start_us);
      return [];
    }
  }
}
