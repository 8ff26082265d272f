/**
 * The cards of quick search: pictures with their own time, and gaps with their cause.
 * @module
 */

import { Emitter } from "../page/emitter.js";
import { pageData, part, text } from "../page/page_data.js";
import { clock, clockMinutes, dateLong, dayMonth, dayOf, duration, weekdayShort } from "../page/site_time.js";
import { StillCard } from "../player/still_card.js";

/** "14:02–19:14", with days where they differ. @param {number} start_us @param {number} end_us @returns {string} */
export function rangeWords(start_us, end_us) {
  const isShort = end_us - start_us < 600_000_000;
  const write = isShort ? clock : clockMinutes;
  if (dayOf(start_us) === dayOf(end_us)) return `${write(start_us)}–${write(end_us)}`;
  return `${dayMonth(start_us)} ${write(start_us)} – ${dayMonth(end_us)} ${write(end_us)}`;
}

/** @typedef {import("../timeline/timeline_data.js").Gap} Gap */

/** A picture that can be chosen. @extends {Emitter<{pick: undefined, play: undefined}>} */
export class ShotCard extends Emitter {
  /**
   * @param {HTMLTemplateElement} pattern
   * @param {import("./search_round.js").Shot | null} shot null while nobody knows yet where footage is
   * @param {boolean} isLast whether choosing it plays, for there is nothing narrower
   */
  constructor(pattern, shot, isLast) {
    super();
    const made = /** @type {DocumentFragment} */ (pattern.content.cloneNode(true));
    this.shot = shot;
    this.isLast = isLast;
    this.root = part("[data-shot]", HTMLElement, made);
    this.button = part("[data-shot-pick]", HTMLButtonElement, made);
    this.plays = part("[data-shot-play]", HTMLButtonElement, made);
    this.clock = part("[data-shot-clock]", HTMLElement, made);
    this.weekday = part("[data-shot-weekday]", HTMLElement, made);
    this.date = part("[data-shot-date]", HTMLElement, made);
    this.gaps = part("[data-shot-gaps]", HTMLElement, made);
    this.still = new StillCard(made);
    this.button.addEventListener("click", () => this.emit("pick"));
    this.plays.addEventListener("click", () => this.emit("play"));
    this.still.on("shown", () => this.#showTime());
    this.#showTime();
    this.#showGaps(shot?.gaps ?? []);
  }

  /** The instant of what is seen: of the picture itself, else the one it was asked for. @returns {number | null} */
  get at_us() {
    return this.still.taken_us ?? this.shot?.at_us ?? null;
  }

  #showTime() {
    const at = this.at_us;
    this.plays.disabled = at === null;
    if (at === null) {
      this.button.setAttribute("aria-label", text("find.loading"));
      return;
    }
    const words = `${dateLong(at)} ${clock(at)} ${pageData().zone_label}`;
    this.clock.textContent = clock(at);
    this.weekday.textContent = `${weekdayShort(at)}, `;
    this.date.textContent = dayMonth(at);
    this.button.setAttribute("aria-label", text(this.isLast ? "find.play_at" : "find.zoom_at", { time: words }));
    this.plays.setAttribute("aria-label", text("find.play_at", { time: words }));
    this.root.dataset["atUs"] = String(at);
  }

  /** @param {readonly Gap[]} gaps */
  #showGaps(gaps) {
    this.gaps.hidden = gaps.length === 0;
    if (gaps.length === 0) return;
    const length = duration(gaps.reduce((sum, gap) => sum + gap.end_us - gap.start_us, 0));
    this.gaps.textContent = text("find.holes", { n: gaps.length, length });
    this.gaps.title = gaps
      .map((gap) => `${rangeWords(gap.start_us, gap.end_us)} ${text(`cause.${gap.cause}`)}`)
      .join("\n");
  }
}

/**
 * A gap between two pictures: how long, why, and from when to when.
 * @param {HTMLTemplateElement} pattern
 * @param {Gap} gap
 * @returns {HTMLElement}
 */
export function gapCard(pattern, gap) {
  const made = /** @type {DocumentFragment} */ (pattern.content.cloneNode(true));
  part("[data-gap-length]", HTMLElement, made).textContent = text("find.gap", {
    length: duration(gap.end_us - gap.start_us),
  });
  part("[data-gap-cause]", HTMLElement, made).textContent = text(`cause.${gap.cause}`);
  part("[data-gap-range]", HTMLElement, made).textContent = rangeWords(gap.start_us, gap.end_us);
  return part("[data-gap-card]", HTMLElement, made);
}
