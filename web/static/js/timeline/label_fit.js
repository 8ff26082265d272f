/**
 * Which labels fit: one that would meet its neighbour, or cover a line that must stay visible, is dropped. Pure.
 * @module
 */

/**
 * Labels of one row, left to right, each behind its shape.
 * @param {ArrayLike<number>} shapes left edges of the shapes, pixels, in order
 * @param {ArrayLike<number>} widths of the words; the shape's own pixels come before them
 * @param {number} count
 * @param {{shape: number, gap: number, width: number, line: number | null}} room pixels of a shape, between labels, of the row, and a line that no word may cover
 * @param {Uint8Array} kept is filled in: 1 where the words have room
 */
export function keepLabels(shapes, widths, count, { shape, gap, width, line }, kept) {
  for (let i = 0; i < count; i += 1) {
    const left = /** @type {number} */ (shapes[i]);
    const right = left + shape + /** @type {number} */ (widths[i]);
    const limit = i + 1 < count ? /** @type {number} */ (shapes[i + 1]) - gap : width;
    const isCovering = line !== null && line > left - 2 && line < right + 2;
    kept[i] = right <= limit && left + shape >= 0 && !isCovering ? 1 : 0;
  }
}

/**
 * Where the words of one range stand: at its left, or behind a line that must stay seen; null where they have no room.
 * @param {number} left
 * @param {number} right
 * @param {number} wide of the words
 * @param {number | null} line
 * @returns {number | null}
 */
export function placeInside(left, right, wide, line) {
  const first = left + 4;
  if (first + wide > right - 4) return null;
  if (line === null || line < first - 2 || line > first + wide + 2) return first;
  return line + 6 + wide <= right - 4 ? line + 6 : null;
}

/**
 * Of labels in order of weight, those that meet none before them.
 * @template {{left: number, right: number}} T
 * @param {readonly T[]} labels the weightiest first
 * @returns {T[]}
 */
export function withoutOverlaps(labels) {
  /** @type {T[]} */
  const kept = [];
  for (const label of labels)
    if (!kept.some((other) => label.left < other.right && label.right > other.left)) kept.push(label);
  return kept;
}
