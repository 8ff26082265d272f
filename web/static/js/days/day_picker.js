/**
 * Choosing a day: arrows to the next ones, and a calendar with the keys of a date grid (WAI-ARIA).
 * @module
 */

import { monthGrid, weekdayOf } from "./calendar_month.js";
import { DayKnowledge } from "./day_facts.js";
import { Emitter } from "../page/emitter.js";
import { part, text } from "../page/page_data.js";
import { dateShort, dayMonth, dayOf, dayPlus, dayStartUs, monthName, nowUs, SECOND_US } from "../page/site_time.js";

/** The first day of a month. @param {number} count months since the year 0 @returns {string} */
const firstOf = (count) =>
  `${String(Math.floor(count / 12)).padStart(4, "0")}-${String((count % 12) + 1).padStart(2, "0")}-01`;

/** The day with the same number in another month, or that month's last. @param {string} day @param {number} months @returns {string} */
function monthsLater(day, months) {
  const count = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 + months;
  const same = dayPlus(firstOf(count), Number(day.slice(8)) - 1);
  const last = dayPlus(firstOf(count + 1), -1);
  return same < last ? same : last;
}

/** Emits `day` with a local day such as "2025-11-25", and `moment` with the instant of the first or the last footage. @extends {Emitter<{day: string, moment: number}>} */
export class DayPicker extends Emitter {
  #knowledge = new DayKnowledge();
  #asked = new AbortController();
  /** The day that Tab reaches; its month is shown. */
  #reached = "";

