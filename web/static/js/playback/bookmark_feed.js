/**
 * The bookmarks of the cameras on the page within what the timeline shows, kept fresh.
 * @module
 */

import { isAborted, json } from "../api.js";
import { rfc3339 } from "../site_time.js";

const SETTLE_MS = 250;
const REFRESH_MS = 20_000;

/** Fires `change`. */
export class BookmarkFeed extends EventTarget {
  /** @type {readonly import("./bookmark_store.js").Bookmark[]} */
  bookmarks = [];
  #query = "";
  /** @type {AbortController | null} */
  #running = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {readonly number[]} cameraIds @param {{from_us: number, to_us: number}} view */
  want(cameraIds, view) {
    const query = new URLSearchParams({ cameras: cameraIds.join(","), from: rfc3339(Math.max(0, Math.round(view.from_us))), to: rfc3339(Math.round(view.to_us)) });
    if (`${query}` === this.#query) return;
    this.#query = `${query}`;
    this.#fetchIn(SETTLE_MS);
  }

  /** Ask anew now. */
  refresh() {
    this.#fetchIn(0);
  }

  /** @param {number} ms */
  #fetchIn(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#fetch(), ms);
  }

  async #fetch() {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    try {
      this.bookmarks = await json(`/api/v1/bookmarks?${this.#query}`, { signal: running.signal });
      this.dispatchEvent(new Event("change"));
    } catch (error) {
      if (isAborted(error)) return;
      // The connection banner of the page says what is wrong; what is known stays.
    }
    this.#fetchIn(REFRESH_MS);
  }
}
