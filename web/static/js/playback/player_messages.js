/**
 * What stands over the picture when there is no video: a gap and its cause, an error and what to do, or a short wait.
 * @module
 */

import { json } from "../api.js";
import { pageData, part, text } from "../page_data.js";
import { clock, clockMinutes, dateShort, dayOf, duration, nowUs, rfc3339 } from "../site_time.js";

const PATIENCE_MS = 150;
const WORDS_AFTER_MS = 2_000;

export class PlayerMessages {
  /** @type {ReturnType<typeof setTimeout>[]} */
  #timers = [];
  #round = 0;

  /**
   * @param {import("./player.js").Player} player
   * @param {import("./timeline_data.js").TimelineData} data
   */
  constructor(player, data) {
    this.player = player;
    this.data = data;
    this.box = part("[data-message]", HTMLElement, player.root);
    this.title = part("[data-message-title]", HTMLElement, player.root);
    this.words = part("[data-message-text]", HTMLElement, player.root);
    this.actions = part("[data-message-actions]", HTMLElement, player.root);
    this.wait = part("[data-wait]", HTMLElement, player.root);
    this.waitWords = part("[data-wait-text]", HTMLElement, player.root);
    player.addEventListener("state", () => this.#show());
    player.addEventListener("seek", () => { if (player.state === "gap") this.#show(); });
    data.addEventListener("change", () => { if (player.state === "gap") this.#nameGap(); });
  }

  #show() {
    const { state } = this.player;
    this.#round += 1;
    this.#timers.forEach(clearTimeout);
    this.#timers = [];
    this.wait.hidden = true;
    this.box.hidden = state !== "gap" && state !== "error" && state !== "unsupported";
    if (state === "loading") this.#showWaiting();
    else if (state === "gap") void this.#showGap();
    else if (state === "error") this.#showTrouble();
    else if (state === "unsupported") this.#say(text("player.unsupported"), text("player.unsupported_more"), []);
  }

  #showWaiting() {
    this.waitWords.textContent = "";
    this.#timers.push(setTimeout(() => { this.wait.hidden = false; }, PATIENCE_MS));
    this.#timers.push(setTimeout(() => { this.waitWords.textContent = text("player.loading", { time: clock(this.player.wallUs) }); }, WORDS_AFTER_MS));
  }

  #showTrouble() {
    const trouble = this.player.trouble ?? "broken";
    const again = this.#button(text("player.retry"), () => this.player.seek(this.player.wallUs));
    this.#say(text("player.trouble"), text(`player.trouble_${trouble}`), [again]);
  }

  #nameGap() {
    const gap = this.data.gapAt(this.player.wallUs);
    if (!gap) {
      this.words.textContent = `${dateShort(this.player.wallUs)} ${clock(this.player.wallUs)} ${pageData.zone_label}`;
      return;
    }
    const end = Math.min(gap.end_us, nowUs());
    const isOneDay = dayOf(gap.start_us) === dayOf(end);
    const write = isOneDay && end - gap.start_us < 3_600_000_000 ? clock : clockMinutes;
    const range = isOneDay ? `${write(gap.start_us)}–${write(end)}` : duration(end - gap.start_us);
    const cause = text(`cause.${gap.cause}`);
    this.words.textContent = gap.cause === "before-first" ? cause : `${range} · ${cause}`;
  }

  async #showGap() {
    const round = this.#round;
    this.#say(text("player.no_footage_title"), "", []);
    this.#nameGap();
    try {
      /** @type {{before_us: number | null, after_us: number | null}} */
      const near = await json(`/api/v1/cameras/${this.player.cameraId}/nearest?at=${encodeURIComponent(rfc3339(this.player.wallUs))}`);
      if (round !== this.#round) return;
      const buttons = [];
      // One second before the end of footage there is still something to see.
      if (near.before_us !== null) buttons.push(this.#jump("player.nearest_before", Math.max(0, near.before_us - 1_000_000), near.before_us));
      if (near.after_us !== null) buttons.push(this.#jump("player.nearest_after", near.after_us, near.after_us));
      this.actions.replaceChildren(...buttons);
    } catch {
      // Without the neighbours the gap's own words remain.
    }
  }

  /** @param {string} key @param {number} to_us @param {number} shown_us @returns {HTMLButtonElement} */
  #jump(key, to_us, shown_us) {
    const isSameDay = dayOf(shown_us) === dayOf(this.player.wallUs);
    const time = isSameDay ? clock(shown_us) : `${dateShort(shown_us)} ${clockMinutes(shown_us)}`;
    return this.#button(text(key, { time }), () => this.player.seek(to_us, { play: true }));
  }

  /** @param {string} words @param {() => void} act @returns {HTMLButtonElement} */
  #button(words, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn";
    button.textContent = words;
    button.addEventListener("click", act);
    return button;
  }

  /** @param {string} title @param {string} words @param {HTMLElement[]} buttons */
  #say(title, words, buttons) {
    this.title.textContent = title;
    this.words.textContent = words;
    this.actions.replaceChildren(...buttons);
  }
}
