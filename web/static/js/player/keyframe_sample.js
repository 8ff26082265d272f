/**
 * One keyframe as an MP4 fragment of its own, cut out of the head of a recorded fragment that lists more samples than it
 * still holds. Pure.
 * @module
 */

import { boxAt, boxesIn, boxOf, viewOf, words } from "./mp4_boxes.js";

/** Fields that precede the avcC box in an entry of an `stsd` box (ISO/IEC 14496-12, 8.5.2 and 12.1.3). */
const ENTRY_BYTES = 78;
const STSD_BYTES = 8;
/** `trun` flags: what stands in front of, and in, its list of samples. */
const RUN_OFFSET = 0x1;
const RUN_FIRST_FLAGS = 0x4;
const RUN_DURATION = 0x100;
/** `tfhd` flags: which optional fields are there, in this order. */
const TRACK_FIELDS = /** @type {const} */ ([
  [0x1, 8],
  [0x2, 4],
  [0x8, 4],
  [0x10, 4],
]);
const DEFAULT_SIZE = 0x10;
/** A picture that needs no other. */
const KEYFRAME = 0x02000000;
const BASE_IS_MOOF = 0x20000;
const RUN_SAMPLE = 0x701;

/**
 * The head of a file, with its video alone.
 * @typedef {object} KeyframeInit
 * @property {Uint8Array} bytes
 * @property {string} codec as RFC 6381 writes it
 * @property {number} track
 * @property {number} timescale ticks in a second
 */

/**
 * @param {Uint8Array} bytes an init segment
 * @returns {KeyframeInit | null} null where its video is not H.264
 */
export function readInit(bytes) {
  const view = viewOf(bytes);
  const head = boxAt(view, null, "ftyp");
  const movie = boxAt(view, null, "moov");
  const movieHeader = movie && boxAt(view, movie, "mvhd");
  const extra = movie && boxAt(view, movie, "mvex");
  if (!head || !movie || !movieHeader || !extra) return null;
  for (const box of boxesIn(view, movie.body, movie.end).filter((one) => one.kind === "trak")) {
    const codec = codecOf(view, box);
    const times = boxAt(view, box, "mdia", "mdhd");
    const header = boxAt(view, box, "tkhd");
    if (!codec || !times || !header) continue;
    const track = view.getUint32(header.body + (view.getUint8(header.body) === 1 ? 20 : 12));
    const timescale = view.getUint32(times.body + (view.getUint8(times.body) === 1 ? 20 : 12));
    const defaults = boxesIn(view, extra.body, extra.end).find(
      (one) => one.kind === "trex" && view.getUint32(one.body + 4) === track,
    );
    if (!defaults) continue;
    const part = (/** @type {import("./mp4_boxes.js").Box} */ one) => bytes.subarray(one.start, one.end);
    const alone = boxOf("moov", part(movieHeader), part(box), boxOf("mvex", part(defaults)));
    return { bytes: joined(part(head), alone), codec, track, timescale };
  }
  return null;
}

/** @param {DataView} view @param {import("./mp4_boxes.js").Box} track @returns {string | null} */
function codecOf(view, track) {
  const table = boxAt(view, track, "mdia", "minf", "stbl", "stsd");
  const entry = table && boxesIn(view, table.body + STSD_BYTES, table.end)[0];
  if (!entry || !entry.kind.startsWith("avc")) return null;
  const setup = boxesIn(view, entry.body + ENTRY_BYTES, entry.end).find((one) => one.kind === "avcC");
  if (!setup) return null;
  const hex = [1, 2, 3].map((at) =>
    view
      .getUint8(setup.body + at)
      .toString(16)
      .padStart(2, "0"),
  );
  return `${entry.kind}.${hex.join("")}`;
}

/**
 * @param {Uint8Array} bytes the head of a fragment, up to the end of its first picture at least
 * @param {KeyframeInit} init of its file
 * @param {number} at_s where to put it in media time
 * @param {number} lasts_s
 * @returns {Uint8Array | null} null where the bytes do not hold it
 */
export function lonePicture(bytes, init, at_s, lasts_s) {
  const view = viewOf(bytes);
  const fragment = boxAt(view, null, "moof");
  if (!fragment) return null;
  for (const part of boxesIn(view, fragment.body, fragment.end).filter((box) => box.kind === "traf")) {
    const header = boxAt(view, part, "tfhd");
    const run = boxAt(view, part, "trun");
    if (!header || !run || view.getUint32(header.body + 4) !== init.track) continue;
    const { offset, size } = firstSample(view, header, run);
    const from = fragment.start + offset;
    if (size <= 0 || from + size > bytes.length) return null;
    const time = Math.round(at_s * init.timescale);
    const lasts = Math.round(lasts_s * init.timescale);
    const moof = (/** @type {number} */ dataAt) =>
      boxOf(
        "moof",
        boxOf("mfhd", words(0, 1)),
        boxOf(
          "traf",
          boxOf("tfhd", words(BASE_IS_MOOF, init.track)),
          boxOf("tfdt", words(1 << 24, Math.floor(time / 2 ** 32), time % 2 ** 32)),
          boxOf("trun", words(RUN_SAMPLE, 1, dataAt, lasts, size, KEYFRAME)),
        ),
      );
    const { length } = moof(0);
    return joined(moof(length + 8), boxOf("mdat", bytes.subarray(from, from + size)));
  }
  return null;
}

/**
 * Where a run's first sample lies, counted from the fragment's beginning, and how long it is.
 * @param {DataView} view
 * @param {import("./mp4_boxes.js").Box} header
 * @param {import("./mp4_boxes.js").Box} run
 * @returns {{offset: number, size: number}}
 */
function firstSample(view, header, run) {
  const flags = view.getUint32(run.body) & 0xffffff;
  let at = run.body + 8;
  let offset = 0;
  if (flags & RUN_OFFSET) {
    offset = view.getInt32(at);
    at += 4;
  }
  if (flags & RUN_FIRST_FLAGS) at += 4;
  if (flags & RUN_DURATION) at += 4;
  return { offset, size: flags & 0x200 ? view.getUint32(at) : defaultSize(view, header) };
}

/** @param {DataView} view @param {import("./mp4_boxes.js").Box} header @returns {number} */
function defaultSize(view, header) {
  const flags = view.getUint32(header.body) & 0xffffff;
  if (!(flags & DEFAULT_SIZE)) return 0;
  let at = header.body + 8;
  for (const [flag, length] of TRACK_FIELDS) {
    if (flag === DEFAULT_SIZE) break;
    if (flags & flag) at += length;
  }
  return view.getUint32(at);
}

/** @param {...Uint8Array} parts @returns {Uint8Array} */
function joined(...parts) {
  const made = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    made.set(part, at);
    at += part.length;
  }
  return made;
}
