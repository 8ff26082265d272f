/**
 * The present view as a table: camera, from, to, length and what is there; each row leads to its beginning.
 * @module
 */

import { part, text } from "../page/page_data.js";
import { MOST_ROWS, spanRows } from "./span_rows.js";
import { clock, dateShort, duration, nowUs, SECOND_US } from "../page/site_time.js";

const SETTLE_MS = 400;
/** A look at the last moments before a gap, rather than at nothing. */
const BEFORE_US = 2 * SECOND_US;

/** @typedef {import("./span_rows.js").SpanRow} SpanRow */

export class SpanTable {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #shown = "";

  /**
   * @param {HTMLElement} root
   * @param {import("./timeline.js").Timeline} timeline
   */
  constructor(root, timeline) {
    this.timeline = timeline;
    this.box = part("[data-span-table]", HTMLDetailsElement, root);
    this.body = part("tbody", HTMLTableSectionElement, this.box);
    this.words = part("[data-span-more]", HTMLElement, this.box);
    this.box.addEventListener("toggle", () => this.#fill());
    for (const button of root.querySelectorAll("[data-show-table]")) {
      button.addEventListener("click", () => {
        this.box.open = true;
        part("summary", HTMLElement, this.box).focus();
      });
    }
  }

  /** The view or what is known of it changed: follow when it rests. */
  plan() {
    if (!this.box.open || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#fill();
    }, SETTLE_MS);
  }

  #fill() {
    if (!this.box.open) return;
    const { timeline } = this;
    const lanes = timeline.cameras.map((camera) => {
      /** @type {import("./answer_shelf.js").Piece[]} */
      const pieces = [];
      timeline.data.cover(pieces, camera.id, timeline.view);
      return { camera_id: camera.id, pieces };
    });
    const { rows, more } = spanRows(lanes, nowUs());
    // The last stretch grows while it is recorded; that alone is no reason to disturb who reads.
    const key = rows
      .map(
        (row) => `${row.camera_id} ${row.from_us} ${row.kind} ${row.cause} ${Math.round(row.to_us / (10 * SECOND_US))}`,
      )
      .join();
    if (key === this.#shown && this.body.childElementCount > 0) return;
    this.#shown = key;
    const focused = [...this.body.querySelectorAll("button")].indexOf(
      /** @type {HTMLButtonElement} */ (document.activeElement),
    );
    this.body.replaceChildren(...rows.map((row) => this.#row(row)));
    if (focused >= 0) this.body.querySelectorAll("button")[focused]?.focus();
    this.words.hidden = more === 0 && rows.length > 0;
    this.words.textContent =
      rows.length === 0 ? text("timeline.table_empty") : text("timeline.table_more", { n: MOST_ROWS, more });
  }

  /** @param {SpanRow} row @returns {HTMLTableRowElement} */
  #row(row) {
    const camera = this.timeline.cameras.find((one) => one.id === row.camera_id);
    const line = document.createElement("tr");
    line.dataset["kind"] = row.kind;
    const name = document.createElement("th");
    name.scope = "row";
    name.textContent = `${camera?.number ?? ""} ${camera?.name ?? ""}`;
    const jump = document.createElement("button");
    jump.type = "button";
    jump.textContent = `${dateShort(row.from_us)} ${clock(row.from_us)}`;
    jump.addEventListener("click", () =>
      this.timeline.seek(row.kind === "gap" ? Math.max(0, row.from_us - BEFORE_US) : row.from_us),
    );
    line.append(
      name,
      cell(jump),
      cell(`${dateShort(row.to_us)} ${clock(row.to_us)}`),
      cell(duration(row.to_us - row.from_us)),
      cell(whatIsThere(row)),
    );
    return line;
  }
}

/** @param {Node | string} content @returns {HTMLTableCellElement} */
function cell(content) {
  const made = document.createElement("td");
  made.append(content);
  return made;
}

/** @param {SpanRow} row @returns {string} */
function whatIsThere(row) {
  if (row.kind === "recorded") return text("timeline.recorded");
  if (row.kind === "gap") return row.cause === "" ? text("timeline.no_footage") : text(`cause.${row.cause}`);
  return text("timeline.partly", { n: Math.min(99, Math.floor(row.share * 100)), longest: duration(row.longest_us) });
}
