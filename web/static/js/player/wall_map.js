/**
 * Maps wall time to media time and back: which instant a position of the player shows, and where an instant lies. Pure.
 * @module
 */

import { SECOND_US } from "../page/site_time.js";

/**
 * A part of the playlist that plays without a jump.
 * @typedef {{media_s: number, duration_s: number, wall_us: number}} Piece
 */

/**
 * Microseconds of an EXT-X-PROGRAM-DATE-TIME; `Date` alone would cut them to milliseconds.
 * @param {string} written
 * @returns {number}
 */
export function parseProgramDateTime(written) {
  const fraction = /\.(\d{1,6})\d*/.exec(written)?.[1] ?? "";
  const whole = Date.parse(written.replace(/\.\d+/, ""));
  return whole * 1000 + Number(fraction.padEnd(6, "0"));
}

/** Footage missing for less than this, between two files, is played over without a word. */
const SHORTEST_GAP_US = SECOND_US;

/**
 * Footage missing between two pieces.
 * @typedef {object} Seam
 * @property {number} media_s where the footage before it ends in media time
 * @property {number} start_us
 * @property {number} end_us
 */

export class WallMap {
  /** @type {readonly Seam[] | null} */
  #seams = null;

  /** @param {readonly Piece[]} pieces in playing order */
  constructor(pieces) {
    this.pieces = pieces;
  }

  get isEmpty() {
    return this.pieces.length === 0;
  }

  /** Wall time of the first and after the last frame; 0 where empty. */
  get startUs() {
    return this.pieces[0]?.wall_us ?? 0;
  }

  get endUs() {
    const last = this.pieces.at(-1);
    return last ? last.wall_us + last.duration_s * SECOND_US : 0;
  }

  get endMedia() {
    const last = this.pieces.at(-1);
    return last ? last.media_s + last.duration_s : 0;
  }

  /** @param {(piece: Piece) => boolean} isBefore @returns {number} index of the first piece that is not before */
  #search(isBefore) {
    let low = 0;
    let high = this.pieces.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(/** @type {Piece} */ (this.pieces[middle]))) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Position that shows an instant, or null where nothing was recorded or loaded.
   * @param {number} wall_us
   * @returns {number | null} seconds
   */
  mediaOf(wall_us) {
    const piece = this.pieces[this.#search((p) => p.wall_us + p.duration_s * SECOND_US <= wall_us)];
    if (!piece || piece.wall_us > wall_us) return null;
    return piece.media_s + (wall_us - piece.wall_us) / SECOND_US;
  }

  /**
   * Instant that a position shows.
   * @param {number} media_s
   * @returns {number | null} microseconds
   */
  wallOf(media_s) {
    const index = this.#search((p) => p.media_s + p.duration_s <= media_s);
    const piece = this.pieces[index] ?? this.pieces.at(-1);
    if (!piece) return null;
    return Math.round(piece.wall_us + Math.max(0, media_s - piece.media_s) * SECOND_US);
  }

  /**
   * Start of the first footage at or after an instant, or null.
   * @param {number} wall_us
   * @returns {number | null}
   */
  nextStart(wall_us) {
    const piece = this.pieces[this.#search((p) => p.wall_us + p.duration_s * SECOND_US <= wall_us)];
    return piece ? Math.max(piece.wall_us, wall_us) : null;
  }

  /**
   * End of the last footage at or before an instant, or null.
   * @param {number} wall_us
   * @returns {number | null}
   */
  lastEnd(wall_us) {
    const piece = this.pieces[this.#search((p) => p.wall_us + p.duration_s * SECOND_US <= wall_us) - 1];
    return piece ? Math.round(piece.wall_us + piece.duration_s * SECOND_US) : null;
  }

  /**
   * The next place in playing order where footage is missing, or null.
   * @param {number} media_s
   * @returns {Seam | null}
   */
  seamAfter(media_s) {
    this.#seams ??= this.pieces.flatMap((piece, index) => {
      const next = this.pieces[index + 1];
      const end = piece.wall_us + piece.duration_s * SECOND_US;
      return next && next.wall_us - end >= SHORTEST_GAP_US
        ? [{ media_s: piece.media_s + piece.duration_s, start_us: Math.round(end), end_us: next.wall_us }]
        : [];
    });
    return this.#seams.find((seam) => seam.media_s > media_s) ?? null;
  }
}

/**
 * The map of a loaded playlist.
 * @param {readonly {start: number, duration: number, rawProgramDateTime: string | null, programDateTime: number | null}[]} fragments as hls.js holds them
 * @returns {WallMap}
 */
export function wallMapOf(fragments) {
  /** @type {Piece[]} */
  const pieces = [];
  for (const fragment of fragments) {
    const wall = fragment.rawProgramDateTime
      ? parseProgramDateTime(fragment.rawProgramDateTime)
      : (fragment.programDateTime ?? 0) * 1000;
    if (wall > 0 && fragment.duration > 0)
      pieces.push({ media_s: fragment.start, duration_s: fragment.duration, wall_us: wall });
  }
  return new WallMap(pieces);
}
