/**
 * The bookmark form: a title is enough; cameras and range come from the deck and the marks.
 * @module
 */

import { ApiError } from "../page/api.js";
import { changeBookmark, keepBookmark } from "./bookmark_store.js";
import { clockSpan } from "../page/gap_rows.js";
import { Emitter } from "../page/emitter.js";
import { notify, withReference } from "../page/notice.js";
import { part, text } from "../page/page_data.js";
import { clockTenths, dateShort } from "../page/site_time.js";

/**
 * @typedef {import("./bookmark_store.js").Bookmark} Bookmark
 * @typedef {import("../page/page_data.js").CameraFacts} CameraFacts
 * @typedef {object} Subject what a new bookmark can be of
 * @property {number} at_us
 * @property {[number, number] | null} range the marked part
 * @property {CameraFacts} focused
 * @property {readonly CameraFacts[]} cameras all on the page
 */

/** Emits `saved` when the server has kept what was written. @extends {Emitter<{saved: undefined}>} */
export class BookmarkForm extends Emitter {
  /** @type {Subject | null} */
  #subject = null;
  /** @type {Bookmark | null} */
  #edited = null;

  constructor() {
    super();
    this.dialog = part("[data-bookmark-dialog]", HTMLDialogElement);
    this.form = part("[data-bookmark-form]", HTMLFormElement, this.dialog);
    this.heading = part("[data-bookmark-heading]", HTMLElement, this.dialog);
    this.problem = part("[data-bookmark-problem]", HTMLElement, this.dialog);
    this.when = part("[data-bookmark-when]", HTMLElement, this.dialog);
    this.which = part("[data-bookmark-which]", HTMLElement, this.dialog);
    this.save = part("[data-bookmark-save]", HTMLButtonElement, this.dialog);
    part("[data-bookmark-cancel]", HTMLButtonElement, this.dialog).addEventListener("click", () => this.dialog.close());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#send();
    });
  }

  /** @param {Subject} subject */
  add(subject) {
    const { at_us, range, focused, cameras } = subject;
    this.#subject = subject;
    this.#edited = null;
    this.form.reset();
    this.when.hidden = false;
    this.which.hidden = cameras.length < 2;
    part("[data-bookmark-has-range]", HTMLElement, this.when).hidden = range === null;
    this.#words("moment", text("bookmark.moment", { time: `${dateShort(at_us)} ${clockTenths(at_us)}` }));
    if (range) this.#words("range", text("bookmark.range", { time: clockSpan(...range) }));
    this.#words("focused", text("bookmark.only_focused", { name: focused.name }));
    this.#words("all", text("bookmark.all_shown", { n: cameras.length }));
    this.#open(text("bookmark.add"));
  }

  /** @param {Bookmark} bookmark */
  edit(bookmark) {
    this.#subject = null;
    this.#edited = bookmark;
    this.form.reset();
    this.when.hidden = true;
    this.which.hidden = true;
    this.#field("title").value = bookmark.title;
    this.#field("tag").value = bookmark.tag;
    this.#field("is_shared").checked = bookmark.is_shared;
    part("textarea", HTMLTextAreaElement, this.form).value = bookmark.note;
    this.#open(text("bookmark.edit"));
  }

  /** @param {string} heading */
  #open(heading) {
    this.heading.textContent = heading;
    this.#complain("");
    this.dialog.showModal();
    this.#field("title").focus();
  }

  /** @param {string} name @returns {HTMLInputElement} */
  #field(name) {
    return part(`input[name="${name}"]`, HTMLInputElement, this.form);
  }

  /** @param {string} name @param {string} words */
  #words(name, words) {
    part(`[data-bookmark-${name}]`, HTMLElement, this.dialog).textContent = words;
  }

  /** @param {string} words */
  #complain(words) {
    this.problem.textContent = words;
    this.problem.hidden = words === "";
  }

  async #send() {
    const filled = new FormData(this.form);
    const written = (/** @type {string} */ name) => String(filled.get(name) ?? "").trim();
    const words = {
      title: written("title"),
      note: written("note"),
      tag: written("tag"),
      is_shared: filled.has("is_shared"),
    };
    this.save.disabled = true;
    try {
      if (this.#edited) await changeBookmark(this.#edited.id, words);
      else if (this.#subject)
        await keepBookmark({ ...words, ...chosen(this.#subject, written("when"), written("which")) });
      this.dialog.close();
      notify(text("bookmark.saved"));
      this.emit("saved");
    } catch (error) {
      this.#complain(
        withReference(
          text(error instanceof ApiError && error.status !== 0 ? "bookmark.failed" : "bookmark.no_answer"),
          error,
        ),
      );
    } finally {
      this.save.disabled = false;
    }
  }
}

/**
 * What the bookmark is of, as chosen.
 * @param {Subject} subject
 * @param {string} when
 * @param {string} which
 * @returns {{camera_ids: number[], start_us: number, end_us: number}}
 */
function chosen(subject, when, which) {
  const [start_us, end_us] = when === "range" && subject.range ? subject.range : [subject.at_us, subject.at_us];
  const cameras = which === "all" ? subject.cameras : [subject.focused];
  return { camera_ids: cameras.map((camera) => camera.id), start_us, end_us };
}
