/**
 * The bookmarks of the timeline's view as a list, with adding, editing and deleting, which can be undone.
 * @module
 */

import { BookmarkForm } from "./bookmark_form.js";
import { keepBookmark, removeBookmark } from "./bookmark_store.js";
import { Emitter } from "../page/emitter.js";
import { notify, withReference } from "../page/notice.js";
import { part, text } from "../page/page_data.js";
import { clock, dateShort, dayMonth, dayOf } from "../page/site_time.js";

const MOST = 60;
const UNDO_MS = 12_000;
const SETTLE_MS = 150;

/**
 * @typedef {import("./bookmark_store.js").Bookmark} Bookmark
 * @typedef {{inUs: number | null, outUs: number | null}} Marks
 */

/** Emits `seek` with an instant. @extends {Emitter<{seek: number}>} */
export class BookmarkPanel extends Emitter {
  #form = new BookmarkForm();
  #shown = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #looking;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {Bookmark | null} */
  #removed = null;
  /** Deleted here; the timeline's facts may be older than that. A number alone may be given to another. @type {Set<string>} */
  #gone = new Set();

  /**
   * @param {import("../player/deck.js").Deck} deck
   * @param {import("../timeline/timeline_data.js").TimelineData} data
   * @param {Marks | null} [marks] the marked range, which a bookmark may be of
   */
  constructor(deck, data, marks = null) {
    super();
    this.deck = deck;
    this.data = data;
    this.marks = marks;
    this.list = part("[data-bookmark-list]", HTMLElement);
    this.pattern = part("[data-bookmark-row]", HTMLTemplateElement);
    this.undo = part("[data-bookmark-undo]", HTMLElement);
    part("[data-bookmark-undo-button]", HTMLButtonElement, this.undo).addEventListener(
      "click",
      () => void this.#bringBack(),
    );
    data.on("change", () => this.plan());
    this.#form.on("saved", () => data.refresh());
    this.#show();
  }

  /** The view, or what is known of it, is another: soon the list is, too. */
  plan() {
    // Not put off by what comes meanwhile: a tape moves on with every frame.
    this.#looking ??= setTimeout(() => {
      this.#looking = undefined;
      this.#show();
    }, SETTLE_MS);
  }

  /** Open the form for the moment on screen. */
  add() {
    const { deck, marks } = this;
    const range =
      marks && marks.inUs !== null && marks.outUs !== null
        ? /** @type {[number, number]} */ ([marks.inUs, marks.outUs])
        : null;
    this.#form.add({
      at_us: deck.wallUs,
      range,
      focused: deck.focused.camera,
      cameras: deck.tiles.map((tile) => tile.camera),
    });
  }

  /** @param {Bookmark} bookmark */
  edit(bookmark) {
    this.#form.edit(bookmark);
  }

  #show() {
    const { bookmarks, view } = this.data;
    const seen = bookmarks
      .filter((bookmark) => view && isWithin(bookmark, view) && !this.#gone.has(keyOf(bookmark)))
      .slice(0, MOST);
    const key = JSON.stringify(seen);
    if (key === this.#shown) return;
    this.#shown = key;
    const focused = [...this.list.querySelectorAll("button")].indexOf(
      /** @type {HTMLButtonElement} */ (document.activeElement),
    );
    this.list.replaceChildren(...(seen.length > 0 ? seen.map((bookmark) => this.#row(bookmark)) : [this.#nothing()]));
    if (focused >= 0) this.list.querySelectorAll("button")[focused]?.focus();
  }

  /** @param {Bookmark} bookmark @returns {HTMLElement} */
  #row(bookmark) {
    const row = /** @type {HTMLElement} */ (
      /** @type {DocumentFragment} */ (this.pattern.content.cloneNode(true)).firstElementChild
    );
    row.dataset["bookmark"] = String(bookmark.id);
    const go = part("[data-go]", HTMLButtonElement, row);
    const isToday = dayOf(bookmark.start_us) === dayOf(this.deck.wallUs);
    go.textContent = isToday ? clock(bookmark.start_us) : `${dayMonth(bookmark.start_us)} ${clock(bookmark.start_us)}`;
    // The visible words come first in the label, so that voice control finds the button (WCAG 2.5.3).
    go.setAttribute("aria-label", `${go.textContent}, ${bookmark.title}, ${dateShort(bookmark.start_us)}`);
    go.addEventListener("click", () => this.emit("seek", bookmark.start_us));
    const title = part("[data-title]", HTMLElement, row);
    title.textContent = bookmark.title;
    title.title = tip(bookmark);
    const [edit, remove] = [part("[data-edit]", HTMLButtonElement, row), part("[data-remove]", HTMLButtonElement, row)];
    edit.hidden = !bookmark.is_mine;
    remove.hidden = !bookmark.is_mine;
    edit.setAttribute("aria-label", text("bookmark.edit_of", { title: bookmark.title }));
    remove.setAttribute("aria-label", text("bookmark.remove_of", { title: bookmark.title }));
    edit.addEventListener("click", () => this.edit(bookmark));
    remove.addEventListener("click", () => void this.#remove(bookmark));
    return row;
  }

  /** @returns {HTMLElement} */
  #nothing() {
    const row = document.createElement("li");
    row.className = "t2 plain";
    row.textContent = text("bookmark.none_seen");
    return row;
  }

  /** @param {Bookmark} bookmark */
  async #remove(bookmark) {
    try {
      await removeBookmark(bookmark.id);
    } catch (error) {
      notify(withReference(text("clip.no_answer"), error));
      return;
    }
    this.#gone.add(keyOf(bookmark));
    this.#removed = bookmark;
    this.#show();
    part("[data-bookmark-undo-text]", HTMLElement, this.undo).textContent = text("bookmark.removed", {
      title: bookmark.title,
    });
    this.undo.hidden = false;
    part("[data-bookmark-undo-button]", HTMLButtonElement, this.undo).focus();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.undo.hidden = true;
    }, UNDO_MS);
    this.data.refresh();
  }

  async #bringBack() {
    const bookmark = this.#removed;
    if (!bookmark) return;
    try {
      await keepBookmark(bookmarkAgain(bookmark));
      this.undo.hidden = true;
      this.#removed = null;
      this.data.refresh();
    } catch (error) {
      notify(withReference(text("bookmark.no_answer"), error));
    }
  }
}

/** @param {Bookmark} bookmark @param {import("../timeline/timeline_model.js").View} view @returns {boolean} */
const isWithin = ({ start_us, end_us }, view) => start_us < view.to_us && end_us >= view.from_us;

/** @param {Bookmark} bookmark @returns {string} */
const keyOf = ({ id, created_us }) => `${id} ${created_us}`;

/** @param {Bookmark} bookmark @returns {import("./bookmark_store.js").NewBookmark} */
function bookmarkAgain({ camera_ids, start_us, end_us, title, note, tag, is_shared }) {
  return { camera_ids, start_us, end_us, title, note, tag, is_shared };
}

/** What there is to know besides the title. @param {Bookmark} bookmark @returns {string} */
function tip(bookmark) {
  const whose = bookmark.is_mine
    ? text(bookmark.is_shared ? "bookmark.shared" : "bookmark.private")
    : text("bookmark.by", { owner: bookmark.owner });
  return [bookmark.title, bookmark.note, bookmark.tag, whose].filter((words) => words !== "").join(" · ");
}
