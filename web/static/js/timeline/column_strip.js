/**
 * Columns of completeness as an image, one pixel a column: while the view moves it is only stretched, and it is made anew
 * when columns become wider or narrower, or the view leaves what it holds.
 * @module
 */

import { Columns, columnStep, fillColumns, notchOf, WHOLE } from "./lane_columns.js";

const MOST_COLUMNS = 8192;
const columns = new Columns(MOST_COLUMNS);
/** Pixels of the strip that is being made. */
let scratch = new Uint32Array(MOST_COLUMNS);

/**
 * @typedef {import("./lane_facts.js").LaneFacts} LaneFacts
 * @typedef {object} Strip
 * @property {HTMLCanvasElement} image empty above what is missing
 * @property {number} start_us of the first column
 * @property {number} end_us
 * @property {number} step_us of each column
 * @property {number} tall pixels
 * @property {boolean} isWhole nothing is missing: there is no need to draw it column by column
 */

/** @type {WeakMap<LaneFacts, Strip>} */
const strips = new WeakMap();
/** Strips are made anew for few lanes in one picture; the others follow in the next ones. */
const MOST_COLUMNS_A_PICTURE = 1800;
let budget = MOST_COLUMNS_A_PICTURE;
let isBehind = false;
const GOLDEN = 0.618;
let turn = 0;

/** A picture begins. */
export function beginStrips() {
  budget = MOST_COLUMNS_A_PICTURE;
  isBehind = false;
}

/** Whether some lanes were drawn from columns of another width, and a further picture would be better. @returns {boolean} */
export const isBehindStrips = () => isBehind;

/**
 * The strip that holds a part of time.
 * @param {LaneFacts} facts
 * @param {number} us_per_px
 * @param {{from_us: number, to_us: number}} part
 * @param {number} tall pixels of a whole column
 * @param {number} least_px pixels that a column has at least
 * @param {{full: string, edge: string}} colours as "#rrggbb"
 * @returns {Strip}
 */
export function stripOf(facts, us_per_px, part, tall, least_px, colours) {
  const step_us = columnStep(us_per_px, facts, least_px);
  const known = strips.get(facts);
  if (known && known.tall === tall && known.start_us <= part.from_us && known.end_us >= part.to_us) {
    if (known.step_us === step_us) return known;
    if (budget <= 0) {
      isBehind = true;
      return known;
    }
  }
  // Lanes have different margins, so that not all of them run out of columns in one picture.
  turn = (turn + GOLDEN) % 1;
  const margin = (part.to_us - part.from_us) * (0.4 + 0.8 * turn);
  const from = Math.max(facts.fromUs, part.from_us - margin);
  const to = Math.min(facts.untilUs, part.to_us + margin);
  const start_us = Math.floor(from / step_us) * step_us;
  const count = Math.min(MOST_COLUMNS, Math.max(1, Math.ceil((to - start_us) / step_us)));
  const end_us = start_us + count * step_us;
  fillColumns(columns, facts, step_us, start_us, end_us);
  budget -= count;
  const isWhole = columns.count > 0 && columns.marks.subarray(0, columns.count).every((mark) => mark === WHOLE);
  const strip = { image: known?.image ?? document.createElement("canvas"), start_us, end_us, step_us, tall, isWhole };
  if (!isWhole) paintStrip(strip, start_us, count, colours);
  strips.set(facts, strip);
  return strip;
}

/** @param {Strip} strip @param {number} start_us @param {number} count @param {{full: string, edge: string}} colours */
function paintStrip({ image, step_us, tall }, start_us, count, colours) {
  image.width = count;
  image.height = tall;
  const g = /** @type {CanvasRenderingContext2D} */ (image.getContext("2d", { willReadFrequently: true }));
  if (scratch.length < count * tall) scratch = new Uint32Array(count * tall);
  const words = scratch.fill(wordOf(colours.full), 0, count * tall);
  const edge = wordOf(colours.edge);
  for (let i = 0; i < columns.count; i += 1) {
    const start = /** @type {number} */ (columns.starts[i]);
    const at = Math.floor((start - start_us) / step_us);
    const notch = notchOf(/** @type {number} */ (columns.shares[i]), /** @type {number} */ (columns.marks[i]), tall);
    for (let y = 0; y < notch; y += 1) words[y * count + at] = 0;
    if (notch > 0 && notch < tall) words[(notch - 1) * count + at] = edge;
  }
  g.putImageData(new ImageData(new Uint8ClampedArray(words.buffer, 0, 4 * count * tall), count, tall), 0, 0);
}

/** A colour as a word of an image's memory. @param {string} colour @returns {number} */
function wordOf(colour) {
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
  const bytes = new Uint8Array([r ?? 0, g ?? 0, b ?? 0, 255]);
  return /** @type {number} */ (new Uint32Array(bytes.buffer)[0]);
}
