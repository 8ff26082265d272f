/**
 * Quick search: twelve pictures divide a range; choosing the last one before a change divides what follows it. Four choices
 * lead from thirty days to two minutes.
 * @module
 */

import { isAborted } from "../page/api.js";
import { Emitter } from "../page/emitter.js";
import { withReference } from "../page/notice.js";
import { part, text } from "../page/page_data.js";
import { CardFocus } from "../page/card_focus.js";
import { gapCard, rangeWords, ShotCard } from "./search_card.js";
import { SearchChoice } from "./search_choice.js";
import { footageOf } from "./search_footage.js";
import { LAST_RANGE_US, roundOf, SHOTS } from "./search_round.js";
import { dateShort, dayMonth, DAY_US, duration } from "../page/site_time.js";

/** Below this width the timeline is not beside the panel. */
const WIDE = matchMedia("(min-width: 1024px)");

/**
 * @typedef {import("./search_round.js").Range} Range
 * @typedef {import("./search_footage.js").SearchFootage} SearchFootage
 */

/** Emits `seek` with an instant; the page then plays from there. @extends {Emitter<{seek: number}>} */
export class QuickSearch extends Emitter {
  /** The ranges that led here, the widest first. @type {Range[]} */
  #trail = [];
  /** @type {ShotCard[]} */
  #cards = [];
  #focus = new CardFocus();
  #round = new AbortController();
  /** What to go back to when nothing is chosen. @type {{view: import("../timeline/timeline_model.js").View, isPlaying: boolean, isLive: boolean} | null} */
  #before = null;

  /**
   * @param {import("../player/deck.js").Deck} deck
   * @param {import("../timeline/timeline.js").Timeline} timeline
   * @param {() => Range | null} [marks] the range that is marked for a clip
   */
  constructor(deck, timeline, marks = () => null) {
    super();
    this.deck = deck;
    this.timeline = timeline;
    this.marks = marks;
    this.dialog = part("[data-quick-search]", HTMLDialogElement);
    this.choice = new SearchChoice(this.dialog);
    this.crumbs = part("[data-search-trail]", HTMLElement, this.dialog);
    this.back = part("[data-search-back]", HTMLButtonElement, this.dialog);
    this.summary = part("[data-search-summary]", HTMLElement, this.dialog);
    this.hint = part("[data-search-hint]", HTMLElement, this.dialog);
    this.list = part("[data-search-list]", HTMLElement, this.dialog);
    this.nothing = part("[data-search-nothing]", HTMLElement, this.dialog);
    this.nothingTitle = part("[data-search-nothing-title]", HTMLElement, this.dialog);
    this.nothingWords = part("[data-search-nothing-words]", HTMLElement, this.dialog);
    this.again = part("[data-search-again]", HTMLButtonElement, this.dialog);
    this.shotPattern = part("[data-shot-pattern]", HTMLTemplateElement);
    this.gapPattern = part("[data-gap-pattern]", HTMLTemplateElement);
    part("[data-close]", HTMLButtonElement, this.dialog).addEventListener("click", () => this.dialog.close());
    this.back.addEventListener("click", () => this.#goBack());
    this.again.addEventListener("click", () => void this.#show());
    this.choice.on("camera", () => void this.#show());
    this.choice.on("range", () => this.#begin());
    this.dialog.addEventListener("keydown", (event) => this.#onKey(event));
    this.dialog.addEventListener("close", () => this.#onClose());
    const onResize = () => {
      if (this.isOpen) this.#place();
    };
    addEventListener("resize", onResize, { signal: deck.signal });
  }

  get isOpen() {
    return this.dialog.open;
  }

  open() {
    if (this.isOpen) return;
    const { deck, timeline } = this;
    this.#before = { view: timeline.view, isPlaying: deck.isPlaying, isLive: deck.isLive };
    if (deck.isPlaying) deck.pause();
    const { from_us, to_us } = timeline.view;
    this.choice.offer(
      deck.tiles.map((tile) => tile.camera),
      deck.focused.camera.id,
      [from_us, to_us],
      this.marks(),
    );
    this.#place();
    this.dialog.showModal();
    this.#begin();
    this.#focus.take();
  }

  close() {
    this.dialog.close();
  }

  /** Over the pictures and what stands beside them, where there is room for that. */
  #place() {
    const work = document.querySelector(".work")?.getBoundingClientRect();
    const isOver = WIDE.matches && work !== undefined && work.width > 0;
    this.dialog.classList.toggle("over", isOver);
    if (!isOver) return;
    for (const [name, pixels] of Object.entries({
      left: work.left,
      top: work.top,
      width: work.width,
      height: work.height,
    })) {
      this.dialog.style.setProperty(`--${name}`, `${pixels}px`);
    }
  }

  #begin() {
    this.#trail = [this.choice.range];
    void this.#show();
  }

  #goBack() {
    if (this.#trail.length < 2) return;
    this.#trail.pop();
    void this.#show();
  }

  /** Show the range that the trail ends with. */
  async #show() {
    this.#round.abort();
    const round = new AbortController();
    this.#round = round;
    const range = /** @type {Range} */ (this.#trail.at(-1));
    const { cameraId } = this.choice;
    this.#drawTrail();
    this.nothing.hidden = true;
    this.#draw(Array.from({ length: SHOTS }, () => ({ card: new ShotCard(this.shotPattern, null, false) })));
    this.#say(range);
    if (WIDE.matches) this.timeline.setView({ from_us: range[0], to_us: range[1] });
    try {
      const footage = await footageOf(cameraId, range, round.signal);
      if (round.signal.aborted) return;
      if (footage === null) this.#tellNothing(text("find.no_right"), text("find.no_right_more"), false);
      else this.#fill(range, footage, cameraId, round.signal);
    } catch (error) {
      if (!isAborted(error))
        this.#tellNothing(text("find.no_answer"), withReference(text("find.no_answer_more"), error), true);
    }
  }

  /** @param {Range} range @param {SearchFootage} footage @param {number} cameraId @param {AbortSignal} signal */
  #fill(range, footage, cameraId, signal) {
    const isLast = range[1] - range[0] <= LAST_RANGE_US;
    const entries = roundOf(range, footage.spans, footage.gaps).map((entry) =>
      "gap" in entry ? entry : { card: new ShotCard(this.shotPattern, entry.shot, isLast) },
    );
    this.#draw(entries);
    if (this.#cards.length === 0) this.#tellEmpty(range, footage);
    this.#cards.forEach((card, index) => {
      card.on("pick", () => (isLast ? this.#play(card) : this.#zoom(index)));
      card.on("play", () => this.#play(card));
      if (card.shot)
        void card.still.show(cameraId, card.shot.at_us, this.#cards[index + 1]?.shot?.at_us ?? range[1], signal);
    });
  }

  /** @param {readonly ({card: ShotCard} | {gap: import("../timeline/timeline_data.js").Gap})[]} entries */
  #draw(entries) {
    this.#cards = entries.flatMap((entry) => ("card" in entry ? [entry.card] : []));
    this.list.replaceChildren(
      ...entries.map((entry) => ("card" in entry ? entry.card.root : gapCard(this.gapPattern, entry.gap))),
    );
    this.list.scrollTop = 0;
    // One or two gaps must not push the last pictures into a row that has to be scrolled to.
    this.list.style.setProperty("--across", String(entries.length > 12 && entries.length <= 14 ? 7 : 6));
    this.#focus.set(this.#cards.map((card) => card.button));
    if (this.isOpen && !this.choice.hasFocus) this.#focus.take();
  }

  /** What happened lies between this picture and the next one. @param {number} index */
  #zoom(index) {
    const range = /** @type {Range} */ (this.#trail.at(-1));
    const from = this.#cards[index]?.at_us;
    if (from === null || from === undefined) return;
    const to = this.#cards[index + 1]?.at_us ?? range[1];
    if (to <= from) return;
    this.#trail.push([from, to]);
    void this.#show();
  }

  /** @param {ShotCard} card */
  #play(card) {
    const at = card.at_us;
    if (at === null) return;
    this.#before = null;
    this.dialog.close();
    this.deck.focus(this.choice.cameraId);
    this.emit("seek", at);
    this.deck.play();
  }

  #drawTrail() {
    this.back.disabled = this.#trail.length < 2;
    this.crumbs.replaceChildren(
      ...this.#trail.map(([from, to], index) => {
        const item = document.createElement("li");
        const button = document.createElement("button");
        const isHere = index === this.#trail.length - 1;
        button.type = "button";
        button.textContent = duration(to - from);
        button.title = rangeWords(from, to);
        if (isHere) button.setAttribute("aria-current", "step");
        button.addEventListener("click", () => {
          if (isHere) return;
          this.#trail.length = index + 1;
          void this.#show();
        });
        item.append(button);
        return item;
      }),
    );
  }

  /** @param {Range} range */
  #say([from, to]) {
    this.summary.textContent =
      to - from > DAY_US ? `${dayMonth(from)} – ${dateShort(to)}` : `${dateShort(from)} ${rangeWords(from, to)}`;
    this.hint.textContent = text(to - from <= LAST_RANGE_US ? "find.hint_last" : "find.hint");
  }

