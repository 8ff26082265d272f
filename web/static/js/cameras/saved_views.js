/**
 * Saved views in the camera dialog: cameras and a layout under a name, stored on the server.
 * @module
 */

import { json, request } from "../page/api.js";
import { Emitter } from "../page/emitter.js";
import { notify, withReference } from "../page/notice.js";
import { part, text } from "../page/page_data.js";

/**
 * @typedef {object} SavedView
 * @property {number} id
 * @property {string} name
 * @property {number[]} camera_ids those that the person may see
 * @property {import("../page/page_data.js").LayoutName} layout
 * @property {boolean} is_mine
 * @property {boolean} may_change
 * @property {string} owner
 */

/** @extends {Emitter<{choose: SavedView}>} */
export class SavedViews extends Emitter {
  /**
   * @param {HTMLElement} dialog
   * @param {() => {camera_ids: number[], layout: string}} now what would be saved
   */
  constructor(dialog, now) {
    super();
    this.now = now;
    this.section = part("[data-views]", HTMLElement, dialog);
    this.list = part("[data-view-list]", HTMLElement, dialog);
    this.row = part("[data-view-row]", HTMLTemplateElement);
    this.form = part("[data-view-form]", HTMLFormElement, dialog);
    this.opener = part("[data-view-open]", HTMLButtonElement, dialog);
    this.name = part("input", HTMLInputElement, this.form);
    this.opener.addEventListener("click", () => this.#openForm(true));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#save();
    });
    this.form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      this.#openForm(false);
    });
  }

  /** @param {boolean} isPossible whether there is anything to save */
  mayKeep(isPossible) {
    this.opener.disabled = !isPossible;
  }

  async refresh() {
    this.#openForm(false, false);
    try {
      /** @type {SavedView[]} */
      const views = await json("/api/v1/views");
      this.section.hidden = views.length === 0;
      this.list.replaceChildren(...views.map((view) => this.#show(view)));
    } catch {
      this.section.hidden = true;
    }
  }

  /** @param {SavedView} view @returns {Node} */
  #show(view) {
    const row = /** @type {DocumentFragment} */ (this.row.content.cloneNode(true));
    const show = part("[data-view-show]", HTMLButtonElement, row);
    const remove = part("[data-view-remove]", HTMLButtonElement, row);
    show.textContent = view.name;
    show.disabled = view.camera_ids.length === 0;
    show.addEventListener("click", () => this.emit("choose", view));
    remove.hidden = !view.may_change;
    if (!view.is_mine) show.title = text("review.view_of", { name: view.owner });
    remove.setAttribute("aria-label", text("review.view_remove", { name: view.name }));
    remove.addEventListener("click", () => void this.#remove(view.id));
    return row;
  }

  /** @param {boolean} isOpen @param {boolean} [movesFocus] */
  #openForm(isOpen, movesFocus = true) {
    this.form.hidden = !isOpen;
    this.opener.hidden = isOpen;
    if (movesFocus) (isOpen ? this.name : this.opener).focus();
  }

  async #save() {
    const name = this.name.value.trim();
    if (!name) return;
    try {
      await request("/api/v1/views", { method: "POST", body: { name, ...this.now() } });
      this.name.value = "";
      await this.refresh();
      notify(text("review.view_saved", { name }));
      this.opener.focus();
    } catch (error) {
      notify(withReference(text("review.not_saved"), error));
    }
  }

  /** @param {number} id */
  async #remove(id) {
    try {
      await request(`/api/v1/views/${id}`, { method: "DELETE" });
      await this.refresh();
      // Its button is gone.
      this.opener.focus();
    } catch (error) {
      notify(withReference(text("review.not_saved"), error));
    }
  }
}
