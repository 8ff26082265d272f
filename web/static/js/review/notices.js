/**
 * Notices under the bar: each stays until it is no longer true or is dismissed, and offers at most one command.
 * @module
 */

import { part } from "../page/page_data.js";

export class Notices {
  /** Names of notices that were dismissed and are still true. @type {Set<string>} */
  #dismissed = new Set();

  constructor() {
    this.box = part("[data-notices]", HTMLElement);
    this.template = part("[data-notice]", HTMLTemplateElement);
    this.box.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-dismiss]") : null;
      const notice = button?.closest(".bn");
      if (!(notice instanceof HTMLElement)) return;
      if (notice.dataset["name"] !== undefined) this.#dismissed.add(notice.dataset["name"]);
      notice.remove();
    });
  }

  /**
   * Show a notice, or change its words. Once dismissed it stays away until it has been hidden.
   * @param {string} name
   * @param {"w" | "d" | "o"} kind warning, danger or good news
   * @param {string} words
   * @param {{words: string, command: string}} [offer] a button with one of the page\'s commands
   */
  show(name, kind, words, offer) {
    if (this.#dismissed.has(name)) return;
    const old = this.#find(name);
    const text = old?.querySelector("[data-notice-text]");
    if (text?.textContent === words) return;
    const made = /** @type {DocumentFragment} */ (this.template.content.cloneNode(true));
    const notice = part(".bn", HTMLElement, made);
    notice.classList.add(kind);
    notice.dataset["name"] = name;
    part("[data-notice-text]", HTMLElement, made).textContent = words;
    const button = part("[data-notice-command]", HTMLButtonElement, made);
    button.hidden = offer === undefined;
    if (offer) {
      button.textContent = offer.words;
      button.dataset["command"] = offer.command;
    }
    if (old) old.replaceWith(made);
    else this.box.append(made);
  }

  /** It is no longer true. @param {string} name */
  hide(name) {
    this.#dismissed.delete(name);
    this.#find(name)?.remove();
  }

  /** @param {string} name @returns {HTMLElement | null} */
  #find(name) {
    return this.box.querySelector(`[data-name="${name}"]`);
  }
}
