/**
 * The boxes of an MP4 file (ISO/IEC 14496-12): found in a range of bytes, counted for samples, and written. Pure.
 * @module
 */

const HEADER_BYTES = 8;
/** A `trun` box has its number of samples behind its version and flags. */
const COUNT_AT = 4;

/**
 * @typedef {object} Box
 * @property {string} kind four letters
 * @property {number} start
 * @property {number} body where its contents begin
 * @property {number} end
 */

/**
 * The boxes that lie directly in a range of bytes. A box that runs beyond the range is left out.
 * @param {DataView} view
 * @param {number} from
 * @param {number} end
 * @returns {Box[]}
 */
export function boxesIn(view, from, end) {
  /** @type {Box[]} */
  const found = [];
  for (let at = from; at + HEADER_BYTES <= end;) {
    const size = view.getUint32(at);
    // Sizes 0 and 1 are for boxes beyond 4 GB, which no fragment holds.
    if (size < HEADER_BYTES || at + size > end) break;
    const kind = String.fromCharCode(...[4, 5, 6, 7].map((byte) => view.getUint8(at + byte)));
    found.push({ kind, start: at, body: at + HEADER_BYTES, end: at + size });
    at += size;
  }
  return found;
}

/**
 * The first box at the end of a path of kinds, or null.
 * @param {DataView} view
 * @param {Box | null} within null for the whole of the bytes
 * @param {...string} path
 * @returns {Box | null}
 */
export function boxAt(view, within, ...path) {
  let box = within;
  for (const kind of path) {
    box = boxesIn(view, box ? box.body : 0, box ? box.end : view.byteLength).find((one) => one.kind === kind) ?? null;
    if (!box) return null;
  }
  return box;
}

/** @param {Uint8Array} bytes @returns {DataView} */
export const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * A box of this kind around these contents.
 * @param {string} kind
 * @param {...Uint8Array} contents
 * @returns {Uint8Array}
 */
export function boxOf(kind, ...contents) {
  const size = contents.reduce((sum, part) => sum + part.length, HEADER_BYTES);
  const made = new Uint8Array(size);
  viewOf(made).setUint32(0, size);
  for (let i = 0; i < 4; i += 1) made[4 + i] = kind.charCodeAt(i);
  let at = HEADER_BYTES;
  for (const part of contents) {
    made.set(part, at);
    at += part.length;
  }
  return made;
}

/** Whole numbers of 32 bits, as boxes hold them. @param {...number} values @returns {Uint8Array} */
export function words(...values) {
  const made = new Uint8Array(4 * values.length);
  const view = viewOf(made);
  values.forEach((value, index) => view.setUint32(4 * index, value));
  return made;
}

/**
 * How many samples the first track of some fragments holds, which is the video's: known before any of them has played.
 * @param {Uint8Array} bytes whole fragments
 * @returns {number}
 */
export function countSamples(bytes) {
  const view = viewOf(bytes);
  let count = 0;
  for (const moof of boxesIn(view, 0, bytes.length).filter((box) => box.kind === "moof")) {
    const track = boxAt(view, moof, "traf");
    if (!track) continue;
    for (const run of boxesIn(view, track.body, track.end))
      if (run.kind === "trun") count += view.getUint32(run.body + COUNT_AT);
  }
  return count;
}
