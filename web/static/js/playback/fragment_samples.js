/**
 * How many pictures a piece of fragmented MP4 holds: what the length of a frame is worked out from before any has played.
 * @module
 */

const HEADER_BYTES = 8;
/** Where a `trun` box keeps its number of samples: behind its header, version and flags. */
const COUNT_AT = 12;

/**
 * The boxes of one kind that lie directly in a part of a file.
 * @param {DataView} view
 * @param {number} from
 * @param {number} end
 * @param {string} kind
 * @returns {[number, number][]} start and end of each
 */
function boxes(view, from, end, kind) {
  /** @type {[number, number][]} */
  const found = [];
  for (let at = from; at + HEADER_BYTES <= end;) {
    const size = view.getUint32(at);
    // Sizes 0 and 1 are for boxes beyond 4 GB, which no fragment holds.
    if (size < HEADER_BYTES || at + size > end) break;
    const name = String.fromCharCode(...[4, 5, 6, 7].map((byte) => view.getUint8(at + byte)));
    if (name === kind) found.push([at, at + size]);
    at += size;
  }
  return found;
}

/**
 * @param {Uint8Array} bytes whole fragments
 * @returns {number} pictures in their first track, which is the video's
 */
export function countSamples(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  for (const [moof, moofEnd] of boxes(view, 0, bytes.byteLength, "moof")) {
    const [track] = boxes(view, moof + HEADER_BYTES, moofEnd, "traf");
    if (!track) continue;
    for (const [run] of boxes(view, track[0] + HEADER_BYTES, track[1], "trun")) count += view.getUint32(run + COUNT_AT);
  }
  return count;
}
