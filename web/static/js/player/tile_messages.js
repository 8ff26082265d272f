/**
 * The message over a tile without video: a gap and its cause, an error and what to do, or that it loads.
 * @module
 */

import { pageData, part, text } from "../page/page_data.js";
import { nearestTo } from "./nearest_footage.js";
import { clock, clockMinutes, dateShort, dayOf, duration, nowUs } from "../page/site_time.js";

const PATIENCE_MS = 150;
const WORDS_AFTER_MS = 2_000;
/** A gap that ends so near to the present has not ended: answers about it are some seconds old. */
const OPEN_US = 30_000_000;

/**
 * Knows why footage is missing, whoever collects that; fires `change`.
 * @typedef {import("../page/emitter.js").Emitter<{change: undefined}> & {gapAt(cameraId: number, us: number): {start_us: number, end_us: number, cause: string} | null}} GapKnowledge
 * @typedef {import("./tile.js").Tile<import("./tile.js").TileCamera>} Tile
 * @typedef {import("./deck.js").Deck<import("./tile.js").TileCamera>} Deck
 */

/** A person who listens hears words again whenever they are set. @param {HTMLElement} element @param {string} words */
function write(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

/** "sejak 14:02". @param {number} start @returns {string} */
function since(start) {
  const day = dayOf(start) === dayOf(nowUs()) ? "" : `${dateShort(start)} `;
  return text("player.since", { time: `${day}${clockMinutes(start)}` });
}

/** "14:02:10–14:06:30", or how long it was. @param {number} start @param {number} end @returns {string} */
function range(start, end) {
  if (dayOf(start) !== dayOf(end)) return duration(end - start);
  const form = end - start < 3_600_000_000 ? clock : clockMinutes;
  return `${form(start)}–${form(end)}`;
}

/** The words over one tile. */
class TileMessage {
  /** @type {ReturnType<typeof setTimeout>[]} */
  #timers = [];
  #round = 0;

  /**
   * @param {Tile} tile
   * @param {Deck} deck
   * @param {GapKnowledge} gaps
   */
  constructor(tile, deck, gaps) {
    this.tile = tile;
    this.deck = deck;
    this.gaps = gaps;
    this.box = part("[data-message]", HTMLElement, tile.root);
    this.title = part("[data-message-title]", HTMLElement, tile.root);
    this.words = part("[data-message-text]", HTMLElement, tile.root);
    this.age = part("[data-message-age]", HTMLElement, tile.root);
    this.actions = part("[data-message-actions]", HTMLElement, tile.root);
    this.wait = part("[data-wait]", HTMLElement, tile.root);
    this.waitWords = part("[data-wait-text]", HTMLElement, tile.root);
    tile.signal.addEventListener("abort", () => this.#cancel());
  }

  /** Neither a timer nor an answer under way writes any more. */
  #cancel() {
    this.#round += 1;
    this.#timers.forEach(clearTimeout);
    this.#timers = [];
  }

  show() {
    this.#cancel();
    const { state } = this.tile;
    this.wait.hidden = true;
    this.box.hidden = state !== "gap" && state !== "error" && state !== "unsupported";
    if (state === "loading") this.#showWaiting();
    else if (state === "gap") void this.#showGap();
    else if (state === "error") this.#showTrouble();
    else if (state === "unsupported") this.#say(text("player.unsupported"), text("player.unsupported_more"), []);
  }

  #showWaiting() {
    this.waitWords.textContent = "";
    this.#timers.push(
      setTimeout(() => {
        this.wait.hidden = false;
      }, PATIENCE_MS),
    );
    this.#timers.push(
      setTimeout(() => {
        this.waitWords.textContent = text("player.loading", { time: clock(this.tile.targetUs) });
      }, WORDS_AFTER_MS),
    );
  }

  #showTrouble() {
    const trouble = this.tile.trouble ?? "broken";
    const again = this.#button(text("player.retry"), () => this.deck.seek(this.deck.wallUs));
    this.#say(text("player.trouble"), text(`player.trouble_${trouble}`), [again]);
  }

  nameGap() {
    const { targetUs, gap } = this.tile;
    const known = this.gaps.gapAt(this.tile.camera.id, targetUs);
    const start = known?.start_us ?? gap?.start_us ?? null;
    const end = Math.min(known?.end_us ?? gap?.end_us ?? nowUs(), nowUs());
    if (start === null) {
      write(this.words, `${dateShort(targetUs)} ${clock(targetUs)} ${pageData().zone_label}`);
      return;
    }
    // What grows by the second would be read out by the second.
    const isOpen = (gap?.end_us ?? null) === null && end > nowUs() - OPEN_US;
    const cause = known ? text(`cause.${known.cause}`) : "";
    const words = known?.cause === "before-first" ? [cause] : [isOpen ? since(start) : range(start, end), cause];
    write(this.words, words.filter(Boolean).join(" · "));
  }

  /** How old the picture is that stands in a gap. */
  nameAge() {
    const { pictureUs, targetUs } = this.tile;
    // A picture of another time altogether says nothing.
    const isLast = this.tile.state === "gap" && pictureUs > 0 && pictureUs <= targetUs;
    const isSameDay = dayOf(pictureUs) === dayOf(targetUs);
    write(
      this.age,
      isLast
        ? text("tile.last_picture", {
            time: isSameDay ? clock(pictureUs) : `${dateShort(pictureUs)} ${clockMinutes(pictureUs)}`,
          })
        : "",
    );
  }

  async #showGap() {
    const round = this.#round;
    const at = this.tile.targetUs;
    write(this.title, text("player.no_footage_title"));
    this.actions.replaceChildren();
    this.nameGap();
    this.nameAge();
    // While the clock runs through the gap there is nothing to choose.
    if (this.deck.isPlaying) return;
    try {
      const near = await nearestTo(this.tile.camera.id, at);
      if (round !== this.#round) return;
      const buttons = [];
      // One second before the end of footage there is still something to see.
      if (near.before_us !== null)
        buttons.push(this.#jump("player.nearest_before", Math.max(0, near.before_us - 1_000_000), near.before_us));
      if (near.after_us !== null) buttons.push(this.#jump("player.nearest_after", near.after_us, near.after_us));
      this.actions.replaceChildren(...buttons);
    } catch {
      // Without the neighbours the gap's own words remain.
    }
  }

  /** @param {string} key @param {number} to_us @param {number} shown_us @returns {HTMLButtonElement} */
  #jump(key, to_us, shown_us) {
    const isSameDay = dayOf(shown_us) === dayOf(this.tile.targetUs);
    const time = isSameDay ? clock(shown_us) : `${dateShort(shown_us)} ${clockMinutes(shown_us)}`;
    return this.#button(text(key, { time }), () => this.deck.seek(to_us, { play: true }));
  }

  /** @param {string} words @param {() => void} run @returns {HTMLButtonElement} */
  #button(words, run) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn";
    button.textContent = words;
    button.addEventListener("click", run);
    return button;
  }

  /** @param {string} title @param {string} words @param {HTMLElement[]} buttons */
  #say(title, words, buttons) {
    write(this.title, title);
    write(this.words, words);
    write(this.age, "");
    this.actions.replaceChildren(...buttons);
  }
}

/** The words over every tile of a deck. */
export class TileMessages {
  /** @type {WeakMap<Tile, TileMessage>} */
  #messages = new WeakMap();

  /**
   * @param {Deck} deck
   * @param {GapKnowledge} gaps
   */
  constructor(deck, gaps) {
    const of = (/** @type {Tile} */ tile) => {
      const known = this.#messages.get(tile) ?? new TileMessage(tile, deck, gaps);
      this.#messages.set(tile, known);
      return known;
    };
    deck.on("tile", (tile) => of(tile).show());
    deck.on("picture", (tile) => of(tile).nameAge());
    let wasPlaying = deck.isPlaying;
    deck.on("state", () => {
      // Paused there is something to choose, while the clock runs there is not.
      if (deck.isPlaying === wasPlaying) return;
      wasPlaying = deck.isPlaying;
      for (const tile of deck.tiles) if (tile.state === "gap") of(tile).show();
    });
    deck.on("seek", () => {
      for (const tile of deck.tiles) if (tile.state === "gap") of(tile).show();
    });
    gaps.on(
      "change",
      () => {
        for (const tile of deck.tiles) if (tile.state === "gap") of(tile).nameGap();
      },
      deck.signal,
    );
  }
}
