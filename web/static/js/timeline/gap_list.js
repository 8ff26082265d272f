/**
 * The gaps of all cameras in view as a list, for those who read rather than look.
 * @module
 */

import { gapRow, wordsRow } from "../page/gap_rows.js";
import { Emitter } from "../page/emitter.js";
import { text } from "../page/page_data.js";
import { nowUs, SECOND_US } from "../page/site_time.js";

const MOST = 50;
const SETTLE_MS = 150;

/**
 * @typedef {import("../page/gap_rows.js").Gap & {cause: string}} ListedGap
 * @typedef {import("../page/page_data.js").CameraFacts} CameraFacts
 * @typedef {{gap: ListedGap, camera: CameraFacts}} Entry
 */

/** Emits `seek` with an instant. @extends {Emitter<{seek: number}>} */
export class GapList extends Emitter {
  #shown = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {HTMLElement} box
   * @param {import("./timeline_data.js").TimelineData} data
   * @param {import("../player/deck.js").Deck} deck
   */
  constructor(box, data, deck) {
    super();
    this.box = box;
    this.data = data;
    this.deck = deck;
    data.on("change", () => this.plan());
    this.#show();
  }

  /** The view, or what is known of it, is another: soon the list is, too. */
  plan() {
    // Not put off by what comes meanwhile: a tape moves on with every frame.
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#show();
    }, SETTLE_MS);
  }

  #show() {
    const { view } = this.data;
    const lanes = this.deck.tiles.map(({ camera }) => ({ camera, facts: this.data.lane(camera.id) }));
    const isWaiting = view === null || lanes.some(({ facts }) => facts === null);
    const isWide = lanes.some(({ facts }) => facts?.cells);
    /** @type {Entry[]} */
    const found = lanes.flatMap(({ camera, facts }) =>
      view && facts ? facts.gaps.filter((gap) => isListed(gap, view)).map((gap) => ({ gap, camera })) : [],
    );
    found.sort((a, b) => a.gap.start_us - b.gap.start_us || a.camera.number - b.camera.number);
    const shown = found.slice(0, MOST);
    const key = `${isWaiting} ${isWide} ${found.length} ${lanes.length} ${shown.map(keyOf).join()}`;
    if (key === this.#shown) return;
    this.#shown = key;
    const focused = [...this.box.querySelectorAll("button")].indexOf(
      /** @type {HTMLButtonElement} */ (document.activeElement),
    );
    this.box.replaceChildren(
      ...shown.map(({ gap, camera }) => gapRow(gap, camera, lanes.length > 1, (us) => this.emit("seek", us))),
      ...remark(found.length, isWaiting, isWide),
    );
    if (focused >= 0) this.box.querySelectorAll("button")[focused]?.focus();
  }
}

/** @param {ListedGap} gap @param {import("./timeline_model.js").View} view @returns {boolean} */
function isListed(gap, view) {
  return gap.start_us < Math.min(view.to_us, nowUs()) && gap.end_us > view.from_us && gap.cause !== "before-first";
}

/** A gap that goes on grows: a second more is no other gap. @param {Entry} entry @returns {string} */
const keyOf = ({ gap, camera }) => `${camera.id}-${gap.start_us}-${gap.cause}-${Math.round(gap.end_us / SECOND_US)}`;

/** What the rows alone do not say. @param {number} count @param {boolean} isWaiting @param {boolean} isWide @returns {HTMLElement[]} */
function remark(count, isWaiting, isWide) {
  if (isWaiting) return [wordsRow(text("clip.gap_list_waits"))];
  if (isWide) return [wordsRow(text("clip.gap_list_wide"))];
  if (count > MOST) return [wordsRow(text("clip.gap_list_more", { n: count - MOST }))];
  return count === 0 ? [wordsRow(text("clip.gap_list_none"))] : [];
}
