/**
 * The picture beside the pointer on the timeline, with its own true time, or the gap that lies there.
 * @module
 */

import { part, text } from "../page_data.js";
import { PictureFrame } from "../pictures.js";
import { clock, duration, nowUs } from "../site_time.js";
import { xOf } from "./timeline_model.js";

export class HoverPicture {
  /**
   * @param {import("./timeline.js").Timeline} timeline
   * @param {import("./timeline_data.js").TimelineData} data
   * @param {number} cameraId
   */
  constructor(timeline, data, cameraId) {
    this.timeline = timeline;
    this.data = data;
    this.box = part("[data-hover]", HTMLElement);
    this.time = part("[data-hover-time]", HTMLElement);
    this.words = part("[data-hover-text]", HTMLElement);
    this.picture = new PictureFrame(part("[data-hover-picture]", HTMLImageElement), cameraId, 320);
    timeline.addEventListener("hover", (event) => this.#show(/** @type {CustomEvent<number | null>} */ (event).detail));
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") this.box.hidden = true; });
  }

  /** @param {number | null} us */
  #show(us) {
    if (us === null || us > nowUs()) {
      this.box.hidden = true;
      this.picture.hide();
      return;
    }
    const { timeline } = this;
    const left = timeline.plot.offsetLeft + xOf(timeline.view, timeline.width, us);
    const half = 92;
    const most = (timeline.plot.parentElement?.clientWidth ?? timeline.width) - half - 4;
    this.box.style.left = `${Math.min(most, Math.max(half + 4, left))}px`;
    this.box.hidden = false;
    this.time.textContent = clock(us);
    const gap = this.data.gapAt(us);
    this.words.textContent = gap ? [text(`cause.${gap.cause}`), gap.cause === "before-first" ? "" : duration(Math.min(gap.end_us, nowUs()) - gap.start_us)].join(" ") : "";
    if (gap || this.data.hasFootage(us) === false) {
      this.picture.hide();
      if (!gap) this.words.textContent = text("player.no_footage");
      return;
    }
    void this.picture.show(us, (taken) => { if (!this.box.hidden) this.words.textContent = text("player.picture_of", { time: clock(taken) }); });
  }
}
