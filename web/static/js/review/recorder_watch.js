/**
 * Notices that the recorder is not running, or that the camera in focus has no footage yet.
 * @module
 */

import { json } from "../page/api.js";
import { every } from "../page/every.js";
import { pageData, text } from "../page/page_data.js";
import { clockMinutes, dateShort, dayOf, nowUs } from "../page/site_time.js";

const POLL_MS = 15_000;

/** @typedef {{state: {state: string, last_media_us: number | null}, newest_us: number | null}} CameraState */

export class RecorderWatch {
  #round = 0;
  #cameraId = 0;

  /**
   * @param {import("./notices.js").Notices} notices
   * @param {() => import("../page/page_data.js").CameraFacts} camera the one in focus
   * @param {AbortSignal} signal of its owner
   */
  constructor(notices, camera, signal) {
    this.notices = notices;
    this.camera = camera;
    const poll = () => {
      if (!document.hidden) void this.poll();
    };
    every(POLL_MS, poll, signal);
    void this.poll();
  }

  async poll() {
    const round = (this.#round += 1);
    const { id, removed_us } = this.camera();
    try {
      /** @type {CameraState} */
      const found = await json(`/api/v1/cameras/${id}`);
      if (round !== this.#round) return;
      // What was dismissed was about another camera.
      if (id !== this.#cameraId) this.notices.hide("nothing-yet");
      this.#cameraId = id;
      const { state, last_media_us } = found.state;
      if (state === "recorder-down" && removed_us === null)
        this.#say("recorder", "d", text("review.recorder_down", { time: since(last_media_us ?? found.newest_us) }));
      else this.notices.hide("recorder");
      if (found.newest_us === null) this.#say("nothing-yet", "w", text("review.nothing_yet"));
      else this.notices.hide("nothing-yet");
    } catch {
      // Without an answer the shell's banner says that the server does not answer.
    }
  }

  /** @param {string} name @param {"w" | "d"} kind @param {string} words */
  #say(name, kind, words) {
    this.notices.show(name, kind, words);
  }
}

/** @param {number | null} us @returns {string} */
function since(us) {
  if (us === null) return "–";
  const day = dayOf(us) === dayOf(nowUs()) ? "" : `${dateShort(us)} `;
  return `${day}${clockMinutes(us)} ${pageData().zone_label}`;
}