  /** @param {import("../page/page_data.js").CameraFacts} camera @param {number} at_us @param {AbortSignal} signal of its owner */
  constructor(camera, at_us, signal) {
    super();
    this.camera = camera;
    this.day = dayOf(at_us);
    this.opener = part("[data-day-open]", HTMLButtonElement);
    this.box = part("[data-calendar]", HTMLElement);
    this.label = part("[data-day-label]", HTMLElement);
    this.later = part('[data-day="1"]', HTMLButtonElement);
    this.month = part("[data-calendar-month]", HTMLElement, this.box);
    this.whose = part("[data-calendar-whose]", HTMLElement, this.box);
    this.grid = part("[data-calendar-grid]", HTMLElement, this.box);
    this.note = part("[data-calendar-note]", HTMLElement, this.box);
    this.after = part('[data-calendar-by="1"]', HTMLButtonElement, this.box);
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-day]"))) {
      button.addEventListener("click", () => this.#choose(dayPlus(this.day, Number(button.dataset["day"]))));
    }
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (this.box.querySelectorAll("[data-calendar-by]"))) {
      button.addEventListener("click", () =>
        this.#reach(monthsLater(this.#reached, Number(button.dataset["calendarBy"])), false),
      );
    }
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (this.box.querySelectorAll("[data-calendar-to]"))) {
      button.addEventListener("click", () => this.#goTo(button.dataset["calendarTo"] ?? ""));
    }
    part("[data-calendar-close]", HTMLButtonElement, this.box).addEventListener("click", () => this.close());
    this.opener.addEventListener("click", () => (this.box.hidden ? this.open() : this.close()));
    const onPointer = (/** @type {PointerEvent} */ event) => {
      const target = /** @type {Node} */ (event.target);
      if (!this.box.hidden && !this.box.contains(target) && !this.opener.contains(target)) this.close(false);
    };
    document.addEventListener("pointerdown", onPointer, { signal });
    this.box.addEventListener("keydown", (event) => this.#onKey(event));
    this.setDay(at_us);
  }

  /** Whose footage the calendar tells. @param {import("../page/page_data.js").CameraFacts} camera */
  setCamera(camera) {
    this.camera = camera;
    if (!this.box.hidden) void this.#show(false);
  }

  /** Follow the playhead. @param {number} us */
  setDay(us) {
    const words = dateShort(us);
    if (this.label.textContent !== words) this.label.textContent = words;
    this.day = dayOf(us);
    this.later.disabled = this.day >= dayOf(nowUs());
  }

  open() {
    this.#reached = this.day;
    this.box.hidden = false;
    this.opener.setAttribute("aria-expanded", "true");
    const { oldest_us, newest_us } = this.camera;
    for (const [name, us] of /** @type {[string, number | null][]} */ ([
      ["oldest", oldest_us],
      ["newest", newest_us],
    ])) {
      const button = part(`[data-calendar-to="${name}"]`, HTMLButtonElement, this.box);
      button.hidden = us === null;
      if (us !== null) part("[data-calendar-date]", HTMLElement, button).textContent = dayMonth(us);
    }
    void this.#show(true);
  }

  /** @param {boolean} [givesFocus] */
  close(givesFocus = true) {
    this.#asked.abort();
    this.box.hidden = true;
    this.opener.setAttribute("aria-expanded", "false");
    if (givesFocus) this.opener.focus();
  }

  /** @param {string} day */
  #choose(day) {
    if (day > dayOf(nowUs())) return;
    this.emit("day", day);
  }

  /** @param {string} where */
  #goTo(where) {
    this.close();
    const { oldest_us, newest_us } = this.camera;
    if (where === "today") this.#choose(dayOf(nowUs()));
    else if (where === "oldest" && oldest_us !== null) this.#tellMoment(oldest_us);
    // At its very end there is nothing left to see.
    else if (where === "newest" && newest_us !== null)
      this.#tellMoment(Math.max(oldest_us ?? 0, newest_us - SECOND_US));
  }

  /** @param {number} us */
  #tellMoment(us) {
    this.emit("moment", us);
  }

  /** @param {string} day @param {boolean} takesFocus */
  #reach(day, takesFocus) {
    const today = dayOf(nowUs());
    const before = this.#reached;
    this.#reached = day > today ? today : day;
    if (before.slice(0, 7) !== this.#reached.slice(0, 7)) void this.#show(takesFocus);
    else this.#draw(takesFocus);
  }

  /** @param {boolean} takesFocus */
  async #show(takesFocus) {
    const month = this.#reached.slice(0, 7);
    const { camera } = this;
    this.#asked.abort();
    this.#asked = new AbortController();
    const { signal } = this.#asked;
    this.note.textContent = "";
    this.#draw(takesFocus);
    try {
      await this.#knowledge.month(camera.id, month, signal);
    } catch {
      if (!signal.aborted) this.note.textContent = text("find.days_unknown");
      return;
    }
    if (!signal.aborted) this.#draw(this.grid.contains(document.activeElement));
  }

  /** @param {boolean} takesFocus */
  #draw(takesFocus) {
    const month = this.#reached.slice(0, 7);
    this.month.textContent = monthName(dayStartUs(`${month}-01`));
    this.whose.textContent = text("find.days_of", { camera: this.camera.name });
    this.after.disabled = month >= dayOf(nowUs()).slice(0, 7);
    const facts = this.#knowledge.known(this.camera.id, month);
    const table = monthGrid(
      { month, chosen: this.day, reached: this.#reached, camera: this.camera, facts },
      (day, why) => {
        if (why !== "") {
          this.note.textContent = `${dateShort(dayStartUs(day))}: ${why}`;
          return;
        }
        this.close();
        this.#choose(day);
      },
    );
    table.setAttribute("aria-labelledby", this.month.id);
    this.grid.replaceChildren(table);
    if (takesFocus) /** @type {HTMLElement | null} */ (this.grid.querySelector('[tabindex="0"]'))?.focus();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
      return;
    }
    if (event.key === "Tab") {
      this.#keepTab(event);
      return;
    }
    if (!(event.target instanceof HTMLElement) || event.target.dataset["date"] === undefined) return;
    const day = this.#reached;
    const months = event.shiftKey ? 12 : 1;
    /** @type {Record<string, () => string>} */
    const places = {
      ArrowLeft: () => dayPlus(day, -1),
      ArrowRight: () => dayPlus(day, 1),
      ArrowUp: () => dayPlus(day, -7),
      ArrowDown: () => dayPlus(day, 7),
      Home: () => dayPlus(day, -weekdayOf(day)),
      End: () => dayPlus(day, 6 - weekdayOf(day)),
      PageUp: () => monthsLater(day, -months),
      PageDown: () => monthsLater(day, months),
    };
    const place = places[event.key];
    if (!place) return;
    event.preventDefault();
    event.stopPropagation();
    this.#reach(place(), true);
  }

  /** Tab goes round inside the calendar while it is open. @param {KeyboardEvent} event */
  #keepTab(event) {
    const stops = /** @type {HTMLElement[]} */ ([
      ...this.box.querySelectorAll("button:not([disabled]):not([hidden]):not([tabindex='-1'])"),
    ]);
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    if (document.activeElement !== edge) return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
  }
}
