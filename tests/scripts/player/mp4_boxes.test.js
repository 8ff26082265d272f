import assert from "node:assert/strict";
import { test } from "node:test";

import { boxAt, boxesIn, boxOf, countSamples, viewOf, words } from "../../../web/static/js/player/mp4_boxes.js";

const FILE = new Uint8Array([
  ...boxOf("ftyp", words(1, 2)),
  ...boxOf("moov", boxOf("mvhd", words(3)), boxOf("trak", boxOf("tkhd", words(0xfffffffe)))),
]);

test("boxes that were written are found again", () => {
  const view = viewOf(FILE);
  assert.deepEqual(boxesIn(view, 0, FILE.length), [
    { kind: "ftyp", start: 0, body: 8, end: 16 },
    { kind: "moov", start: 16, body: 24, end: 56 },
  ]);
  const header = boxAt(view, null, "moov", "trak", "tkhd");
  assert.ok(header);
  assert.equal(view.getUint32(header.body), 0xfffffffe);
  assert.equal(boxAt(view, null, "moov", "tkhd"), null);
});

test("bytes that begin inside a larger buffer are read from their own beginning", () => {
  const larger = new Uint8Array([9, 9, 9, ...FILE]);
  assert.equal(boxesIn(viewOf(larger.subarray(3)), 0, FILE.length).length, 2);
});

test("a box that is cut off, or names an impossible size, ends the list", () => {
  assert.deepEqual(
    boxesIn(viewOf(FILE), 0, FILE.length - 1).map((box) => box.kind),
    ["ftyp"],
  );
  for (const size of [0, 1, 7, 17]) {
    const wrong = FILE.slice(0, 16);
    viewOf(wrong).setUint32(0, size);
    assert.deepEqual(boxesIn(viewOf(wrong), 0, 16), []);
  }
});

test("pictures of the first track are counted over all fragments", () => {
  const run = (/** @type {number} */ count) => boxOf("trun", words(0, count));
  const fragment = (/** @type {Uint8Array[]} */ ...tracks) =>
    boxOf("moof", boxOf("mfhd", words(0, 1)), ...tracks.map((track) => boxOf("traf", track)));
  const bytes = [...fragment(run(5), run(100)), ...boxOf("mdat"), ...fragment(run(7)), ...fragment()];
  assert.equal(countSamples(new Uint8Array(bytes)), 12);
});
