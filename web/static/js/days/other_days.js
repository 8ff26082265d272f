/**
 * Same time, other days: a strip of pictures at one clock time, day after day; choosing one plays it, and the strip stays
 * open to compare.
 * @module
 */

import { ApiError, isAborted } from "../page/api.js";
import { Emitter } from "../page/emitter.js";
import { withReference } from "../page/notice.js";
import { CardFocus } from "../page/card_focus.js";
import { DayKnowledge, whyEmpty } from "./day_facts.js";
import { pageData, part, text } from "../page/page_data.js";
import { instantOn, timeOfDayUs } from "./same_clock.js";
import { StillCard } from "../player/still_card.js";
import { clock, dateLong, dayMonth, dayOf, dayPlus, dayStartUs, nowUs, weekday } from "../page/site_time.js";

/** Days with footage that are fetched at a time. */
const AT_ONCE = 7;
/** Days after the one on screen, where there are so many. */
const AFTER = 3;

/** @typedef {import("../page/page_data.js").CameraFacts} CameraFacts */

/** Emits `seek` with an instant. @extends {Emitter<{seek: number}>} */
export class OtherDays extends Emitter {
  #knowledge = new DayKnowledge();
  #focus = new CardFocus();
  #round = new AbortController();
  #time_us = 0;
  /** The next older day to ask for. */
  #next = "";
  /** @type {Element | null} */
  #opener = null;

  /** @param {import("../player/deck.js").Deck} deck */
  constructor(deck) {
    super();
    this.deck = deck;
    this.box = part("[data-other-days]", HTMLElement);
    this.time = part("[data-days-time]", HTMLElement, this.box);
    this.list = part("[data-days-list]", HTMLElement, this.box);
    this.older = part("[data-days-older]", HTMLButtonElement, this.box);
    this.note = part("[data-days-note]", HTMLElement, this.box);
    this.pattern = part("[data-day-still-pattern]", HTMLTemplateElement);
    this.emptyPattern = part("[data-day-empty-pattern]", HTMLTemplateElement);
    part("[data-close]", HTMLButtonElement, this.box).addEventListener("click", () => this.close());
    this.older.addEventListener("click", () => void this.#more());
    this.box.addEventListener("keydown", (event) => this.#onKey(event));
    deck.on("seek", () => this.#markDay());
    deck.on("focus", () => {
      if (this.isOpen) this.#begin();
    });
  }

  get isOpen() {
    return !this.box.hidden;
  }

  open() {
    if (this.isOpen) {
      this.close();
      return;
    }
    this.#opener = document.activeElement;
    this.box.hidden = false;
    this.#begin();
  }

  close() {
    this.#round.abort();
    const hadFocus = this.box.contains(document.activeElement);
    this.box.hidden = true;
    this.list.replaceChildren();
    if (hadFocus && this.#opener instanceof HTMLElement) this.#opener.focus();
  }

  #begin() {
    const at = this.deck.wallUs;
    const today = dayOf(nowUs());
    const last = dayPlus(dayOf(at), AFTER);
    this.#round.abort();
    this.#round = new AbortController();
    this.#time_us = timeOfDayUs(at);
    this.#next = last < today ? last : today;
    // Today's moment may be yet to come.
    if (instantOn(this.#next, this.#time_us) > nowUs()) this.#next = dayPlus(this.#next, -1);
    this.time.textContent = `${clock(at)} ${pageData().zone_label}`;
    this.list.replaceChildren();
    void this.#more();
  }

  /** Put older days in front: so many with footage, and what is missing between them. */
  async #more() {
    const { camera } = this.deck.focused;
    const { signal } = this.#round;
    const isFirst = this.list.children.length === 0;
    this.note.textContent = "";
    this.older.disabled = true;
    try {
      const found = await this.#nextDays(camera, signal);
      if (signal.aborted) return;
      const before = this.list.scrollWidth - this.list.scrollLeft;
      this.list.prepend(
        ...found.map(({ from, to, isEmpty }) =>
          isEmpty ? this.#emptyCard(camera, from, to) : this.#card(camera, from, signal),
        ),
      );
      this.older.hidden = !this.#isMore(camera);
      this.#arrange(isFirst, before);
      if (this.list.querySelector("[data-day-pick]") === null) this.note.textContent = text("find.never");
    } catch (error) {
      if (isAborted(error)) return;
      const isRefused = error instanceof ApiError && (error.status === 403 || error.status === 404);
      this.note.textContent = withReference(text(isRefused ? "find.no_right" : "find.no_answer"), error);
      this.older.hidden = isRefused;
    } finally {
      this.older.disabled = false;
    }
  }

  /**
   * @param {CameraFacts} camera
   * @param {AbortSignal} signal
   * @returns {Promise<{from: string, to: string, isEmpty: boolean}[]>} days, and runs of days without footage, in order
   */
  async #nextDays(camera, signal) {
    /** @type {{from: string, to: string, isEmpty: boolean}[]} */
    const found = [];
    let day = this.#next;
    for (let count = 0; count < AT_ONCE && this.#reaches(camera, day); day = dayPlus(day, -1)) {
      const facts = await this.#knowledge.month(camera.id, day.slice(0, 7), signal);
      const isEmpty = (facts.get(day)?.covered_us ?? 0) === 0;
      const first = found[0];
      if (isEmpty && first?.isEmpty) first.from = day;
      else found.unshift({ from: day, to: day, isEmpty });
      if (!isEmpty) count += 1;
    }
    if (!signal.aborted) this.#next = day;
    return found;
  }

  /** @param {CameraFacts} camera @param {string} day @returns {boolean} */
  #reaches(camera, day) {
    return camera.oldest_us !== null && day >= dayOf(camera.oldest_us);
  }

  /** @param {CameraFacts} camera @returns {boolean} */
  #isMore(camera) {
    return this.#reaches(camera, this.#next);
  }

  /** @param {CameraFacts} camera @param {string} day @param {AbortSignal} signal @returns {HTMLElement} */
  #card(camera, day, signal) {
    const made = /** @type {DocumentFragment} */ (this.pattern.content.cloneNode(true));
    const at = instantOn(day, this.#time_us);
    const root = part("[data-day-still]", HTMLElement, made);
    const button = part("[data-day-pick]", HTMLButtonElement, made);
    root.dataset["day"] = day;
    root.dataset["atUs"] = String(at);
    part("[data-day-weekday]", HTMLElement, made).textContent =
      day === dayOf(nowUs()) ? text("player.today") : weekday(at);
    part("[data-day-date]", HTMLElement, made).textContent = dayMonth(at);
    const words = `${dateLong(at)} ${clock(at)} ${pageData().zone_label}`;
    button.setAttribute("aria-label", words);
    button.addEventListener("click", () => this.emit("seek", at));
    const still = new StillCard(made);
    still.on("state", () => {
      const reason = still.state === "shown" || still.state === "loading" ? "" : still.words.textContent;
      button.setAttribute("aria-label", [words, reason].filter(Boolean).join(", "));
    });
    void still.show(camera.id, at, at, signal);
    return root;
  }

  /** @param {CameraFacts} camera @param {string} from @param {string} to @returns {HTMLElement} */
  #emptyCard(camera, from, to) {
    const made = /** @type {DocumentFragment} */ (this.emptyPattern.content.cloneNode(true));
    const start = dayStartUs(from);
    const why = whyEmpty(camera, dayStartUs(to), dayStartUs(dayPlus(to, 1)), nowUs());
    part("[data-day-date]", HTMLElement, made).textContent =
      from === to ? dayMonth(start) : `${dayMonth(start)} – ${dayMonth(dayStartUs(to))}`;
    // The note says already that there is nothing.
    part("[data-day-why]", HTMLElement, made).textContent = why === "find.day_none" ? "" : text(why);
    return part("[data-day-empty]", HTMLElement, made);
  }

