/**
 * What a tile says of the present: live, or how old the picture is that has stood still, which is grey then.
 * @module
 */

import { part, text } from "../page/page_data.js";
import { duration, nowUs, SECOND_US } from "../page/site_time.js";

/** The newest footage is on screen some four seconds after it happened: older than this it stands still. */
const STALE_US = 8 * SECOND_US;

export class LiveMark {
  /** @param {HTMLElement} root the tile */
  constructor(root) {
    this.root = root;
    this.live = part("[data-live-mark]", HTMLElement, root);
    this.age = part("[data-age-mark]", HTMLElement, root);
  }

  /**
   * @param {boolean} isLive whether this is the present
   * @param {boolean} isFollowed whether the present is asked for
   * @param {{pictureUs: number, state: string}} tile
   */
  show(isLive, isFollowed, { pictureUs, state }) {
    const age_us = nowUs() - pictureUs;
    const isStale = isFollowed && pictureUs > 0 && age_us > STALE_US && state !== "gap";
    this.root.toggleAttribute("data-stale", isStale);
    const words = isStale ? text("units.ago", { time: duration(age_us) }) : "";
    if (this.age.textContent !== words) this.age.textContent = words;
    this.age.hidden = !isStale;
    this.live.hidden = !isLive || isStale || state !== "playing";
  }
}
