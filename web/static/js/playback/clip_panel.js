/**
 * The clip: its two ends as handles and typed times, what it will hold, and the export that delivers it.
 * @module
 */

import { ApiError, isAborted, json } from "../api.js";
import { part, text } from "../page_data.js";
import { clock, clockTenths, dateShort, dayOf, duration, nowUs, parseTyped, rfc3339, size } from "../site_time.js";
import { ExportList } from "../export_list.js";

const SETTLE_MS = 300;
const FIRST_LENGTH_US = 60_000_000;

/**
 * @typedef {{bytes: number, duration_us: number, gaps: {start_us: number, end_us: number, cause: string}[], free_bytes: number | null, fits: boolean}} Estimate
 */

/** Fires `marks` (detail: {in_us, out_us}) and `seek` (detail: instant). */
export class ClipPanel extends EventTarget {
  /** Typed times are read by the server, in the order typed. */
  #reading = Promise.resolve();
  /** @type {AbortController | null} */
  #running = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {import("../page_data.js").CameraFacts} camera */
  constructor(camera) {
    super();
    this.camera = camera;
    /** @type {number | null} */
    this.inUs = null;
    /** @type {number | null} */
    this.outUs = null;
    this.form = part("[data-clip-form]", HTMLFormElement);
    this.inField = part("[data-clip-in]", HTMLInputElement);
    this.outField = part("[data-clip-out]", HTMLInputElement);
    this.name = part("[data-clip-name]", HTMLInputElement);
    this.reason = part("[data-clip-reason]", HTMLInputElement);
    this.facts = part("[data-clip-facts]", HTMLElement);
    this.hint = part("[data-clip-hint]", HTMLElement);
    this.problem = part("[data-clip-problem]", HTMLElement);
    this.warning = part("[data-fact-warning]", HTMLElement);
    this.start = part("[data-clip-start]", HTMLButtonElement);
    this.clearButton = part("[data-clip-clear]", HTMLButtonElement);
    this.jobs = new ExportList(part("[data-clip-jobs]", HTMLElement));
    this.nameIsTyped = false;
    this.name.addEventListener("input", () => { this.nameIsTyped = this.name.value !== ""; });
    this.clearButton.addEventListener("click", () => this.clear());
    for (const [field, end] of /** @type {[HTMLInputElement, "in" | "out"][]} */ ([[this.inField, "in"], [this.outField, "out"]])) {
      field.addEventListener("change", () => {
        // One after the other: the second time typed may lean on the first.
        this.#reading = this.#reading.then(() => this.#readTyped(field, end));
      });
      field.addEventListener("keydown", (event) => {
        // Enter takes the time over; it must not send a form whose other fields are not shown yet.
        if (event.key !== "Enter") return;
        event.preventDefault();
        field.blur();
      });
    }
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#export();
    });
  }

  /** Begin or move an end; the other end follows where they would cross. @param {"in" | "out"} end @param {number} us */
  mark(end, us) {
    if (end === "in") this.set(us, this.outUs !== null && this.outUs > us ? this.outUs : Math.min(us + FIRST_LENGTH_US, nowUs()));
    else this.set(this.inUs !== null && this.inUs < us ? this.inUs : us - FIRST_LENGTH_US, us);
  }

  clear() {
    this.set(null, null);
  }

  /** @param {number | null} in_us @param {number | null} out_us */
  set(in_us, out_us) {
    this.inUs = in_us;
    this.outUs = out_us;
    this.#write(this.inField, in_us === null ? "" : clockTenths(in_us));
    this.#write(this.outField, out_us === null ? "" : this.#written(out_us));
    const isWhole = in_us !== null && out_us !== null;
    this.facts.hidden = !isWhole;
    this.hint.hidden = isWhole;
    this.clearButton.hidden = !isWhole;
    this.#complain("");
    if (isWhole) {
      if (!this.nameIsTyped) this.name.value = text("player.clip_name", { place: this.camera.title, time: `${dateShort(in_us)} ${clock(in_us)}` });
      this.#fact("duration", duration(out_us - in_us));
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#estimate(), SETTLE_MS);
    }
    this.dispatchEvent(new CustomEvent("marks", { detail: { in_us, out_us } }));
  }

  /** The end with its date where it lies on another day than the start. @param {number} out_us @returns {string} */
  #written(out_us) {
    return this.inUs !== null && dayOf(this.inUs) !== dayOf(out_us) ? `${dateShort(out_us)} ${clockTenths(out_us)}` : clockTenths(out_us);
  }

  /** What somebody is typing at this moment stays. @param {HTMLInputElement} field @param {string} value */
  #write(field, value) {
    if (document.activeElement !== field) field.value = value;
  }

  /** @param {HTMLInputElement} field @param {"in" | "out"} end */
  async #readTyped(field, end) {
    if (field.value.trim() === "") return;
    try {
      const at = await parseTyped(field.value, dayOf(this.inUs ?? this.outUs ?? nowUs()));
      this.mark(end, at);
      this.dispatchEvent(new CustomEvent("seek", { detail: at }));
    } catch (error) {
      const isOurs = error instanceof ApiError && error.status === 422;
      this.#complain(isOurs ? text("player.time_unreadable", { typed: field.value.trim() }) : text("player.no_answer"));
    }
  }

  /** @param {string} words */
  #complain(words) {
    this.problem.textContent = words;
    this.problem.hidden = words === "";
  }

  /** @param {string} name @param {string} words */
  #fact(name, words) {
    part(`[data-fact="${name}"]`, HTMLElement, this.facts).textContent = words;
  }

  /** @returns {{camera_ids: number[], from: string, to: string}} */
  #range() {
    return { camera_ids: [this.camera.id], from: rfc3339(this.inUs ?? 0), to: rfc3339(this.outUs ?? 0) };
  }

  async #estimate() {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    try {
      /** @type {Estimate} */
      const estimate = await json("/api/v1/exports/estimate", { method: "POST", body: this.#range(), signal: running.signal });
      this.#fact("size", size(estimate.bytes));
      const missing = estimate.gaps.reduce((sum, gap) => sum + gap.end_us - gap.start_us, 0);
      this.#fact("gaps", estimate.gaps.length === 0 ? text("player.no_gaps") : `${estimate.gaps.length} · ${duration(missing)}`);
      const isEmpty = estimate.bytes === 0;
      this.warning.hidden = !isEmpty && estimate.fits;
      this.warning.textContent = isEmpty ? text("player.clip_empty") : text("player.clip_no_room");
      this.start.disabled = isEmpty || !estimate.fits;
    } catch (error) {
      if (isAborted(error)) return;
      this.#fact("size", "–");
      this.#fact("gaps", "–");
    }
  }

  async #export() {
    if (this.inUs === null || this.outUs === null) return;
    this.start.disabled = true;
    try {
      const body = { ...this.#range(), name: this.name.value.trim(), reason: this.reason.value.trim() };
      /** @type {{id: number}} */
      const made = await json("/api/v1/exports", { method: "POST", body });
      this.jobs.add(made.id, body.name);
      this.nameIsTyped = false;
      this.#complain("");
    } catch (error) {
      this.#complain(error instanceof ApiError && error.status !== 0 ? text(`player.export_${error.code}`) === `player.export_${error.code}` ? text("player.export_failed") : text(`player.export_${error.code}`) : text("player.no_answer"));
    } finally {
      this.start.disabled = false;
    }
  }
}

