/**
 * The clip panel: the ends and cameras of a clip, its estimate, and the export that delivers it.
 * @module
 */

import { ApiError, isAborted, json, LONG_PATIENCE_MS } from "../page/api.js";
import { ClipCameras } from "./clip_cameras.js";
import { ClipEnds } from "./clip_ends.js";
import { askedRange, fetchEstimate, gapsOf, LONGEST_CLIP_US, totalLength } from "./clip_estimate.js";
import { ClipPreview } from "./clip_preview.js";
import { ExportList } from "./export_list.js";
import { gapRow, wordsRow } from "../page/gap_rows.js";
import { Emitter } from "../page/emitter.js";
import { withReference } from "../page/notice.js";
import { part, text } from "../page/page_data.js";
import { clock, dateShort, duration, SECOND_US, size } from "../page/site_time.js";

const SETTLE_MS = 300;
const RETRY_MS = [2_000, 4_000, 8_000, 15_000, 30_000];
const SAVED_AROUND_US = 30 * SECOND_US;
const LONGEST_NAME = 120;
/** Known reasons why an export did not start; anything else gets general words. */
const REFUSALS = [
  "clip.export_nothing-recorded",
  "clip.export_permission-denied",
  "clip.export_not-found",
  "clip.export_volume-full",
  "clip.export_invalid-input",
  "clip.export_too-many-attempts",
];

/**
 * @typedef {import("../page/page_data.js").CameraFacts} CameraFacts
 * @typedef {import("../player/deck.js").Deck} Deck
 * @typedef {import("./clip_ends.js").End} End
 * @typedef {import("./clip_estimate.js").Estimate} Estimate
 */

/** Emits `seek` with an instant. @extends {Emitter<{marks: {in_us: number | null, out_us: number | null}, seek: number}>} */
export class ClipPanel extends Emitter {
  /** @type {AbortController | null} */
  #running = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #isStarting = false;
  /** Whether it is known that no export can begin. */
  #isBlocked = false;
  /** Estimates that did not come, one after the other. */
  #failures = 0;

  /** @param {Deck} deck */
  constructor(deck) {
    super();
    this.deck = deck;
    this.root = part("[data-clip]", HTMLElement);
    this.home = /** @type {HTMLElement} */ (this.root.parentElement);
    this.form = part("[data-clip-form]", HTMLFormElement, this.root);
    this.name = part("[data-clip-name]", HTMLInputElement, this.root);
    this.reason = part("[data-clip-reason]", HTMLInputElement, this.root);
    this.facts = part("[data-clip-facts]", HTMLElement, this.root);
    this.gaps = part("[data-clip-gaps]", HTMLElement, this.root);
    this.hint = part("[data-clip-hint]", HTMLElement, this.root);
    this.problem = part("[data-clip-problem]", HTMLElement, this.root);
    this.warning = part("[data-fact-warning]", HTMLElement, this.root);
    this.start = part("[data-clip-start]", HTMLButtonElement, this.root);
    this.clearButton = part("[data-clip-clear]", HTMLButtonElement, this.root);
    this.previewButton = part("[data-clip-preview]", HTMLButtonElement, this.root);
    this.jobs = new ExportList(part("[data-clip-jobs]", HTMLElement, this.root), deck.signal);
    this.ends = new ClipEnds(this.form, {
      wallUs: () => deck.wallUs,
      frameUs: () => Math.round(deck.focused.frameSeconds * SECOND_US),
    });
    this.cameras = new ClipCameras(this.form);
    this.preview = new ClipPreview(deck, this.root);
    deck.signal.addEventListener("abort", () => this.#cancelCount());
    this.nameIsTyped = false;
    this.#listen();
    this.setCameras(deck.tiles.map((tile) => tile.camera));
    void this.jobs.resume();
  }

  get inUs() {
    return this.ends.inUs;
  }

  get outUs() {
    return this.ends.outUs;
  }

  /** Cameras that the clip takes, in page order. */
  get cameraIds() {
    return this.cameras.chosen;
  }

  /** @param {readonly CameraFacts[]} cameras */
  setCameras(cameras) {
    this.cameras.set(cameras);
    this.#onRange();
  }

  /** Begin or move an end; the other end follows where they would cross. @param {End} end @param {number} us */
  mark(end, us) {
    this.ends.mark(end, us);
  }

  /** @param {number | null} in_us @param {number | null} out_us */
  set(in_us, out_us) {
    this.ends.set(in_us, out_us);
  }

  /** Select half a minute on both sides of an instant. @param {number} us */
  setAround(us) {
    this.set(us - SAVED_AROUND_US, us + SAVED_AROUND_US);
  }

  clear() {
    this.set(null, null);
  }

  /** Go to what is still to be filled in. */
  focusForm() {
    if (!this.ends.isWhole) this.ends.focus();
    else this.reason.focus();
  }

  /** Show the form inside another element, such as a sheet; none: back in the side panel. @param {HTMLElement} [element] */
  mount(element = this.home) {
    if (element === this.home) element.prepend(this.root);
    else element.append(this.root);
  }

  #listen() {
    this.name.addEventListener("input", () => {
      this.nameIsTyped = this.name.value !== "";
    });
    this.clearButton.addEventListener("click", () => this.clear());
    this.ends.on("change", () => {
      this.#onRange();
      this.emit("marks", { in_us: this.inUs, out_us: this.outUs });
    });
    this.ends.on("preview", (us) => this.#seek(us));
    this.ends.on("problem", (words) => this.#complain(words));
    this.cameras.on("change", () => {
      this.#writeName();
      this.#countSoon();
    });
    this.previewButton.addEventListener("click", () => {
      if (this.preview.isRunning) this.preview.stop(true);
      else if (this.inUs !== null && this.outUs !== null) this.preview.start(this.inUs, this.outUs);
    });
    this.preview.on("change", () => this.#showPreview());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#export();
    });
  }

  /** @param {number} us */
  #seek(us) {
    this.emit("seek", us);
  }

