/**
 * The big clock: it shows the playhead's time, and turns into a field that takes any moment and shows how it is understood.
 * @module
 */

import { ApiError, isAborted } from "../page/api.js";
import { Emitter } from "../page/emitter.js";
import { withReference } from "../page/notice.js";
import { pageData, part, text } from "../page/page_data.js";
import {
  clock,
  clockTenths,
  dateShort,
  dayOf,
  nearestTenth,
  nowUs,
  parseTyped,
  SECOND_US,
  tenth,
} from "../page/site_time.js";

const SETTLE_MS = 150;

/** Words for each reason why a text is no moment. @type {Record<string, string>} */
const REASONS = {
  "time-unreadable": "find.time_unreadable",
  "time-no-such-time": "find.time_no_such_time",
  "time-no-such-day": "find.time_no_such_day",
  "time-other-weekday": "find.time_other_weekday",
  "time-skipped": "find.time_skipped",
};

/** "Sel, 25 Nov 2025 14:05:09 WITA", with tenths where they were asked for. @param {number} us @returns {string} */
const momentWords = (us) =>
  `${dateShort(us)} ${us % SECOND_US === 0 ? clock(us) : clockTenths(us)} ${pageData().zone_label}`;

/** Emits `seek` with an instant. @extends {Emitter<{seek: number}>} */
export class ClockForm extends Emitter {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #asked = new AbortController();
  wallUs = 0;

  constructor() {
    super();
    this.form = part("[data-clock-form]", HTMLFormElement);
    this.face = part("[data-clock]", HTMLButtonElement);
    this.edit = part("[data-clock-edit]", HTMLElement);
    this.input = part("[data-clock-input]", HTMLInputElement);
    this.typed = part("[data-clock-typed]", HTMLElement);
    this.meant = part("[data-clock-meant]", HTMLElement);
    this.problem = part("[data-clock-problem]", HTMLElement);
    this.date = part("[data-clock-date]", HTMLElement);
    this.time = part("[data-clock-time]", HTMLElement);
    this.tenth = part("[data-clock-tenth]", HTMLElement);
    this.face.addEventListener("click", () => this.open());
    this.input.addEventListener("input", () => {
      this.#complain("");
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#hint(), SETTLE_MS);
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
    });
    this.form.addEventListener("focusout", (event) => {
      if (
        !this.edit.hidden &&
        !this.form.contains(/** @type {Node | null} */ (event.relatedTarget)) &&
        document.hasFocus()
      )
        this.close(false);
    });
  }

  /** @param {number} us */
  show(us) {
    this.wallUs = us;
    const shown_us = nearestTenth(us);
    for (const [element, words] of /** @type {[HTMLElement, string][]} */ ([
      [this.date, dateShort(shown_us)],
      [this.time, clock(shown_us)],
      [this.tenth, `.${tenth(shown_us)}`],
    ])) {
      if (element.textContent !== words) element.textContent = words;
    }
  }

  open() {
    this.face.hidden = true;
    this.edit.hidden = false;
    this.typed.hidden = false;
    this.input.value = clock(this.wallUs);
    this.#tell("", false);
    this.input.focus();
    this.input.select();
  }

  /** @param {boolean} [givesFocus] */
  close(givesFocus = true) {
    clearTimeout(this.#timer);
    this.#asked.abort();
    this.#complain("");
    this.edit.hidden = true;
    this.typed.hidden = true;
    this.face.hidden = false;
    if (givesFocus) this.face.focus();
  }

  /** Only the answer to what was typed last counts. @returns {Promise<number>} */
  #ask() {
    clearTimeout(this.#timer);
    this.#asked.abort();
    this.#asked = new AbortController();
    return parseTyped(this.input.value, dayOf(this.wallUs), { at_us: this.wallUs, signal: this.#asked.signal });
  }

  /** What is understood so far; half-typed texts are no mistakes yet. */
  async #hint() {
    if (this.input.value.trim() === "") {
      this.#tell("", false);
      return;
    }
    try {
      const at = await this.#ask();
      if (at > nowUs()) this.#tell(text("find.time_future", { time: momentWords(at) }), true);
      else this.#tell(`= ${momentWords(at)}`, false);
    } catch (error) {
      if (isAborted(error)) return;
      this.#tell(error instanceof ApiError && error.status === 422 ? text("find.time_not_yet") : "", false);
    }
  }

  async #submit() {
    try {
      const at = await this.#ask();
      if (at > nowUs()) {
        this.#complain(text("find.time_future", { time: momentWords(at) }));
        return;
      }
      this.close();
      this.emit("seek", at);
    } catch (error) {
      if (isAborted(error)) return;
      const reason = error instanceof ApiError ? REASONS[error.code] : undefined;
      this.#complain(
        reason
          ? text(reason, { typed: this.input.value.trim().slice(0, 40) })
          : withReference(text("player.no_answer"), error),
      );
    }
  }

  /** @param {string} words @param {boolean} isFuture */
  #tell(words, isFuture) {
    this.meant.textContent = words;
    this.meant.classList.toggle("warn", isFuture);
  }

  /** @param {string} words "" where nothing is wrong */
  #complain(words) {
    this.problem.hidden = words === "";
    this.problem.textContent = words;
    this.meant.hidden = words !== "";
    this.input.toggleAttribute("aria-invalid", words !== "");
    if (words !== "") this.input.focus();
  }
}
