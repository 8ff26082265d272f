/**
 * The timeline's view as a table, for those who read rather than look: which footage and which gaps each camera has; a row
 * leads to its beginning.
 * @module
 */

import { part, text } from "../page/page_data.js";
import { firstAbove } from "./timeline_model.js";
import { clock, dateShort, duration, nowUs, SECOND_US } from "../page/site_time.js";

const SETTLE_MS = 400;
/** A click on a gap shows the last moments before it. */
const BEFORE_US = 2 * SECOND_US;
const MOST_ROWS = 200;
/** What ends so near to the next piece's beginning goes on in it. */
const TOUCHING_US = 1_500_000;

/**
 * @typedef {object} SpanRow
 * @property {number} camera_id
 * @property {number} from_us
 * @property {number} to_us
 * @property {"recorded" | "partly" | "gap"} kind
 * @property {string} cause of a gap; "" where single gaps are not known
 * @property {number} share that is recorded
 * @property {number} longest_us the longest gap inside, where single gaps are not known
 * @typedef {import("./answer_shelf.js").Piece} Piece
 */

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
    // The last row grows while it is recorded; that alone is no reason to disturb who reads.
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

/**
 * The rows of a view: footage and gaps with their causes, camera by camera.
 * @param {readonly {camera_id: number, pieces: readonly Piece[]}[]} lanes
 * @param {number} now_us
 * @param {number} [most]
 * @returns {{rows: SpanRow[], more: number}} `more` rows would follow
 */
export function spanRows(lanes, now_us, most = MOST_ROWS) {
  /** @type {SpanRow[]} */
  const rows = [];
  for (const { camera_id, pieces } of lanes) {
    const first = rows.length;
    for (const { facts, from_us, to_us } of pieces) {
      const until = Math.min(to_us, facts.untilUs, now_us);
      for (const row of facts.cells ? cellRows(facts, facts.cells, from_us, until) : gapRows(facts, from_us, until)) {
        const last = rows.length > first ? rows.at(-1) : undefined;
        const isSame =
          last && last.kind === row.kind && last.cause === row.cause && row.from_us - last.to_us <= TOUCHING_US;
        if (!isSame || row.kind === "partly") rows.push({ camera_id, ...row });
        else last.to_us = row.to_us;
      }
    }
  }
  return { rows: rows.slice(0, most), more: Math.max(0, rows.length - most) };
}

/**
 * @param {import("./lane_facts.js").LaneFacts} facts
 * @param {number} from_us
 * @param {number} until_us
 * @returns {Omit<SpanRow, "camera_id">[]} in order of time
 */
function gapRows(facts, from_us, until_us) {
  /** @type {Omit<SpanRow, "camera_id">[]} */
  const rows = [];
  const take = (/** @type {number} */ start, /** @type {number} */ end, /** @type {string | null} */ cause) => {
    const [a, b] = [Math.max(start, from_us), Math.min(end, until_us)];
    if (b > a)
      rows.push({
        from_us: a,
        to_us: b,
        kind: cause === null ? "recorded" : "gap",
        cause: cause ?? "",
        share: cause === null ? 1 : 0,
        longest_us: 0,
      });
  };
  for (
    let i = firstAbove(facts.spanEnds, from_us);
    i < facts.spans.length && /** @type {number} */ (facts.spanStarts[i]) < until_us;
    i += 1
  ) {
    take(/** @type {number} */ (facts.spanStarts[i]), /** @type {number} */ (facts.spanEnds[i]), null);
  }
  for (
    let i = firstAbove(facts.gapEnds, from_us);
    i < facts.gaps.length && /** @type {number} */ (facts.gapStarts[i]) < until_us;
    i += 1
  ) {
    const gap = /** @type {import("./lane_facts.js").Gap} */ (facts.gaps[i]);
    take(gap.start_us, gap.end_us, gap.cause);
  }
  return rows.sort((a, b) => a.from_us - b.from_us);
}

/**
 * @param {import("./lane_facts.js").LaneFacts} facts
 * @param {import("./lane_facts.js").Cells} cells
 * @param {number} from_us
 * @param {number} until_us
 * @returns {Omit<SpanRow, "camera_id">[]}
 */
function cellRows(facts, cells, from_us, until_us) {
  /** @type {Omit<SpanRow, "camera_id">[]} */
  const rows = [];
  for (let i = 0; i < cells.covered.length; i += 1) {
    const a = Math.max(cells.start_us + i * cells.width_us, from_us);
    const b = Math.min(cells.start_us + (i + 1) * cells.width_us, until_us);
    if (b <= a) continue;
    const share = /** @type {number} */ (cells.covered[i]) / 1000;
    const longest_us = /** @type {number} */ (cells.longest_gap_s[i]) * 1e6;
    const cause = share === 0 && b <= facts.quietUntilUs ? facts.quietCause : "";
    const kind = share === 0 ? "gap" : share === 1 ? "recorded" : "partly";
    const last = rows.at(-1);
    if (last && last.kind === kind && last.cause === cause) {
      last.share = (last.share * (last.to_us - last.from_us) + share * (b - a)) / (b - last.from_us);
      last.longest_us = Math.max(last.longest_us, longest_us);
      last.to_us = b;
    } else rows.push({ from_us: a, to_us: b, kind, cause, share, longest_us });
  }
  return rows;
}
