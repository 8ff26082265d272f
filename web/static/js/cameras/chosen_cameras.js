/**
 * Which cameras are on the page, in which order, and which one is in focus; they are numbered 1 to 16 by their place.
 * @module
 */

import { Emitter } from "../page/emitter.js";
import { json } from "../page/api.js";

/** @typedef {import("../page/page_data.js").CameraFacts} CameraFacts */

export const MOST_CAMERAS = 16;

/** Emits `change` when the cameras or their order changed, and `focus` when only the focused one did. @extends {Emitter<{change: undefined, focus: undefined}>} */
export class ChosenCameras extends Emitter {
  /** Counts changes, so that the answer to an older wish is dropped. */
  #turn = 0;

  /**
   * @param {readonly CameraFacts[]} cameras
   * @param {number} focusedId
   */
  constructor(cameras, focusedId) {
    super();
    /** @type {readonly CameraFacts[]} */
    this.all = numbered(cameras);
    this.focusedId = focusedId;
  }

  get ids() {
    return this.all.map((camera) => camera.id);
  }

  /** @returns {CameraFacts} */
  get focused() {
    const found = this.all.find((camera) => camera.id === this.focusedId) ?? this.all[0];
    if (!found) throw new Error("the page has no camera");
    return found;
  }

  /** @param {number} id */
  focus(id) {
    if (id === this.focusedId || !this.ids.includes(id)) return;
    this.focusedId = id;
    this.emit("focus");
  }

  /** The last one stays. @param {number} id */
  remove(id) {
    if (this.all.length > 1) this.#set(this.all.filter((camera) => camera.id !== id));
  }

  /** Bring one to the front. @param {number} id */
  first(id) {
    this.#set([...this.all.filter((camera) => camera.id === id), ...this.all.filter((camera) => camera.id !== id)]);
  }

  /**
   * Show these cameras; those that are new here are asked for.
   * @param {readonly number[]} ids in page order; an empty list changes nothing
   */
  async choose(ids) {
    const turn = (this.#turn += 1);
    const wanted = [...new Set(ids)].slice(0, MOST_CAMERAS);
    const known = new Map(this.all.map((camera) => [camera.id, camera]));
    const missing = wanted.filter((id) => !known.has(id));
    if (missing.length > 0) {
      /** @type {{cameras: CameraFacts[]}} */
      const answer = await json(`/playback/cameras?cam=${missing.join(",")}`);
      for (const camera of answer.cameras) known.set(camera.id, camera);
    }
    if (turn !== this.#turn) return;
    // A camera that was taken from the person meanwhile is not among the answers.
    this.#set(wanted.flatMap((id) => known.get(id) ?? []));
  }

  /** @param {readonly CameraFacts[]} cameras */
  #set(cameras) {
    if (cameras.length === 0) return;
    this.#turn += 1;
    this.all = numbered(cameras);
    if (!this.ids.includes(this.focusedId)) this.focusedId = /** @type {CameraFacts} */ (this.all[0]).id;
    this.emit("change");
  }
}

/** @param {readonly CameraFacts[]} cameras @returns {readonly CameraFacts[]} */
function numbered(cameras) {
  return cameras.map((camera, index) => ({ ...camera, number: index + 1 }));
}
