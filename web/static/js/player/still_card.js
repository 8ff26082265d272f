/**
 * The picture of a moment in a card: a skeleton while it loads, then its own time, or why there is none and a way to retry.
 * @module
 */

import { ApiError, isAborted, json, request } from "../page/api.js";
import { Emitter } from "../page/emitter.js";
import { part, text } from "../page/page_data.js";
import { rfc3339 } from "../page/site_time.js";

const WIDTH_PX = 320;
const PATIENCE_MS = 1_000;
const MOST_TRIES = 4;

/** @typedef {"loading" | "shown" | "none" | "purged" | "refused" | "failed"} StillCardState */

/** Emits `shown` with the instant of the picture. @extends {Emitter<{shown: number, state: undefined}>} */
export class StillCard extends Emitter {
  /** @type {AbortSignal | null} */
  #signal = null;
  #cameraId = 0;
  #at_us = 0;
  #until_us = 0;
  /** The picture's own instant. @type {number | null} */
  taken_us = null;
  /** @type {StillCardState} */
  state = "loading";

  /** @param {ParentNode} card holds one [data-still] */
  constructor(card) {
    super();
    this.root = part("[data-still]", HTMLElement, card);
    this.image = part("img", HTMLImageElement, this.root);
    this.words = part("[data-still-words]", HTMLElement, this.root);
    this.again = part("[data-still-again]", HTMLButtonElement, this.root);
    this.again.addEventListener("click", () => void this.#load());
    this.image.addEventListener("load", () => URL.revokeObjectURL(this.image.src));
  }

  /**
   * @param {number} cameraId
   * @param {number} at_us the newest picture at or before it is shown
   * @param {number} until_us where there is no footage at the instant, the first before this one is shown
   * @param {AbortSignal} signal when what it was wanted for is over
   */
  show(cameraId, at_us, until_us, signal) {
    this.#cameraId = cameraId;
    this.#at_us = at_us;
    this.#until_us = until_us;
    this.#signal = signal;
    return this.#load();
  }

  async #load() {
    const signal = this.#signal;
    if (!signal) return;
    this.#say("loading");
    try {
      await this.#fetch(this.#at_us, signal).catch(async (/** @type {unknown} */ error) => {
        const isElsewhere =
          error instanceof ApiError && error.code === "nothing-recorded" && this.#until_us > this.#at_us;
        if (!isElsewhere) throw error;
        // Where only sums are known, the instant may stand in a gap.
        const query = new URLSearchParams({ at: rfc3339(this.#at_us) });
        /** @type {{after_us: number | null}} */
        const near = await json(`/api/v1/cameras/${this.#cameraId}/nearest?${query}`, { signal });
        if (near.after_us === null || near.after_us >= this.#until_us) throw error;
        await this.#fetch(near.after_us, signal);
      });
    } catch (error) {
      if (!isAborted(error) && !signal.aborted) this.#say(stateOf(error));
    }
  }

  /** @param {number} at_us @param {AbortSignal} signal @param {number} [tries] */
  async #fetch(at_us, signal, tries = MOST_TRIES) {
    const query = new URLSearchParams({ at: rfc3339(at_us), width: String(WIDTH_PX) });
    try {
      const response = await request(`/api/v1/cameras/${this.#cameraId}/picture?${query}`, { signal });
      const blob = await response.blob();
      this.taken_us = Number(response.headers.get("X-Picture-Time-Us") ?? at_us);
      this.image.src = URL.createObjectURL(blob);
      this.#say("shown");
      this.emit("shown", this.taken_us);
    } catch (error) {
      // Somebody else decodes pictures too: wait for a turn.
      if (!(error instanceof ApiError) || error.status !== 429 || tries <= 1) throw error;
      await new Promise((resolve) => {
        setTimeout(resolve, PATIENCE_MS);
      });
      signal.throwIfAborted();
      await this.#fetch(at_us, signal, tries - 1);
    }
  }

  /** @param {StillCardState} state */
  #say(state) {
    this.state = state;
    this.root.dataset["still"] = state;
    this.image.hidden = state !== "shown";
    this.again.hidden = state !== "failed";
    const words = {
      loading: "",
      shown: "",
      none: text("find.no_picture"),
      purged: text("find.purged_picture"),
      refused: text("find.refused_picture"),
      failed: text("find.failed_picture"),
    };
    this.words.textContent = words[state];
    this.emit("state");
  }
}

/** @param {unknown} error @returns {StillCardState} */
function stateOf(error) {
  if (!(error instanceof ApiError)) return "failed";
  if (error.code === "nothing-recorded") return "none";
  if (error.status === 403 || error.status === 404) return "refused";
  return error.status === 410 ? "purged" : "failed";
}
