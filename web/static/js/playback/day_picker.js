/**
 * Choosing a day: the arrows beside it, and a calendar whose days show how complete their footage is.
 * @module
 */

import { json } from "../api.js";
import { pageData, part, text } from "../page_data.js";
import { dateLong, dateShort, dayOf, dayPlus, dayStartUs, monthName, nowUs } from "../site_time.js";

/** @typedef {{day: string, covered_us: number, length_us: number}} DayFacts */

/** Fires `day` (detail: local day as "2025-11-25"). */
export class DayPicker extends EventTarget {
  /** @type {Map<string, Map<string, DayFacts>>} */
  #months = new Map();

  /** @param {number} cameraId @param {number} at_us */
  constructor(cameraId, at_us) {
    super();
    this.cameraId = cameraId;
    this.day = dayOf(at_us);
    this.month = this.day.slice(0, 7);
    this.opener = part("[data-day-open]", HTMLButtonElement);
    this.box = part("[data-calendar]", HTMLElement);
    this.label = part("[data-day-label]", HTMLElement);
    this.later = part('[data-day="1"]', HTMLButtonElement);
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-day]"))) {
      button.addEventListener("click", () => this.#choose(dayPlus(this.day, Number(button.dataset["day"]))));
    }
    this.opener.addEventListener("click", () => (this.box.hidden ? this.open() : this.close()));
    document.addEventListener("pointerdown", (event) => {
      const target = /** @type {Node} */ (event.target);
      if (!this.box.hidden && !this.box.contains(target) && !this.opener.contains(target)) this.close(false);
    });
    this.box.addEventListener("keydown", (event) => this.#onKey(event));
    this.setDay(at_us);
  }

  /** Follow the playhead. @param {number} us */
  setDay(us) {
    const words = dateShort(us);
    if (this.label.textContent !== words) this.label.textContent = words;
    this.day = dayOf(us);
    this.later.disabled = this.day >= dayOf(nowUs());
  }

  open() {
    this.month = this.day.slice(0, 7);
    this.box.hidden = false;
    this.opener.setAttribute("aria-expanded", "true");
    void this.#show(true);
  }

  /** @param {boolean} [givesFocus] */
  close(givesFocus = true) {
    this.box.hidden = true;
    this.opener.setAttribute("aria-expanded", "false");
    if (givesFocus) this.opener.focus();
  }

  /** @param {string} day */
  #choose(day) {
    if (day > dayOf(nowUs())) return;
    this.dispatchEvent(new CustomEvent("day", { detail: day }));
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
      return;
    }
    const steps = /** @type {Record<string, number>} */ ({ ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 });
    const step = steps[event.key];
    const from = event.target instanceof HTMLElement ? event.target.dataset["date"] : undefined;
    if (!step || !from) return;
    event.preventDefault();
    event.stopPropagation();
    const to = dayPlus(from, step);
    const focus = () => /** @type {HTMLElement | null} */ (this.box.querySelector(`[data-date="${to}"]`))?.focus();
    if (to.slice(0, 7) === this.month) focus();
    else {
      this.month = to.slice(0, 7);
      void this.#show(false).then(focus);
    }
  }

  /** @param {boolean} takesFocus */
  async #show(takesFocus) {
    const { month } = this;
    this.#draw(this.#months.get(month) ?? null);
    if (takesFocus) /** @type {HTMLElement | null} */ (this.box.querySelector('[aria-pressed="true"], [data-date]'))?.focus();
    try {
      /** @type {DayFacts[]} */
      const days = await json(`/api/v1/cameras/${this.cameraId}/days?month=${month}`);
      this.#months.set(month, new Map(days.map((facts) => [facts.day, facts])));
    } catch {
      return;
    }
    if (this.month !== month || this.box.hidden) return;
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset["date"] : undefined;
    this.#draw(this.#months.get(month) ?? null);
    if (focused) /** @type {HTMLElement | null} */ (this.box.querySelector(`[data-date="${focused}"]`))?.focus();
  }

  /** @param {Map<string, DayFacts> | null} facts null while they are on their way */
  #draw(facts) {
    const first = `${this.month}-01`;
    const head = element("div", "cal-h");
    head.append(this.#arrow(-1, "‹", "player.month_before"), element("b", "", monthName(dayStartUs(first))), this.#arrow(1, "›", "player.month_after"));
    const table = /** @type {HTMLTableElement} */ (element("table", "cal"));
    const names = table.createTHead().insertRow();
    const monday = "2024-01-01";
    for (let i = 0; i < 7; i += 1) {
      const cell = element("th", "", new Intl.DateTimeFormat(pageData.language, { weekday: "short", timeZone: "UTC" }).format(new Date(`${dayPlus(monday, i)}T12:00:00Z`)));
      cell.setAttribute("scope", "col");
      names.append(cell);
    }
    const blank = (new Date(`${first}T12:00:00Z`).getUTCDay() + 6) % 7;
    const body = table.createTBody();
    for (let week = dayPlus(first, -blank); week.slice(0, 7) <= this.month; week = dayPlus(week, 7)) {
      const row = body.insertRow();
      for (let i = 0; i < 7; i += 1) {
        const day = dayPlus(week, i);
        const cell = row.insertCell();
        if (day.slice(0, 7) === this.month) cell.append(this.#dayButton(day, facts));
      }
    }
    const foot = element("div", "cal-f");
    foot.append(element("span", "", text("player.calendar_hint")));
    const today = element("button", "btn sm", text("player.today"));
    today.addEventListener("click", () => { this.close(); this.#choose(dayOf(nowUs())); });
    foot.append(today);
    this.box.replaceChildren(head, table, foot);
  }

  /** @param {string} day @param {Map<string, DayFacts> | null} facts @returns {HTMLElement} */
  #dayButton(day, facts) {
    const button = /** @type {HTMLButtonElement} */ (element("button", "", String(Number(day.slice(8)))));
    button.type = "button";
    button.dataset["date"] = day;
    button.setAttribute("aria-pressed", String(day === this.day));
    const today = dayOf(nowUs());
    if (day === today) button.setAttribute("aria-current", "date");
    const known = facts?.get(day);
    const share = known && known.length_us > 0 ? known.covered_us / known.length_us : 0;
    const isEmpty = facts !== null && share === 0;
    button.disabled = day > today || isEmpty;
    const words = facts === null ? "" : isEmpty ? text("player.no_footage") : text("player.coverage", { n: Math.floor(share * 100) });
    button.setAttribute("aria-label", [dateLong(dayStartUs(day)), words].filter(Boolean).join(", "));
    if (words) button.title = words;
    const meter = document.createElement("meter");
    meter.value = share;
    meter.setAttribute("aria-hidden", "true");
    button.append(meter);
    button.addEventListener("click", () => { this.close(); this.#choose(day); });
    return button;
  }

  /** @param {1 | -1} by @param {string} sign @param {string} label @returns {HTMLElement} */
  #arrow(by, sign, label) {
    const button = /** @type {HTMLButtonElement} */ (element("button", "btn icon quiet", sign));
    button.type = "button";
    button.setAttribute("aria-label", text(label));
    const month = dayPlus(by > 0 ? dayPlus(`${this.month}-01`, 31) : `${this.month}-01`, by > 0 ? 0 : -1).slice(0, 7);
    button.disabled = month > dayOf(nowUs()).slice(0, 7);
    button.addEventListener("click", () => { this.month = month; void this.#show(false); });
    return button;
  }
}

/** @param {string} name @param {string} kind @param {string} [words] @returns {HTMLElement} */
function element(name, kind, words = "") {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  if (words) made.textContent = words;
  return made;
}
