/**
 * The check boxes for the cameras of a clip or a hold, with what each would contribute.
 *
 * Until somebody decides otherwise, every camera that holds footage in the range is in.
 * @module
 */

import { gapsOf, totalLength } from "./clip_estimate.js";
import { numberBadge } from "../page/gap_rows.js";
import { Emitter } from "../page/emitter.js";
import { part, text } from "../page/page_data.js";
import { duration, size } from "../page/site_time.js";

/**
 * @typedef {import("../page/page_data.js").CameraFacts} CameraFacts
 * @typedef {import("./clip_estimate.js").EstimateGap} EstimateGap
 * @typedef {{cameras: {camera_id: number, bytes: number}[], gaps: EstimateGap[]}} Contribution of each camera
 * @typedef {{box: HTMLInputElement, gap: HTMLElement, size: HTMLElement}} CameraRow
 */

/** Emits `change` when somebody ticks or unticks a camera. @extends {Emitter<{change: undefined}>} */
export class ClipCameras extends Emitter {
  /** @type {readonly CameraFacts[]} */
  #cameras = [];
  /** What somebody decided, by camera id. @type {Map<number, boolean>} */
  #wishes = new Map();
  /** Cameras known to hold nothing in the range. @type {Set<number>} */
  #empty = new Set();
  /** @type {Map<number, CameraRow>} */
  #rows = new Map();

  /** @param {HTMLElement} root */
  constructor(root) {
    super();
    this.fold = part("[data-boxes-fold]", HTMLDetailsElement, root);
    this.list = part("[data-boxes]", HTMLElement, root);
    this.count = part("[data-boxes-count]", HTMLElement, root);
    this.leftOut = part("[data-boxes-left-out]", HTMLElement, root);
  }

  /** @param {readonly CameraFacts[]} cameras */
  set(cameras) {
    this.#cameras = cameras;
    const allowed = cameras.filter((camera) => camera.may_export);
    const others = cameras.filter((camera) => !camera.may_export);
    this.fold.hidden = cameras.length < 2;
    this.leftOut.hidden = others.length === 0;
    this.leftOut.textContent =
      allowed.length === 0
        ? text("clip.left_out_all")
        : text("clip.left_out", { names: others.map((camera) => camera.name).join(", ") });
    this.#rows.clear();
    this.list.replaceChildren(...allowed.map((camera) => this.#row(camera)));
    this.#showChoice();
  }

  /** Cameras that an estimate is to be made of: those not unticked by hand. @returns {number[]} */
  get candidates() {
    return this.#cameras
      .filter((camera) => camera.may_export && this.#wishes.get(camera.id) !== false)
      .map((camera) => camera.id);
  }

  /** Cameras that the clip takes, in page order. @returns {number[]} */
  get chosen() {
    const wanted = this.candidates;
    const filled = wanted.filter((id) => !this.#empty.has(id) || this.#wishes.get(id) === true);
    // Where none holds anything, leaving all out would hide why.
    return filled.length > 0 ? filled : wanted;
  }

  /** @param {number} id @returns {CameraFacts | undefined} */
  facts(id) {
    return this.#cameras.find((camera) => camera.id === id);
  }

  /** Show what each camera would contribute; null while that is not known. @param {Contribution | null} estimate */
  show(estimate) {
    if (estimate)
      this.#empty = new Set(estimate.cameras.filter((camera) => camera.bytes === 0).map((camera) => camera.camera_id));
    for (const [id, row] of this.#rows) {
      const estimated = estimate?.cameras.find((camera) => camera.camera_id === id);
      const missing = estimated && estimate ? totalLength(gapsOf(estimate, [id])) : 0;
      row.size.textContent = estimated && estimated.bytes > 0 ? size(estimated.bytes) : "";
      row.gap.textContent =
        estimated?.bytes === 0
          ? text("clip.no_footage")
          : missing > 0
            ? text("clip.gap_long", { length: duration(missing) })
            : "";
    }
    this.#showChoice();
  }

  #showChoice() {
    const chosen = this.chosen;
    for (const [id, row] of this.#rows) row.box.checked = chosen.includes(id);
    this.count.textContent = text("clip.chosen", { n: chosen.length, all: this.#cameras.length });
  }

  /** @param {CameraFacts} camera @returns {HTMLElement} */
  #row(camera) {
    const item = document.createElement("li");
    const label = document.createElement("label");
    label.className = "check";
    const box = document.createElement("input");
    box.type = "checkbox";
    box.dataset["clipCamera"] = String(camera.id);
    box.addEventListener("change", () => {
      this.#wishes.set(camera.id, box.checked);
      this.#showChoice();
      this.emit("change");
    });
    const name = document.createElement("span");
    name.className = "ell";
    name.textContent = camera.name;
    name.title = camera.title;
    const gap = document.createElement("span");
    gap.className = "t12 gaps";
    const bytes = document.createElement("span");
    bytes.className = "t2 num";
    label.append(box, numberBadge(camera), name, gap, bytes);
    item.append(label);
    this.#rows.set(camera.id, { box, gap, size: bytes });
    return item;
  }
}
