/**
 * The big clock: shows the playhead's time, and becomes a field in which any moment can be typed.
 * @module
 */

import { ApiError } from "../api.js";
import { part, text } from "../page_data.js";
import { clock, dateShort, dayOf, parseTyped, tenth } from "../site_time.js";

/** Fires `seek` (detail: instant). */
export class ClockForm extends EventTarget {
  constructor() {
    super();
    this.form = part("[data-clock-form]", HTMLFormElement);
    this.face = part("[data-clock]", HTMLButtonElement);
    this.edit = part("[data-clock-edit]", HTMLElement);
    this.input = part("[data-clock-input]", HTMLInputElement);
    this.problem = part("[data-clock-problem]", HTMLElement);
    this.date = part("[data-clock-date]", HTMLElement);
    this.time = part("[data-clock-time]", HTMLElement);
    this.tenth = part("[data-clock-tenth]", HTMLElement);
    this.wallUs = 0;
    this.face.addEventListener("click", () => this.open());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
    });
    this.form.addEventListener("focusout", (event) => {
      if (!this.edit.hidden && !this.form.contains(/** @type {Node | null} */ (event.relatedTarget)) && document.hasFocus()) this.close(false);
    });
  }

  /** @param {number} us */
  show(us) {
    this.wallUs = us;
    for (const [element, words] of /** @type {[HTMLElement, string][]} */ ([[this.date, dateShort(us)], [this.time, clock(us)], [this.tenth, `.${tenth(us)}`]])) {
      if (element.textContent !== words) element.textContent = words;
    }
  }

  open() {
    this.face.hidden = true;
    this.edit.hidden = false;
    this.input.value = clock(this.wallUs);
    this.input.focus();
    this.input.select();
  }

  /** @param {boolean} [givesFocus] */
  close(givesFocus = true) {
    this.#complain("");
    this.edit.hidden = true;
    this.face.hidden = false;
    if (givesFocus) this.face.focus();
  }

  /** @param {string} words */
  #complain(words) {
    this.problem.hidden = words === "";
    this.problem.textContent = words;
    this.input.toggleAttribute("aria-invalid", words !== "");
  }

  async #submit() {
    try {
      const at = await parseTyped(this.input.value, dayOf(this.wallUs));
      this.close();
      this.dispatchEvent(new CustomEvent("seek", { detail: at }));
    } catch (error) {
      const isOurs = error instanceof ApiError && error.status === 422;
      this.#complain(isOurs ? text("player.time_unreadable", { typed: this.input.value.trim() }) : text("player.no_answer"));
      this.input.focus();
    }
  }
}
