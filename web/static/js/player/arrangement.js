/**
 * The tiles' arrangement in the stage: how many rows and columns for so many cameras. Pure.
 * @module
 */

/**
 * @typedef {"one" | "focus" | "grid"} Layout
 * @typedef {{columns: number, rows: number}} Arrangement in "focus" the columns and rows beside the large tile
 */

/**
 * @param {Layout} layout
 * @param {number} count of tiles
 * @returns {Arrangement}
 */
export function arrangementOf(layout, count) {
  if (layout === "one" || count < 2) return { columns: 1, rows: 1 };
  if (layout === "grid") {
    const columns = Math.ceil(Math.sqrt(count));
    return { columns, rows: Math.ceil(count / columns) };
  }
  const others = count - 1;
  const columns = others <= 4 ? 1 : others <= 8 ? 2 : 3;
  return { columns, rows: Math.max(3, Math.ceil(others / columns)) };
}
