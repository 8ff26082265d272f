/**
 * This person's running exports beside the clip form: their progress, and buttons to cancel, download and retry.
 *
 * The work goes on at the server whatever happens to the page; coming back shows what is not finished.
 * @module
 */

import { json, LONG_PATIENCE_MS, request } from "../page/api.js";
import { ExportPace } from "./export_pace.js";
import { confirm, notify, withReference } from "../page/notice.js";
import { text } from "../page/page_data.js";

const POLL_MS = 1_000;

/**
 * What the server tells of an export, its words and marks already written.
 * @typedef {object} ExportFacts
 * @property {number} id
 * @property {string} name
 * @property {string} cameras
 * @property {string} range
 * @property {string} state_id
 * @property {string} state_html
 * @property {string} note
 * @property {number} percent
 * @property {number} done_bytes
 * @property {number} total_bytes
 * @property {string} size
 * @property {boolean} is_working
 * @property {boolean} is_cancelling
 * @property {boolean} is_ready
 * @property {string} file_url
 */

/** @param {string} query @returns {Promise<ExportFacts[]>} */
async function fetchStates(query) {
  /** @type {{exports: ExportFacts[]}} */
  const answer = await json(`/exports/states?${query}`);
  return answer.exports;
}

/** @param {readonly number[]} ids @returns {Promise<ExportFacts[]>} */
export const fetchExports = (ids) => fetchStates(`ids=${ids.join(",")}`);

/** Ask before an export is stopped. @param {string} name @returns {Promise<boolean>} */
export const confirmCancel = (name) =>
  confirm(text("clip.cancel_title", { name }), text("clip.cancel_more"), text("clip.cancel_yes"));

/**
 * @typedef {{row: HTMLElement, bar: HTMLProgressElement, mark: HTMLElement, note: HTMLElement, actions: HTMLElement, pace: ExportPace, shown: string}} Row
 */

