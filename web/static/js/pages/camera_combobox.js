/**
 * A camera chosen by typing part of its name, place or agency: a combobox in front of the form's own `<select>`.
 *
 * The select stays what is sent, so a page without this script asks the same question.
 * @module
 */

import { part, text } from "../page/page_data.js";

/** @typedef {{option: HTMLOptionElement, words: string, element: HTMLElement}} CameraOption */

/** The combobox; its element is the one that the template marks with `data-camera-combobox`. */
export class CameraCombobox {
  /** @type {CameraOption[]} */
  #options = [];
  /** @type {CameraOption | null} */
  #active = null;
  #isTyped = false;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.select = part("select", HTMLSelectElement, root);
    this.input = document.createElement("input");
    this.popover = document.createElement("div");
    this.list = document.createElement("div");
    this.empty = document.createElement("p");
    this.count = document.createElement("p");
    this.#build(root);
    this.#listen(root);
  }

  /** @returns {boolean} */
  get isOpen() {
    return !this.popover.hidden;
  }

  /** @param {HTMLElement} root */
  #build(root) {
    const { input, select, popover, list } = this;
    const label = document.querySelector(`label[for="${select.id}"]`)?.textContent ?? "";
    list.id = `${select.id}-list`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", label);
    input.id = select.id;
    input.type = "text";
    input.autocomplete = "off";
    input.spellcheck = false;
    for (const [name, value] of [
      ["role", "combobox"],
      ["aria-autocomplete", "list"],
      ["aria-expanded", "false"],
      ["aria-controls", list.id],
      ["data-search-focus", ""],
    ]) {
      input.setAttribute(/** @type {string} */ (name), /** @type {string} */ (value));
    }
    select.removeAttribute("id");
    select.removeAttribute("data-search-focus");
    select.hidden = true;
    this.#options = [...select.options].map((option, number) => this.#option(option, `${list.id}-${number}`));
    this.empty.textContent = text("home_live.no_place");
    this.empty.className = "none";
    this.count.className = "vh";
    this.count.setAttribute("role", "status");
    popover.className = "popover";
    popover.hidden = true;
    popover.append(list, this.empty);
    for (const group of this.#groups()) list.append(group);
    select.before(input);
    root.after(popover, this.count);
    this.#showChosen();
  }

  /** @param {HTMLOptionElement} option @param {string} id @returns {CameraOption} */
  #option(option, id) {
    const row = /** @type {DocumentFragment} */ (
      part("[data-camera-option-row]", HTMLTemplateElement).content.cloneNode(true)
    );
    const element = part(".opt", HTMLElement, row);
    const { name, place, state, tone, shape } = option.dataset;
    element.id = id;
    part("[data-camera-option-name]", HTMLElement, element).textContent = name ?? option.text;
    part("[data-camera-option-where]", HTMLElement, element).textContent = place ?? "";
    if (state) {
      const mark = part("[data-camera-option-state]", HTMLElement, element);
      const use = mark.querySelector("use");
      mark.hidden = false;
      mark.classList.add(tone ?? "off");
      part("span", HTMLElement, mark).textContent = state;
      use?.setAttribute("href", `${use.getAttribute("href")?.split("#")[0]}#${shape}`);
    }
    const agency = option.parentElement instanceof HTMLOptGroupElement ? option.parentElement.label : "";
    const found = { option, words: `${option.text} ${agency}`.toLowerCase(), element };
    // The field keeps the focus while an option is touched.
    element.addEventListener("pointerdown", (event) => event.preventDefault());
    element.addEventListener("click", () => this.#choose(found));
    return found;
  }

  /** @returns {HTMLElement[]} the options, under their agencies where there are several */
  #groups() {
    /** @type {Map<Element | null, HTMLElement>} */
    const groups = new Map();
    for (const { option, element } of this.#options) {
      const owner = option.parentElement instanceof HTMLOptGroupElement ? option.parentElement : null;
      const group = groups.get(owner) ?? document.createElement("div");
      if (owner && !groups.has(owner)) {
        const heading = document.createElement("span");
        heading.className = "office";
        heading.textContent = owner.label;
        heading.setAttribute("aria-hidden", "true");
        group.setAttribute("role", "group");
        group.setAttribute("aria-label", owner.label);
        group.append(heading);
      }
      groups.set(owner, group);
      group.append(element);
    }
    return [...groups.values()];
  }

  /** @param {HTMLElement} root */
  #listen(root) {
    const { input } = this;
    root.addEventListener("click", () => {
      if (this.isOpen) return;
      input.focus();
      this.#open();
    });
    input.addEventListener("input", () => {
      this.#isTyped = true;
      this.#open();
    });
    input.addEventListener("keydown", (event) => this.#onKey(event));
    input.addEventListener("blur", () => {
      const shown = this.#shown();
      if (this.#isTyped && shown.length === 1 && shown[0]) this.#choose(shown[0]);
      else this.#close();
    });
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      if (!this.isOpen) this.#open();
      else this.#move(step);
    } else if (event.key === "Enter" && this.isOpen) {
      // The first Enter takes the camera, the next one sends the form.
      event.preventDefault();
      if (this.#active) this.#choose(this.#active);
    } else if (event.key === "Tab" && this.isOpen && this.#isTyped && this.#active) {
      this.#choose(this.#active);
    } else if (event.key === "Escape" && this.isOpen) {
      event.stopPropagation();
      this.#close();
    }
  }

  /** Show what matches the words typed, or everything where nothing was typed since a camera was chosen. */
  #open() {
    const words = this.#isTyped ? this.input.value.toLowerCase().split(/\s+/).filter(Boolean) : [];
    for (const { words: known, element } of this.#options)
      element.hidden = !words.every((word) => known.includes(word));
    for (const group of this.list.children)
      group.toggleAttribute("hidden", !group.querySelector('[role="option"]:not([hidden])'));
    const shown = this.#shown();
    const chosen = shown.find(({ option }) => option.selected);
    if (!this.isOpen && !this.#isTyped) this.input.select();
    this.popover.hidden = false;
    this.list.hidden = shown.length === 0;
    this.empty.hidden = shown.length > 0;
    this.count.textContent = this.#isTyped ? text("home_live.places_found", { n: shown.length }) : "";
    this.input.setAttribute("aria-expanded", "true");
    this.#point((this.#isTyped ? shown[0] : chosen) ?? shown[0] ?? null);
  }

  #close() {
    this.popover.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.#isTyped = false;
    this.count.textContent = "";
    this.#point(null);
    this.#showChosen();
  }

  /** @param {CameraOption} chosen */
  #choose(chosen) {
    this.select.value = chosen.option.value;
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
    this.#close();
  }

  #showChosen() {
    const chosen = this.select.selectedOptions[0];
    this.input.value = chosen?.text ?? "";
    for (const { option, element } of this.#options) element.setAttribute("aria-selected", String(option === chosen));
  }

  /** @returns {CameraOption[]} */
  #shown() {
    return this.#options.filter(({ element }) => !element.hidden);
  }

  /** @param {number} step */
  #move(step) {
    const shown = this.#shown();
    const at = this.#active ? shown.indexOf(this.#active) : -1;
    this.#point(shown[(at + step + shown.length) % shown.length] ?? null);
  }

  /** @param {CameraOption | null} pointed */
  #point(pointed) {
    this.#active?.element.classList.remove("at");
    this.#active = pointed;
    if (pointed) {
      pointed.element.classList.add("at");
      this.input.setAttribute("aria-activedescendant", pointed.element.id);
      pointed.element.scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }
}