  #onRange() {
    this.preview.stop(false);
    const { isWhole } = this.ends;
    this.facts.hidden = !isWhole;
    this.hint.hidden = isWhole;
    this.clearButton.hidden = !isWhole;
    if (this.inUs === null || this.outUs === null) return;
    this.#fact("duration", duration(this.outUs - this.inUs));
    this.#writeName();
    this.#countSoon();
  }

  /** The name says place and time until somebody types another. */
  #writeName() {
    if (this.nameIsTyped || this.inUs === null) return;
    const chosen = this.cameraIds.flatMap((id) => this.cameras.facts(id) ?? []);
    // An address with marks is read before the deck has its cameras.
    const focused = this.deck.tiles.length > 0 ? this.deck.focused.camera : null;
    const first = chosen.find((camera) => camera.id === focused?.id) ?? chosen[0];
    const values = {
      place: first?.title ?? "",
      n: chosen.length - 1,
      time: `${dateShort(this.inUs)} ${clock(this.inUs)}`,
    };
    this.name.value = text(chosen.length > 1 ? "clip.name_more" : "clip.name", values).slice(0, LONGEST_NAME);
  }

  #showPreview() {
    const { isRunning } = this.preview;
    this.previewButton.setAttribute("aria-pressed", String(isRunning));
    part("[data-clip-preview-word]", HTMLElement, this.previewButton).textContent = text(
      isRunning ? "clip.preview_stop" : "clip.preview",
    );
    part("[data-clip-preview-note]", HTMLElement, this.root).hidden = !isRunning;
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

  /** Say what is wrong with the clip, "" where nothing is. @param {string} words @param {boolean} [isBlocked] whether no export can begin */
  #warn(words, isBlocked = words !== "") {
    this.warning.hidden = words === "";
    if (this.warning.textContent !== words) this.warning.textContent = words;
    this.#isBlocked = isBlocked;
    this.start.disabled = isBlocked || this.#isStarting;
  }

  /** Neither a count nor the next one is under way any more. */
  #cancelCount() {
    clearTimeout(this.#timer);
    this.#running?.abort();
  }

  #countSoon() {
    this.#cancelCount();
    this.#failures = 0;
    this.facts.removeAttribute("aria-busy");
    if (this.inUs === null || this.outUs === null) return;
    const why =
      this.cameras.candidates.length === 0
        ? "clip.none_chosen"
        : this.outUs - this.inUs > LONGEST_CLIP_US
          ? "clip.too_long"
          : this.outUs <= this.inUs
            ? "clip.backwards"
            : null;
    if (why !== null) {
      this.#showNothing(text(why));
      return;
    }
    // What is shown is about another range until the answer is there.
    this.facts.setAttribute("aria-busy", "true");
    this.#timer = setTimeout(() => void this.#count(), SETTLE_MS);
  }

  /** @param {string} why @param {boolean} [isBlocked] */
  #showNothing(why, isBlocked) {
    for (const [name, words] of [
      ["size", "–"],
      ["gaps", "–"],
      ["room", ""],
      ["result", ""],
    ])
      this.#fact(name ?? "", words ?? "");
    this.gaps.replaceChildren();
    this.#warn(why, isBlocked);
  }

  async #count() {
    if (this.inUs === null || this.outUs === null) return;
    const running = new AbortController();
    this.#running = running;
    try {
      this.#showEstimate(
        await fetchEstimate(askedRange(this.cameras.candidates, this.inUs, this.outUs), running.signal),
      );
    } catch (error) {
      if (isAborted(error)) return;
      if (isPassing(error)) {
        // Only the estimate is missing: whether there can be a clip the server says when it is asked for one.
        this.#showNothing(withReference(text("clip.no_estimate"), error), false);
        this.#timer = setTimeout(() => void this.#count(), RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)]);
        this.#failures += 1;
      } else this.#showNothing(refusal(error));
    }
    this.facts.removeAttribute("aria-busy");
  }

  /** @param {Estimate} estimate */
  #showEstimate(estimate) {
    this.cameras.show(estimate);
    this.#writeName();
    const chosen = this.cameraIds;
    const gaps = gapsOf(estimate, chosen);
    this.#fact("size", size(estimate.bytes));
    this.#fact(
      "gaps",
      gaps.length === 0
        ? text("clip.no_gaps")
        : text("clip.gaps_of", { n: gaps.length, length: duration(totalLength(gaps)) }),
    );
    this.#fact("room", text(estimate.fits ? "clip.room_left" : "clip.room_short", { size: size(estimate.free_bytes) }));
    this.#fact("result", text(estimate.files > 1 ? "clip.one_zip" : "clip.one_file"));
    this.gaps.replaceChildren(
      ...(gaps.length === 0 ? [wordsRow(text("clip.gap_list_none"))] : gaps.flatMap((gap) => this.#gapRow(gap))),
    );
    this.#failures = 0;
    this.#warn(estimate.bytes === 0 ? text("clip.empty") : estimate.fits ? "" : text("clip.no_room"));
  }

  /** @param {import("./clip_estimate.js").EstimateGap} gap @returns {HTMLElement[]} */
  #gapRow(gap) {
    const camera = this.cameras.facts(gap.camera_id);
    return camera ? [gapRow(gap, camera, this.deck.tiles.length > 1, (us) => this.#seek(us))] : [];
  }

  async #export() {
    if (this.inUs === null || this.outUs === null) return;
    this.#isStarting = true;
    this.start.disabled = true;
    try {
      const body = {
        ...askedRange(this.cameraIds, this.inUs, this.outUs),
        name: this.name.value.trim(),
        reason: this.reason.value.trim(),
      };
      /** @type {{id: number}} */
      const made = await json("/api/v1/exports", { method: "POST", body, patience_ms: LONG_PATIENCE_MS });
      this.jobs.add(made.id, body.name);
      this.nameIsTyped = false;
      this.#complain("");
    } catch (error) {
      this.#complain(refusal(error));
    } finally {
      this.#isStarting = false;
      this.start.disabled = this.#isBlocked;
    }
  }
}

/** Whether it may well work in a while. @param {unknown} error @returns {boolean} */
const isPassing = (error) =>
  !(error instanceof ApiError) || error.status === 0 || error.status === 429 || error.status >= 500;

/** Why the server made none, in the page's words. @param {unknown} error @returns {string} */
function refusal(error) {
  if (!(error instanceof ApiError) || error.status === 0) return text("clip.no_answer");
  const key = `clip.export_${error.code}`;
  return withReference(text(REFUSALS.includes(key) ? key : "clip.export_failed"), error);
}
