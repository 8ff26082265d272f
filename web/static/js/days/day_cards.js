/**
 * Seven days as cards, each with how complete its footage is; a day without footage says so and cannot be chosen.
 * @module
 */

import { json } from "../page/api.js";
import { percentOf, shareOf } from "./day_facts.js";
import { Emitter } from "../page/emitter.js";
import { every } from "../page/every.js";
import { part, text } from "../page/page_data.js";
import { dayOf, dayPlus, dayStartUs, monthName, nowUs, weekdayShort } from "../page/site_time.js";

const SHOWN = 7;
const FRESH_MS = 60_000;

/** @typedef {import("./day_facts.js").DayFacts} DayFacts */

/** Emits `day` with a local day such as "2025-11-25". @extends {Emitter<{day: string}>} */
export class DayCards extends Emitter {
  #cameraId = 0;
  #day = "";
  /** Last of the days shown. */
  #last = "";
  /** By camera and month. @type {Map<string, {at_ms: number, days: Map<string, DayFacts>}>} */
  #months = new Map();
  #round = 0;

  /** @param {AbortSignal} signal of its owner */
  constructor(signal) {
    super();
    this.box = part("[data-day-cards]", HTMLElement);
    this.card = part("[data-day-card]", HTMLTemplateElement);
    const refresh = () => {
      if (this.#isShown) void this.#refresh();
    };
    every(FRESH_MS, refresh, signal);
  }

  get #isShown() {
    return this.box.offsetParent !== null;
  }

  /** @param {number} cameraId */
  setCamera(cameraId) {
    if (cameraId === this.#cameraId) return;
    this.#cameraId = cameraId;
    this.#draw();
    void this.#refresh();
  }

  /** Follow the playhead. @param {number} us */
  show(us) {
    const day = dayOf(us);
    if (day === this.#day) return;
    this.#day = day;
    const today = dayOf(nowUs());
    const isInSight = this.#last !== "" && day <= this.#last && day > dayPlus(this.#last, -SHOWN);
    // A day of long ago stands in the middle, so that both its neighbours can be chosen.
    if (!isInSight) this.#last = day > dayPlus(today, -SHOWN) ? today : dayPlus(day, Math.floor(SHOWN / 2));
    this.#draw();
    void this.#refresh();
  }

  async #refresh() {
    if (this.#cameraId === 0 || this.#last === "" || !this.#isShown) return;
    const cameraId = this.#cameraId;
    const round = (this.#round += 1);
    const months = new Set([this.#last.slice(0, 7), dayPlus(this.#last, 1 - SHOWN).slice(0, 7)]);
    for (const month of months) {
      const key = `${cameraId} ${month}`;
      const known = this.#months.get(key);
      if (known && performance.now() - known.at_ms < FRESH_MS / 2) continue;
      try {
        /** @type {DayFacts[]} */
        const days = await json(`/api/v1/cameras/${cameraId}/days?month=${month}`);
        this.#months.set(key, { at_ms: performance.now(), days: new Map(days.map((facts) => [facts.day, facts])) });
      } catch {
        // Cards without bars can be chosen all the same.
      }
    }
    if (round === this.#round) this.#draw();
  }

  #draw() {
    if (this.#last === "") return;
    const held =
      document.activeElement instanceof HTMLElement && this.box.contains(document.activeElement)
        ? document.activeElement.dataset["date"]
        : undefined;
    const days = Array.from({ length: SHOWN }, (_, index) => dayPlus(this.#last, index + 1 - SHOWN));
    this.box.replaceChildren(...days.map((day) => this.#show(day)));
    if (held) /** @type {HTMLElement | null} */ (this.box.querySelector(`[data-date="${held}"]`))?.focus();
  }

  /** @param {string} day @returns {Node} */
  #show(day) {
    const made = /** @type {DocumentFragment} */ (this.card.content.cloneNode(true));
    const button = part("button", HTMLButtonElement, made);
    const facts = this.#months.get(`${this.#cameraId} ${day.slice(0, 7)}`)?.days.get(day);
    const now = nowUs();
    const today = dayOf(now);
    const isEmpty = facts !== undefined && facts.covered_us === 0;
    const start = dayStartUs(day);
    const share = shareOf(facts, start, dayStartUs(dayPlus(day, 1)), now);
    button.dataset["date"] = day;
    part("[data-day-name]", HTMLElement, made).textContent = day === today ? text("player.today") : weekdayShort(start);
    part("[data-day-number]", HTMLElement, made).textContent = String(Number(day.slice(8)));
    const bar = part("meter", HTMLMeterElement, made);
    bar.value = share;
    bar.hidden = isEmpty;
    part("[data-day-none]", HTMLElement, made).hidden = !isEmpty;
    // What is seen comes first in the button's name, so that it can be spoken to the browser.
    const shareWords = facts === undefined || isEmpty ? "" : text("player.coverage", { n: percentOf(share) });
    part("[data-day-more]", HTMLElement, made).textContent = [monthName(start), shareWords].filter(Boolean).join(", ");
    button.classList.toggle("no", isEmpty);
    button.disabled = isEmpty || day > today;
    if (day === this.#day) button.setAttribute("aria-current", "date");
    button.addEventListener("click", () => this.emit("day", day));
    return made;
  }
}
