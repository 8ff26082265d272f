/**
 * The dialog that lists every key of the page, with the choices that go with them.
 * @module
 */

import { keepChoices } from "./choices.js";
import { Emitter } from "../page/emitter.js";
import { part } from "../page/page_data.js";

/** @typedef {"letter_keys" | "skip_gaps" | "data_saver"} ChoiceName */

/** @extends {Emitter<{choice: {name: ChoiceName, isOn: boolean}}>} */
export class HelpDialog extends Emitter {
  /** @param {Record<ChoiceName, boolean>} choices as they are when the page opens */
  constructor(choices) {
    super();
    this.dialog = part("[data-help-dialog]", HTMLDialogElement);
    part("[data-close]", HTMLButtonElement, this.dialog).addEventListener("click", () => this.dialog.close());
    for (const [name, isOn] of /** @type {[ChoiceName, boolean][]} */ (Object.entries(choices))) {
      const box = this.#box(name);
      box.checked = isOn;
      box.addEventListener("change", () => {
        void keepChoices({ [name]: box.checked });
        this.emit("choice", { name, isOn: box.checked });
      });
    }
  }

  /** @param {ChoiceName} name @returns {HTMLInputElement} */
  #box(name) {
    return part(`[data-choice="${name}"]`, HTMLInputElement, this.dialog);
  }

  /** Show a choice that was made elsewhere on the page. @param {ChoiceName} name @param {boolean} isOn */
  show(name, isOn) {
    this.#box(name).checked = isOn;
  }

  open() {
    this.dialog.showModal();
  }
}
