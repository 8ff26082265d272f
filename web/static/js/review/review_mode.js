/**
 * Simple or full mode of the review page, and the switch between them.
 * @module
 */

import { keepChoices } from "./choices.js";
import { Emitter } from "../page/emitter.js";
import { part } from "../page/page_data.js";

/** Phones begin simple, whoever holds them. */
const PHONE = matchMedia("(max-width: 599px)");

/** @typedef {import("../page/page_data.js").ModeName} ModeName */

/** @extends {Emitter<{change: undefined}>} */
export class ReviewMode extends Emitter {
  /**
   * @param {ModeName} mode
   * @param {boolean} isChosen whether the address or the person chose it
   */
  constructor(mode, isChosen) {
    super();
    this.page = part("[data-mode]", HTMLElement);
    this.mode = !isChosen && PHONE.matches ? /** @type {ModeName} */ ("simple") : mode;
    this.#show();
  }

  get isSimple() {
    return this.mode === "simple";
  }

  /** @param {ModeName} mode */
  set(mode) {
    if (mode === this.mode) return;
    this.mode = mode;
    this.#show();
    void keepChoices({ review_mode: mode });
    this.emit("change");
  }

  #show() {
    this.page.dataset["mode"] = this.mode;
    for (const button of document.querySelectorAll('[data-command^="mode-"]')) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-command") === `mode-${this.mode}`));
    }
  }
}
