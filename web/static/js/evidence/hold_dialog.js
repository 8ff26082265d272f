/**
 * Locking evidence: the dialog shows what a hold on the marked range would keep and what is missing, then the result for
 * each camera.
 * @module
 */

import { ApiError, isAborted } from "../page/api.js";
import { ClipCameras } from "../clip/clip_cameras.js";
import { totalLength } from "../clip/clip_estimate.js";
import { clockSpan, gapRow, numberBadge, wordsRow } from "../page/gap_rows.js";
import { HoldList } from "./hold_list.js";
import { estimateHold, placeHold } from "./hold_store.js";
import { Emitter } from "../page/emitter.js";
import { notify, withReference } from "../page/notice.js";
import { pageData, part, text } from "../page/page_data.js";
import { dateShort, dayOf, dayPlus, dayStartUs, duration, nowUs, size } from "../page/site_time.js";

/**
 * @typedef {import("../player/deck.js").Deck} Deck
 * @typedef {import("./hold_store.js").HeldEstimate} HeldEstimate
 * @typedef {{refresh(): void}} ShownHolds the timeline's facts
 * @typedef {{inUs: number | null, outUs: number | null}} Marks
 */

/** Emits `seek` with an instant. @extends {Emitter<{seek: number}>} */
export class HoldDialog extends Emitter {
  #range = { in_us: 0, out_us: 0 };
  /** @type {AbortController | null} */
  #running = null;

