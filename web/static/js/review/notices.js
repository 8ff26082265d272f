/**
 * Sentences under the bar that stay until they are no longer true or are put away, each with at most one thing to do.
 * @module
 */

import { part } from "../page/page_data.js";

export class Notices {
  /** Names of what was put away and is still true. @type {Set<string>} */
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
   * Say something, or change what is said under the same name. Who put it away is not told again until it was untrue.
   * @param {string} name
   * @param {"w" | "d" | "o"} kind warning, danger or good news
   * @param {string} words
   * @param {{words: string, act: string}} [offer] a button that does what any other button of that name does
   */
  show(name, kind, words, offer) {
    if (this.#dismissed.has(name)) return;
    const old = this.#find(name);
    const said = old?.querySelector("[data-notice-text]");
    if (said?.textContent === words) return;
    const made = /** @type {DocumentFragment} */ (this.template.content.cloneNode(true));
    const notice = part(".bn", HTMLElement, made);
    notice.classList.add(kind);
    notice.dataset["name"] = name;
    part("[data-notice-text]", HTMLElement, made).textContent = words;
    const button = part("[data-notice-act]", HTMLButtonElement, made);
    button.hidden = offer === undefined;
    if (offer) {
      button.textContent = offer.words;
      button.dataset["act"] = offer.act;
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
