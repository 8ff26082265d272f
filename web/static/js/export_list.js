/**
 * Exports begun on this page: progress while they run, the download when they are done.
 * @module
 */

import { json, request } from "./api.js";
import { text } from "./page_data.js";
import { notify } from "./notice.js";

const POLL_MS = 1_500;

/**
 * What the server tells of an export, its words and marks already written.
 * @typedef {object} ExportFacts
 * @property {number} id
 * @property {string} name
 * @property {string} state_id
 * @property {string} state_html
 * @property {string} note
 * @property {number} percent
 * @property {string} size
 * @property {boolean} is_working
 * @property {boolean} is_ready
 * @property {string} file_url
 */

/** @param {readonly number[]} ids @returns {Promise<ExportFacts[]>} */
export async function fetchExports(ids) {
  /** @type {{exports: ExportFacts[]}} */
  const answer = await json(`/exports/states?ids=${ids.join(",")}`);
  return answer.exports;
}

export class ExportList {
  /** @type {Map<number, HTMLElement>} */
  #rows = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {HTMLElement} box */
  constructor(box) {
    this.box = box;
  }

  /** @param {number} id @param {string} name */
  add(id, name) {
    const row = document.createElement("div");
    row.className = "one";
    row.dataset["export"] = String(id);
    const head = document.createElement("div");
    head.className = "row";
    const title = document.createElement("b");
    title.className = "ell";
    title.textContent = name;
    const mark = document.createElement("span");
    mark.dataset["mark"] = "";
    head.append(title, mark);
    const bar = document.createElement("progress");
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", text("player.progress"));
    const foot = document.createElement("div");
    foot.className = "row";
    row.append(head, bar, foot);
    this.box.prepend(row);
    this.#rows.set(id, row);
    void this.#poll();
  }

  async #poll() {
    clearTimeout(this.#timer);
    const open = [...this.#rows].filter(([, row]) => row.dataset["final"] === undefined).map(([id]) => id);
    if (open.length === 0) return;
    try {
      for (const facts of await fetchExports(open)) this.#show(facts);
    } catch {
      // The connection banner of the page says what is wrong; the export itself goes on.
    }
    this.#timer = setTimeout(() => void this.#poll(), POLL_MS);
  }

  /** @param {ExportFacts} facts */
  #show(facts) {
    const row = this.#rows.get(facts.id);
    if (!row) return;
    row.dataset["state"] = facts.state_id;
    row.querySelector("[data-mark]")?.replaceChildren(document.createRange().createContextualFragment(facts.state_html));
    const bar = /** @type {HTMLProgressElement} */ (row.querySelector("progress"));
    bar.value = Math.max(bar.value, facts.percent);
    bar.hidden = !facts.is_working;
    const foot = /** @type {HTMLElement} */ (row.lastElementChild);
    const note = document.createElement("span");
    note.className = "t12 t2";
    note.textContent = facts.note;
    if (facts.is_working) {
      const stop = document.createElement("button");
      stop.type = "button";
      stop.className = "btn sm";
      stop.textContent = text("player.cancel");
      stop.addEventListener("click", () => {
        stop.disabled = true;
        void request(`/api/v1/exports/${facts.id}/cancel`, { method: "POST", body: {} }).then(() => this.#poll());
      });
      if (!foot.querySelector("button")) foot.replaceChildren(note, stop);
      else foot.firstElementChild?.replaceWith(note);
      return;
    }
    row.dataset["final"] = "";
    foot.replaceChildren(note);
    if (facts.is_ready) {
      const link = document.createElement("a");
      link.className = "btn primary sm";
      link.href = facts.file_url;
      link.download = "";
      link.textContent = text("player.download");
      foot.append(link);
      notify(text("player.export_done", { name: facts.name }));
    }
  }
}