  /**
   * @param {Deck} deck
   * @param {Marks} marks
   * @param {ShownHolds} data
   */
  constructor(deck, marks, data) {
    super();
    this.deck = deck;
    this.marks = marks;
    this.data = data;
    this.dialog = part("[data-hold-dialog]", HTMLDialogElement);
    this.asking = part("[data-hold-asking]", HTMLElement, this.dialog);
    this.form = part("[data-hold-form]", HTMLFormElement, this.asking);
    this.results = part("[data-hold-results]", HTMLElement, this.dialog);
    this.save = part("[data-hold-save]", HTMLButtonElement, this.dialog);
    this.problem = part("[data-hold-problem]", HTMLElement, this.dialog);
    this.until = part('input[name="until"]', HTMLInputElement, this.form);
    this.cameras = new ClipCameras(this.asking);
    this.existing = new HoldList(this.dialog);
    this.existing.on("released", () => data.refresh());
    this.cameras.on("change", () => void this.#count());
    for (const button of this.dialog.querySelectorAll("[data-hold-close]"))
      button.addEventListener("click", () => this.dialog.close());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#place();
    });
  }

  /** Ask about the marked range; without one there is nothing to lock. */
  open() {
    const { inUs, outUs } = this.marks;
    if (inUs === null || outUs === null) {
      notify(text("hold.needs_range"));
      return;
    }
    this.#range = { in_us: inUs, out_us: outUs };
    this.form.reset();
    this.asking.hidden = false;
    this.results.hidden = true;
    this.until.min = dayPlus(dayOf(nowUs()), 1);
    this.#complain("");
    this.#words("range", `${dateShort(inUs)} ${clockSpan(inUs, outUs)} ${pageData().zone_label}`);
    this.#words("length", duration(outUs - inUs));
    const shown = this.deck.tiles.map((tile) => tile.camera);
    // Who may lock footage at all may lock that of every camera that is theirs.
    this.cameras.set(shown.map((camera) => ({ ...camera, may_export: true })));
    this.dialog.showModal();
    void this.existing.show(shown, inUs, outUs);
    void this.#count();
  }

  /** @param {string} name @param {string} words */
  #words(name, words) {
    part(`[data-hold-${name}]`, HTMLElement, this.asking).textContent = words;
  }

  /** @param {string} words */
  #complain(words) {
    this.problem.textContent = words;
    this.problem.hidden = words === "";
  }

  async #count() {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    const { candidates } = this.cameras;
    this.save.disabled = candidates.length === 0;
    this.#complain(candidates.length === 0 ? text("hold.none_chosen") : "");
    if (candidates.length === 0) return;
    const { in_us, out_us } = this.#range;
    this.asking.setAttribute("aria-busy", "true");
    try {
      this.#showEstimate(await estimateHold(candidates, in_us, out_us, running.signal));
    } catch (error) {
      if (isAborted(error)) return;
      this.#words("size", "–");
      this.#words("missing", "–");
    }
    this.asking.removeAttribute("aria-busy");
  }

  /** @param {HeldEstimate} estimate */
  #showEstimate(estimate) {
    const gaps = estimate.cameras.flatMap(({ camera_id, gaps: own }) => own.map((gap) => ({ ...gap, camera_id })));
    this.cameras.show({ cameras: estimate.cameras, gaps });
    const { chosen } = this.cameras;
    const missing = gaps.filter((gap) => chosen.includes(gap.camera_id));
    const missing_us = estimate.cameras
      .filter(({ camera_id }) => chosen.includes(camera_id))
      .reduce((sum, camera) => sum + camera.missing_us, 0);
    this.#words("size", text("hold.size_more", { size: size(estimate.bytes) }));
    this.#words(
      "missing",
      missing.length === 0
        ? text("hold.missing_none")
        : text("hold.missing_of", { n: missing.length, length: duration(missing_us) }),
    );
    const rows = missing.flatMap((gap) => {
      const camera = this.cameras.facts(gap.camera_id);
      return camera ? [gapRow(gap, camera, this.deck.tiles.length > 1, (us) => this.#seek(us))] : [];
    });
    part("[data-hold-gaps]", HTMLElement, this.asking).replaceChildren(
      ...(rows.length > 0 ? rows : [wordsRow(text("hold.missing_none"))]),
    );
  }

  /** @param {number} us */
  #seek(us) {
    this.dialog.close();
    this.emit("seek", us);
  }

  async #place() {
    const filled = new FormData(this.form);
    const day = String(filled.get("until") ?? "");
    // A lock that ends on a day holds until that day is over.
    const expires_us = day === "" ? null : dayStartUs(dayPlus(day, 1));
    if (expires_us !== null && expires_us <= nowUs()) {
      this.#complain(text("hold.until_past"));
      return;
    }
    const { in_us, out_us } = this.#range;
    this.save.disabled = true;
    try {
      const placed = await placeHold(
        this.cameras.chosen,
        in_us,
        out_us,
        String(filled.get("reason") ?? "").trim(),
        expires_us,
      );
      this.#showResults(placed);
      this.data.refresh();
    } catch (error) {
      this.#complain(
        withReference(text(error instanceof ApiError && error.status !== 0 ? "hold.failed" : "hold.no_answer"), error),
      );
    } finally {
      this.save.disabled = false;
    }
  }

  /** @param {import("./hold_store.js").PlacedHold[]} placed */
  #showResults(placed) {
    this.asking.hidden = true;
    this.results.hidden = false;
    const rows = placed.flatMap((hold) => {
      const camera = this.cameras.facts(hold.camera_ids[0] ?? 0);
      return camera ? [resultRow(camera, outcome(hold))] : [];
    });
    part("[data-hold-result-list]", HTMLElement, this.results).replaceChildren(...rows);
    part("[data-hold-done]", HTMLElement, this.results).focus();
  }
}

/** What became of one camera's footage. @param {import("./hold_store.js").PlacedHold} hold @returns {string} */
function outcome(hold) {
  const missing = totalLength(hold.gaps);
  if (hold.covered_us === 0 && missing > 0) return text("hold.result_nothing");
  return missing === 0 ? text("hold.result_whole") : text("hold.result_missing", { length: duration(missing) });
}

/** @param {import("../page/page_data.js").CameraFacts} camera @param {string} words @returns {HTMLElement} */
function resultRow(camera, words) {
  const row = document.createElement("li");
  row.dataset["held"] = String(camera.id);
  const name = document.createElement("span");
  name.className = "when";
  const title = document.createElement("b");
  title.className = "ell";
  title.textContent = camera.name;
  name.append(numberBadge(camera), title);
  const result = document.createElement("span");
  result.className = "t2 why";
  result.textContent = words;
  row.append(name, result);
  return row;
}
