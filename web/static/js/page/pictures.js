/**
 * One `<img>` that shows the picture asked for last: while video loads, while scrubbing, and beside the pointer.
 * @module
 */

import { request } from "./api.js";
import { rfc3339 } from "./site_time.js";

/** Shows the newest picture that was asked for in one `<img>`; older answers are dropped. */
export class PictureFrame {
  /**
   * @param {HTMLImageElement} image
   * @param {number} cameraId
   * @param {number} width pixels that are enough
   */
  constructor(image, cameraId, width) {
    this.image = image;
    this.cameraId = cameraId;
    this.width = width;
    /** Whether an older picture stays where there is no newer one. */
    this.keepsOld = false;
    /** @type {AbortController | null} */
    this.running = null;
    /** @type {number | null} */
    this.waiting = null;
    /** The moments that the picture shown stands for, by the server, and the width asked for. @type {{from_us: number, until_us: number, width: number} | null} */
    this.stands = null;
    this.round = 0;
  }

  /**
   * Ask for the picture nearest to an instant. While one is on its way only the newest wish is kept.
   * @param {number} at_us
   * @param {(shown_us: number) => void} [shown] called with the picture's own time
   */
  async show(at_us, shown) {
    if (this.running) {
      this.waiting = at_us;
      return;
    }
    // A small one does not stand for the large one that follows it.
    if (
      this.stands &&
      this.width <= this.stands.width &&
      at_us >= this.stands.from_us &&
      at_us < this.stands.until_us
    ) {
      shown?.(this.stands.from_us);
      return;
    }
    const { round, width } = this;
    this.running = new AbortController();
    try {
      const query = new URLSearchParams({ at: rfc3339(at_us), width: String(width) });
      const response = await request(`/api/v1/cameras/${this.cameraId}/picture?${query}`, {
        signal: this.running.signal,
      });
      const taken = Number(response.headers.get("X-Picture-Time-Us") ?? at_us);
      const blob = await response.blob();
      if (round !== this.round) return;
      const old = this.image.src;
      this.image.src = URL.createObjectURL(blob);
      if (old.startsWith("blob:")) URL.revokeObjectURL(old);
      this.image.hidden = false;
      this.stands = { from_us: taken, until_us: Number(response.headers.get("X-Picture-Until-Us") ?? taken), width };
      shown?.(taken);
    } catch {
      // No picture there, or none any more: what is under it stays seen.
      if (round === this.round && !this.keepsOld) {
        this.image.hidden = true;
        this.stands = null;
      }
    } finally {
      if (round === this.round) {
        this.running = null;
        const next = this.waiting;
        this.waiting = null;
        if (next !== null) void this.show(next, shown);
      }
    }
  }

  /** Forget what was asked for and take the picture away. */
  hide() {
    this.round += 1;
    this.running?.abort();
    this.running = null;
    this.waiting = null;
    this.stands = null;
    this.image.hidden = true;
  }

  /** Let go of the picture itself too. */
  close() {
    this.hide();
    if (this.image.src.startsWith("blob:")) URL.revokeObjectURL(this.image.src);
    this.image.removeAttribute("src");
  }
}
