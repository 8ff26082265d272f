/**
 * The gutter beside the lanes: each camera's number and name as a button that focuses it, and the lanes' scrolling.
 * @module
 */

import { Emitter } from "../page/emitter.js";
import { part } from "../page/page_data.js";

/** Emits `focus` with a camera id. @extends {Emitter<{focus: number, scroll: undefined}>} */
export class LaneGutter extends Emitter {
  #shown = "";

  /** @param {HTMLElement} root */
  constructor(root) {
    super();
    this.list = part("[data-lane-list]", HTMLElement, root);
    this.pattern = part("[data-lane-pattern]", HTMLTemplateElement, root);
    this.list.addEventListener("scroll", () => this.emit("scroll"), { passive: true });
    this.list.addEventListener("click", (event) => {
      const row = event.target instanceof Element ? event.target.closest("[data-lane]") : null;
      if (row instanceof HTMLElement) this.emit("focus", Number(row.dataset["lane"]));
    });
  }

  /** Pixels. */
  get scroll() {
    return this.list.scrollTop;
  }

  /** @param {number} pixels */
  scrollTo(pixels) {
    if (Math.abs(this.list.scrollTop - pixels) >= 1) this.list.scrollTop = pixels;
  }

  /** @param {readonly import("../page/page_data.js").CameraFacts[]} cameras @param {number} focusedId */
  show(cameras, focusedId) {
    const key = cameras.map(({ id, number, name, place }) => `${id} ${number} ${name} ${place}`).join("\n");
    if (key !== this.#shown) this.list.replaceChildren(...cameras.map((camera) => this.#row(camera)));
    this.#shown = key;
    for (const row of /** @type {NodeListOf<HTMLElement>} */ (this.list.querySelectorAll("[data-lane]"))) {
      const isFocused = row.dataset["lane"] === String(focusedId);
      row.classList.toggle("fo", isFocused);
      row.setAttribute("aria-pressed", String(isFocused));
    }
  }

  /** @param {import("../page/page_data.js").CameraFacts} camera @returns {HTMLElement} */
  #row(camera) {
    const row = /** @type {HTMLElement} */ (
      /** @type {DocumentFragment} */ (this.pattern.content.cloneNode(true)).firstElementChild
    );
    const button = part("[data-lane]", HTMLElement, row);
    button.dataset["lane"] = String(camera.id);
    button.title = camera.title;
    part("[data-lane-number]", HTMLElement, row).textContent = String(camera.number);
    part("[data-lane-name]", HTMLElement, row).textContent = camera.name;
    part("[data-lane-place]", HTMLElement, row).textContent = camera.place;
    return row;
  }
}