  /** @param {Range} range @param {SearchFootage} footage */
  #tellEmpty(range, footage) {
    const { newest_us, oldest_us, purged_until_us } = footage;
    if (newest_us === null || oldest_us === null) {
      const isGone = purged_until_us !== null;
      this.#tellNothing(
        text("find.never"),
        isGone ? text("find.all_purged", { day: dateShort(purged_until_us) }) : text("find.never_more"),
        false,
      );
    } else if (purged_until_us !== null && range[1] <= purged_until_us) {
      this.#tellNothing(text("find.purged"), text("find.purged_more", { day: dateShort(purged_until_us) }), false);
    } else {
      const cause = footage.gaps[0] ? text(`cause.${footage.gaps[0].cause}`) : "";
      const nearest =
        range[1] <= oldest_us
          ? text("find.begins", { time: dateShort(oldest_us) })
          : range[0] >= newest_us
            ? text("find.ends", { time: dateShort(newest_us) })
            : "";
      this.#tellNothing(text("player.no_footage_title"), [cause, nearest].filter(Boolean).join(". "), false);
    }
  }

  /** @param {string} title @param {string} words @param {boolean} mayRetry */
  #tellNothing(title, words, mayRetry) {
    this.#cards = [];
    if (mayRetry) this.list.replaceChildren();
    else for (const card of this.list.querySelectorAll("[data-shot]")) card.remove();
    this.nothingTitle.textContent = title;
    this.nothingWords.textContent = words;
    this.again.hidden = !mayRetry;
    this.nothing.hidden = false;
    this.hint.textContent = "";
  }

  #onClose() {
    this.#round.abort();
    this.list.replaceChildren();
    const before = this.#before;
    this.#before = null;
    if (!before) return;
    if (WIDE.matches) this.timeline.setView(before.view);
    if (before.isLive) this.deck.goLive();
    else if (before.isPlaying) this.deck.play();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target instanceof HTMLSelectElement) return;
    if (this.#focus.takes(event)) return;
    const card = this.#cards[this.#focus.index];
    if (event.key === "Backspace") this.#goBack();
    else if (event.key.toLowerCase() === "p" && card) this.#play(card);
    else return;
    event.preventDefault();
  }
}