export class ExportList {
  /** @type {Map<number, Row>} */
  #rows = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {HTMLElement} box @param {AbortSignal} signal of its owner */
  constructor(box, signal) {
    this.box = box;
    this.signal = signal;
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  /** Show what this person has begun before and is not finished. */
  async resume() {
    try {
      for (const facts of await fetchStates("unfinished=1")) this.#show(facts);
    } catch {
      // The connection banner of the page says what is wrong; the list of exports shows them too.
    }
    this.#pollLater();
  }

  /** Follow an export that was just asked for. @param {number} id @param {string} name */
  add(id, name) {
    this.#row(id, name);
    void this.#poll();
  }

  #pollLater() {
    clearTimeout(this.#timer);
    if (this.#open().length > 0 && !this.signal.aborted) this.#timer = setTimeout(() => void this.#poll(), POLL_MS);
  }

  /** @returns {number[]} */
  #open() {
    return [...this.#rows].filter(([, { row }]) => row.dataset["final"] === undefined).map(([id]) => id);
  }

  async #poll() {
    clearTimeout(this.#timer);
    const open = this.#open();
    if (open.length === 0) return;
    try {
      for (const facts of await fetchExports(open)) this.#show(facts);
    } catch {
      // The connection banner of the page says what is wrong; the export itself goes on.
    }
    this.#pollLater();
  }

  /** @param {number} id @param {string} name @returns {Row} */
  #row(id, name) {
    const known = this.#rows.get(id);
    if (known) return known;
    const row = document.createElement("div");
    row.className = "one";
    row.dataset["export"] = String(id);
    const head = document.createElement("div");
    head.className = "row";
    const title = document.createElement("b");
    title.className = "ell";
    title.textContent = name;
    title.title = name;
    const mark = document.createElement("span");
    mark.dataset["mark"] = "";
    head.append(title, mark);
    const bar = document.createElement("progress");
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", text("clip.progress_of", { name }));
    const foot = document.createElement("div");
    foot.className = "row";
    const note = document.createElement("span");
    note.className = "t12 t2";
    const actions = document.createElement("span");
    actions.className = "row";
    foot.append(note, actions);
    row.append(head, bar, foot);
    this.box.prepend(row);
    /** @type {Row} */
    const made = { row, bar, mark, note, actions, pace: new ExportPace(), shown: "" };
    this.#rows.set(id, made);
    return made;
  }

  /** @param {ExportFacts} facts */
  #show(facts) {
    const shown = this.#row(facts.id, facts.name);
    shown.row.dataset["state"] = facts.state_id;
    // Written anew only where it differs: a live region would read it out each second.
    if (shown.mark.dataset["of"] !== facts.state_html) {
      shown.mark.dataset["of"] = facts.state_html;
      shown.mark.replaceChildren(document.createRange().createContextualFragment(facts.state_html));
    }
    shown.bar.value = Math.max(shown.bar.value, facts.percent);
    shown.bar.hidden = !facts.is_working;
    shown.pace.sample(facts.done_bytes, performance.now());
    const pace = facts.state_id === "running" ? shown.pace.words(facts.total_bytes) : "";
    shown.note.textContent = [facts.note, pace].filter((words) => words !== "").join(" · ");
    const actions = facts.is_working
      ? facts.is_cancelling
        ? "cancelling"
        : "working"
      : facts.is_ready
        ? "ready"
        : "over";
    if (actions === shown.shown) return;
    shown.shown = actions;
    const hadFocus = shown.actions.contains(document.activeElement);
    if (facts.is_working) shown.actions.replaceChildren(this.#cancelButton(facts));
    else this.#end(facts, shown);
    if (hadFocus) /** @type {HTMLElement | null} */ (shown.actions.firstElementChild)?.focus();
  }

  /** @param {ExportFacts} facts @param {Row} shown */
  #end(facts, shown) {
    shown.row.dataset["final"] = "";
    if (facts.is_ready) {
      const link = document.createElement("a");
      link.className = "btn primary sm";
      link.href = facts.file_url;
      link.download = "";
      link.textContent = `${text("clip.download")} ${facts.size}`;
      shown.actions.replaceChildren(link);
      notify(text("clip.export_done", { name: facts.name }));
      return;
    }
    const again = button(text("clip.retry"), () => {
      again.disabled = true;
      void this.#repeat(facts.id).finally(() => {
        again.disabled = false;
      });
    });
    shown.actions.replaceChildren(again);
    if (facts.state_id === "failed") notify(text("clip.export_broke", { name: facts.name }));
  }

  /** @param {ExportFacts} facts @returns {HTMLButtonElement} */
  #cancelButton(facts) {
    const stop = button(text(facts.is_cancelling ? "clip.cancelling" : "clip.cancel"), () => {
      void confirmCancel(facts.name).then(async (isSure) => {
        if (!isSure) return;
        stop.disabled = true;
        try {
          await request(`/api/v1/exports/${facts.id}/cancel`, { method: "POST", body: {} });
        } catch (error) {
          stop.disabled = false;
          notify(withReference(text("clip.no_answer"), error));
        }
        await this.#poll();
      });
    });
    if (!facts.is_cancelling) stop.setAttribute("aria-label", text("clip.cancel_of", { name: facts.name }));
    stop.disabled = facts.is_cancelling;
    return stop;
  }

  /** Ask for the same clip as a new export. @param {number} id */
  async #repeat(id) {
    try {
      /** @type {{camera_ids: number[], from_us: number, to_us: number, name: string, reason: string}} */
      const before = await json(`/api/v1/exports/${id}`);
      const body = {
        camera_ids: before.camera_ids,
        from: String(before.from_us),
        to: String(before.to_us),
        name: before.name,
        reason: before.reason,
      };
      /** @type {{id: number}} */
      const made = await json("/api/v1/exports", { method: "POST", body, patience_ms: LONG_PATIENCE_MS });
      this.#rows.get(id)?.row.remove();
      this.#rows.delete(id);
      this.add(made.id, before.name);
    } catch (error) {
      notify(withReference(text("clip.export_failed"), error));
    }
  }
}

/** @param {string} words @param {() => void} run @returns {HTMLButtonElement} */
function button(words, run) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn sm";
  made.textContent = words;
  made.addEventListener("click", run);
  return made;
}