  /** @param {boolean} isFirst @param {number} fromRight where the list stood, from its right end */
  #arrange(isFirst, fromRight) {
    const cards = /** @type {HTMLElement[]} */ ([...this.list.querySelectorAll("[data-day-still]")]);
    const shown = dayOf(this.deck.wallUs);
    const held = document.activeElement;
    const current = cards.findIndex((card) => card.dataset["day"] === shown);
    const buttons = cards.map((card) => part("[data-day-pick]", HTMLButtonElement, card));
    this.#focus.set(
      buttons,
      Math.max(
        0,
        isFirst ? (current < 0 ? cards.length - 1 : current) : buttons.indexOf(/** @type {HTMLButtonElement} */ (held)),
      ),
    );
    this.#markDay();
    if (isFirst) {
      const middle = cards[current] ?? cards.at(-1);
      if (middle)
        this.list.scrollLeft =
          middle.offsetLeft - this.list.offsetLeft - (this.list.clientWidth - middle.clientWidth) / 2;
      this.#focus.take();
    } else this.list.scrollLeft = this.list.scrollWidth - fromRight;
  }

  #markDay() {
    if (!this.isOpen) return;
    const shown = dayOf(this.deck.wallUs);
    for (const card of /** @type {NodeListOf<HTMLElement>} */ (this.list.querySelectorAll("[data-day-still]"))) {
      const button = part("[data-day-pick]", HTMLButtonElement, card);
      if (card.dataset["day"] === shown) button.setAttribute("aria-current", "date");
      else button.removeAttribute("aria-current");
    }
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
    } else if (event.target instanceof Element && event.target.matches("[data-day-pick]")) this.#focus.takes(event);
  }
}
