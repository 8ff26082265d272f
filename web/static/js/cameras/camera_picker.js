/**
 * The dialog that chooses cameras, searched by name, place or agency: several by check box, or one with a single touch.
 * @module
 */

import { Emitter } from "../page/emitter.js";
import { part, text } from "../page/page_data.js";
import { MOST_CAMERAS } from "./chosen_cameras.js";
import { SavedViews } from "./saved_views.js";

/**
 * @typedef {import("../page/page_data.js").CameraChoice} CameraChoice
 * @typedef {import("../page/page_data.js").LayoutName} LayoutName
 */

/** @extends {Emitter<{choose: {camera_ids: number[], layout: LayoutName | null}}>} with the layout of a saved view */
export class CameraPicker extends Emitter {
  /** Ids that are checked, in page order. @type {number[]} */
  #checked = [];
  #takesOne = false;

  /**
   * @param {readonly CameraChoice[]} choices
   * @param {() => import("../page/page_data.js").LayoutName} layout of the page, for a view that is saved
   */
  constructor(choices, layout) {
    super();
    this.choices = choices;
    this.dialog = part("[data-camera-dialog]", HTMLDialogElement);
    this.title = part("[data-picker-title]", HTMLElement, this.dialog);
    this.search = part("[data-picker-search]", HTMLInputElement, this.dialog);
    this.list = part("[data-picker-list]", HTMLElement, this.dialog);
    this.empty = part("[data-picker-empty]", HTMLElement, this.dialog);
    this.count = part("[data-picker-count]", HTMLElement, this.dialog);
    this.shows = part("[data-picker-show]", HTMLButtonElement, this.dialog);
    this.rowOfSeveral = part("[data-choice-row]", HTMLTemplateElement);
    this.rowOfOne = part("[data-one-row]", HTMLTemplateElement);
    this.views = new SavedViews(this.dialog, () => ({ camera_ids: this.#checked, layout: layout() }));
    this.views.on("choose", ({ camera_ids, layout: wanted }) => this.#choose(camera_ids, wanted));
    part("[data-close]", HTMLButtonElement, this.dialog).addEventListener("click", () => this.dialog.close());
    this.search.addEventListener("input", () => this.#filter());
    this.search.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.#takeOnlyMatch();
    });
    this.shows.addEventListener("click", () => this.#choose(this.#checked, null));
  }

  /**
   * @param {readonly number[]} chosenIds on the page now, in order
   * @param {boolean} takesOne whether one camera takes the place of all
   */
  open(chosenIds, takesOne) {
    this.#checked = [...chosenIds];
    this.#takesOne = takesOne;
    this.title.textContent = text(takesOne ? "review.choose_camera" : "review.choose_cameras");
    this.search.value = "";
    this.dialog.classList.toggle("takes-one", takesOne);
    this.#build();
    void this.views.refresh();
    this.dialog.showModal();
    // On touch screens a keyboard would hide the list that somebody came to see.
    if (matchMedia("(pointer: fine)").matches) this.search.focus();
  }

  #build() {
    const here = this.#takesOne
      ? []
      : this.#checked.flatMap((id) => this.choices.find((choice) => choice.id === id) ?? []);
    const others = this.choices.filter((choice) => !here.includes(choice));
    const groups = new Map(here.length > 0 ? [[text("review.on_page"), here]] : []);
    for (const choice of others) {
      const name = choice.is_removed ? text("review.removed_group") : choice.agency || text("review.no_agency");
      groups.set(name, [...(groups.get(name) ?? []), choice]);
    }
    this.list.replaceChildren(
      ...[...groups].flatMap(([name, choices]) => this.#group(name, choices, groups.size > 1, choices === here)),
    );
    this.#filter();
    this.#showCount();
  }

  /** @param {string} name @param {readonly CameraChoice[]} choices @param {boolean} isNamed @param {boolean} isHere @returns {HTMLElement[]} */
  #group(name, choices, isNamed, isHere) {
    const section = document.createElement("section");
    const heading = document.createElement("h3");
    const list = document.createElement("ul");
    heading.textContent = name;
    heading.hidden = !isNamed;
    list.setAttribute("aria-label", name);
    list.append(...choices.map((choice, index) => this.#row(choice, isHere && index > 0)));
    section.append(heading, list);
    return [section];
  }

  /** @param {CameraChoice} choice @param {boolean} mayGoFirst @returns {Node} */
  #row(choice, mayGoFirst) {
    const row = /** @type {DocumentFragment} */ (
      (this.#takesOne ? this.rowOfOne : this.rowOfSeveral).content.cloneNode(true)
    );
    const item = part(".choice", HTMLLIElement, row);
    item.dataset["words"] = `${choice.title} ${choice.agency}`.toLowerCase();
    item.dataset["choice"] = String(choice.id);
    part("[data-choice-name]", HTMLElement, row).textContent = choice.name;
    part("[data-choice-place]", HTMLElement, row).textContent = choice.place;
    this.#fillState(part("[data-choice-state]", HTMLElement, row), choice);
    const picture = part("[data-picture]", HTMLImageElement, row);
    if (choice.picture_url) picture.src = choice.picture_url;
    else picture.hidden = true;
    picture.addEventListener("error", () => {
      picture.hidden = true;
    });
    if (this.#takesOne) {
      const button = part("button.one", HTMLButtonElement, row);
      button.setAttribute("aria-pressed", String(this.#checked[0] === choice.id));
      button.addEventListener("click", () => this.#choose([choice.id], null));
      return row;
    }
    const box = part("input", HTMLInputElement, row);
    const first = part("[data-choice-first]", HTMLButtonElement, row);
    box.checked = this.#checked.includes(choice.id);
    box.addEventListener("change", () => this.#check(choice.id, box));
    first.hidden = !mayGoFirst;
    first.addEventListener("click", () => this.#toFront(choice.id));
    return row;
  }

  /** @param {HTMLElement} state @param {CameraChoice} choice */
  #fillState(state, choice) {
    state.classList.add(choice.tone);
    const shape = state.querySelector("use");
    shape?.setAttribute("href", `${shape.getAttribute("href")?.split("#")[0]}#${choice.shape}`);
    const word = state.querySelector("span");
    if (word) word.textContent = choice.state;
  }

  /** @param {number} id @param {HTMLInputElement} box */
  #check(id, box) {
    this.#checked = this.#checked.filter((other) => other !== id);
    if (box.checked && this.#checked.length >= MOST_CAMERAS) box.checked = false;
    else if (box.checked) this.#checked.push(id);
    this.#showCount();
  }

  /** @param {number} id */
  #toFront(id) {
    this.#checked = [id, ...this.#checked.filter((other) => other !== id)];
    this.#build();
    /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-choice="${id}"] input`))?.focus();
  }

  #showCount() {
    const { length } = this.#checked;
    this.count.textContent = text(length >= MOST_CAMERAS ? "review.full_house" : "review.chosen", {
      n: length,
      most: MOST_CAMERAS,
    });
    this.shows.disabled = length === 0;
    this.views.mayKeep(length > 0);
  }

  #filter() {
    const words = this.search.value.toLowerCase().split(/\s+/);
    let shown = 0;
    for (const section of this.list.children) {
      let here = 0;
      for (const row of /** @type {NodeListOf<HTMLElement>} */ (section.querySelectorAll("[data-choice]"))) {
        row.hidden = !words.every((word) => row.dataset["words"]?.includes(word));
        if (!row.hidden) here += 1;
      }
      section.toggleAttribute("hidden", here === 0);
      shown += here;
    }
    this.empty.hidden = shown > 0;
  }

  /** Enter in the search takes the camera that is left, where only one is. */
  #takeOnlyMatch() {
    const rows = [...this.list.querySelectorAll("section:not([hidden]) [data-choice]:not([hidden])")];
    if (rows.length === 1) rows[0]?.querySelector(this.#takesOne ? "button" : "input")?.click();
  }

  /** @param {readonly number[]} camera_ids @param {import("../page/page_data.js").LayoutName | null} layout */
  #choose(camera_ids, layout) {
    this.dialog.close();
    this.emit("choose", { camera_ids: [...camera_ids], layout });
  }
}
