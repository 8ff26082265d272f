/**
 * The preview over the timeline, at the pointer or at the playhead by key: a picture with its own time, or the gap with its
 * cause, length and ends. Escape hides it.
 * @module
 */

import { part, text } from "../page/page_data.js";
import { PictureFrame } from "../page/pictures.js";
import { clock, dateShort, DAY_US, duration, nowUs } from "../page/site_time.js";
import { columnStep } from "./lane_columns.js";
import { clockSpan } from "../page/gap_rows.js";
import { QUIET_CAUSES } from "./lane_facts.js";
import { spanOf, xOf } from "./timeline_model.js";

const HALF_PX = 92;
const WIDTH_PX = 320;

/** @typedef {{us: number, camera_id: number, bookmark: import("./timeline_data.js").Bookmark | null}} Place */

export class HoverPicture {
  /** Whether a key asked for it. */
  #isAsked = false;
  #cameraId = 0;

  /**
   * @param {import("./timeline.js").Timeline} timeline
   * @param {import("./timeline_data.js").TimelineData} data
   */
  constructor(timeline, data) {
    this.timeline = timeline;
    this.data = data;
    const { root, plot } = timeline;
    this.box = part("[data-hover]", HTMLElement, root);
    this.date = part("[data-hover-date]", HTMLElement, root);
    this.time = part("[data-hover-time]", HTMLElement, root);
    this.name = part("[data-hover-name]", HTMLElement, root);
    this.words = part("[data-hover-text]", HTMLElement, root);
    this.picture = new PictureFrame(part("[data-hover-picture]", HTMLImageElement, root), 0, WIDTH_PX);
    timeline.on("hover", (place) => {
      this.#isAsked = false;
      this.#show(place);
    });
    plot.addEventListener("blur", () => {
      if (this.#isAsked) this.#show(null);
    });
    plot.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() !== "d" || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation();
      if (this.box.hidden) this.#ask();
      else this.#show(null);
    });
    document.addEventListener(
      "keydown",
      (event) => {
        if (event.key !== "Escape" || this.box.hidden) return;
        event.preventDefault();
        event.stopPropagation();
        this.#show(null);
      },
      { capture: true, signal: timeline.signal },
    );
  }

  /** The playhead rests somewhere else: what was asked for goes with it. */
  follow() {
    if (this.#isAsked && !this.box.hidden) this.#ask();
  }

  #ask() {
    this.#isAsked = true;
    this.#show({ us: this.timeline.playheadUs, camera_id: this.timeline.focusedId, bookmark: null });
  }

  /** @param {Place | null} place */
  #show(place) {
    if (place === null || place.us > nowUs()) {
      this.box.hidden = true;
      this.picture.hide();
      return;
    }
    const { timeline } = this;
    const { us, camera_id } = place;
    const left = timeline.plot.offsetLeft + xOf(timeline.view, timeline.width, us);
    const most = timeline.root.clientWidth - HALF_PX - 4;
    this.box.style.left = `${Math.min(most, Math.max(HALF_PX + 4, left))}px`;
    this.box.hidden = false;
    const isFar = spanOf(timeline.view) > DAY_US;
    this.date.hidden = !isFar;
    this.date.textContent = isFar ? dateShort(us) : "";
    this.time.textContent = clock(us);
    this.name.textContent = timeline.cameras.find((camera) => camera.id === camera_id)?.name ?? "";
    if (place.bookmark) {
      const { title, note, start_us } = place.bookmark;
      this.time.textContent = clock(start_us);
      this.words.textContent = [title, note].filter((words) => words !== "").join(" · ");
    } else this.words.textContent = this.#gapWords(camera_id, us) ?? "";
    if (!place.bookmark && this.data.hasFootage(camera_id, us) === false) this.picture.hide();
    else this.#picture(camera_id, place.bookmark?.start_us ?? us, this.words.textContent);
  }

  /** @param {number} camera_id @param {number} us @param {string} caption */
  #picture(camera_id, us, caption) {
    if (camera_id !== this.#cameraId) {
      this.picture.hide();
      this.picture.cameraId = this.#cameraId = camera_id;
    }
    void this.picture.show(us, (taken) => {
      if (!this.box.hidden)
        this.words.textContent = [caption, text("player.picture_of", { time: clock(taken) })]
          .filter((words) => words !== "")
          .join(" · ");
    });
  }

  /** Why there is no footage, since when and for how long; null where there is. @param {number} camera_id @param {number} us @returns {string | null} */
  #gapWords(camera_id, us) {
    const gap = this.data.gapAt(camera_id, us);
    if (gap) {
      const end_us = Math.min(gap.end_us, nowUs());
      const cause = text(`cause.${gap.cause}`);
      return QUIET_CAUSES.has(gap.cause)
        ? cause
        : [cause, duration(end_us - gap.start_us), clockSpan(gap.start_us, end_us)].join(" · ");
    }
    if (this.data.hasFootage(camera_id, us) === false) return text("timeline.no_footage");
    return this.#columnWords(camera_id, us);
  }

  /** How complete the column is, where single gaps are not drawn. @param {number} camera_id @param {number} us @returns {string | null} */
  #columnWords(camera_id, us) {
    const { timeline } = this;
    const facts = this.data.lane(camera_id);
    if (!facts || (facts.cells === null && spanOf(timeline.view) <= DAY_US) || us < facts.fromUs || us >= facts.untilUs)
      return null;
    const step = columnStep(spanOf(timeline.view) / timeline.width, facts);
    const start = Math.max(Math.floor(us / step) * step, facts.quietUntilUs, facts.fromUs);
    const end = Math.min(Math.floor(us / step) * step + step, facts.untilUs);
    const missing = facts.missingIn(start, end);
    if (end <= start || missing < 5e6) return null;
    const n = Math.min(99, Math.floor(100 * (1 - missing / (end - start))));
    return text("timeline.partly", { n, longest: duration(facts.longestIn(start, end)) });
  }
}
