/**
 * The page's cameras as chips, each with its number, name and a button that removes it; the one in focus is filled.
 * @module
 */

import { Emitter } from "../page/emitter.js";
import { part, text } from "../page/page_data.js";
import { dateShort } from "../page/site_time.js";

/** @typedef {import("../page/page_data.js").CameraFacts} CameraFacts */

/** Emits what is wished of a camera, with its id. @extends {Emitter<{focus: number, remove: number, first: number}>} */
export class CameraChips extends Emitter {
  constructor() {
    super();
    this.list = part("[data-chips]", HTMLUListElement);
    this.template = part("[data-chip]", HTMLTemplateElement);
    this.name = part("[data-camera-name]", HTMLElement);
    this.place = part("[data-camera-place]", HTMLElement);
    this.list.addEventListener("keydown", (event) => this.#onKey(event));
    new ResizeObserver(() => this.#fit()).observe(/** @type {HTMLElement} */ (this.list.parentElement));
  }

  /** @param {readonly CameraFacts[]} cameras in page order @param {number} focusedId */
  show(cameras, focusedId) {
    const held = this.list.contains(document.activeElement) ? this.#index() : -1;
    this.list.replaceChildren(
      ...cameras.map((camera) => this.#chip(camera, camera.id === focusedId, cameras.length > 1)),
    );
    this.#fit();
    if (held >= 0) this.#focus(Math.min(held, cameras.length - 1));
    const focused = cameras.find((camera) => camera.id === focusedId);
    if (!focused) return;
    const others = cameras.length - 1;
    this.name.textContent = focused.name;
    this.place.textContent = [focused.place, others > 0 ? text("review.and_others", { n: others }) : ""]
      .filter(Boolean)
      .join(" · ");
  }

  /** Where names would be cut, only the focused chip shows what removes it: its number is enough for the others. */
  #fit() {
    const isCut = (/** @type {Element} */ name) => name.scrollWidth > name.clientWidth;
    this.list.classList.remove("many");
    this.list.classList.toggle("many", [...this.list.querySelectorAll("[data-chip-name]")].some(isCut));
    this.list.querySelector(".on")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** @param {CameraFacts} camera @param {boolean} isFocused @param {boolean} mayGo @returns {Node} */
  #chip(camera, isFocused, mayGo) {
    const chip = /** @type {DocumentFragment} */ (this.template.content.cloneNode(true));
    const item = part(".chip", HTMLLIElement, chip);
    const name = part("[data-chip-focus]", HTMLButtonElement, chip);
    const remove = part("[data-chip-remove]", HTMLButtonElement, chip);
    const note = part("[data-chip-note]", HTMLElement, chip);
    item.dataset["chipCamera"] = String(camera.id);
    item.classList.toggle("on", isFocused);
    part("[data-chip-number]", HTMLElement, chip).textContent = String(camera.number);
    part("[data-chip-name]", HTMLElement, chip).textContent = camera.name;
    name.title = camera.title;
    name.setAttribute("aria-pressed", String(isFocused));
    if (camera.removed_us !== null) {
      note.textContent = text("review.removed");
      note.hidden = false;
      name.title = text("review.removed_since", { title: camera.title, day: dateShort(camera.removed_us) });
    }
    remove.setAttribute("aria-label", text("review.remove", { name: camera.name }));
    remove.title = remove.getAttribute("aria-label") ?? "";
    remove.hidden = !mayGo;
    name.addEventListener("click", () => this.emit("focus", camera.id));
    remove.addEventListener("click", () => this.emit("remove", camera.id));
    return chip;
  }

  /** Arrows go from chip to chip, Delete takes one away, Shift and Home brings it to the front. @param {KeyboardEvent} event */
  #onKey(event) {
    const index = this.#index();
    const id = Number(this.list.children[index]?.getAttribute("data-chip-camera"));
    const last = this.list.children.length - 1;
    if (index < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "ArrowLeft" && !event.shiftKey) this.#focus(Math.max(0, index - 1));
    else if (event.key === "ArrowRight" && !event.shiftKey) this.#focus(Math.min(last, index + 1));
    else if (event.key === "Delete" && last > 0) this.emit("remove", id);
    else if (event.key === "Home" && event.shiftKey) this.emit("first", id);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @returns {number} the chip that has the keyboard, or -1 */
  #index() {
    return [...this.list.children].findIndex((chip) => chip.contains(document.activeElement));
  }

  /** @param {number} index */
  #focus(index) {
    this.list.children[index]?.querySelector("button")?.focus();
  }
}
