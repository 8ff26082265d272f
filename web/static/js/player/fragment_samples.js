/**
 * How many pictures a piece of fragmented MP4 holds: what the length of a frame is worked out from before any has played.
 * @module
 */

import { boxAt, boxesIn, viewOf } from "./mp4_boxes.js";

/** Where a `trun` box keeps its number of samples: behind its version and flags. */
const COUNT_AT = 4;

/**
 * @param {Uint8Array} bytes whole fragments
 * @returns {number} pictures in their first track, which is the video's
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
