/**
 * Sums and maxima over any range of a list in a few steps, however long the list is. Pure.
 * @module
 */

export class RangeSums {
  /** @param {Float64Array} values */
  constructor(values) {
    const sums = new Float64Array(values.length + 1);
    for (let i = 0; i < values.length; i += 1)
      sums[i + 1] = /** @type {number} */ (sums[i]) + /** @type {number} */ (values[i]);
    this.sums = sums;
  }

  /** Of the values with numbers [from, to). @param {number} from @param {number} to @returns {number} */
  sum(from, to) {
    return to > from ? /** @type {number} */ (this.sums[to]) - /** @type {number} */ (this.sums[from]) : 0;
  }
}

/** A pyramid: each level holds the greater of every two values of the level below. */
export class RangeMaxima {
  /** @param {Float64Array} values */
  constructor(values) {
    let base = 1;
    while (base < values.length) base *= 2;
    const tree = new Float64Array(2 * base).fill(-Infinity);
    tree.set(values, base);
    for (let i = base - 1; i > 0; i -= 1)
      tree[i] = Math.max(/** @type {number} */ (tree[2 * i]), /** @type {number} */ (tree[2 * i + 1]));
    this.tree = tree;
    this.base = base;
  }

  /** Of the values with numbers [from, to); 0 where there are none. @param {number} from @param {number} to @returns {number} */
  max(from, to) {
    const { tree, base } = this;
    let found = 0;
    let low = from + base;
    let high = to + base;
    while (low < high) {
      if (low & 1) found = Math.max(found, /** @type {number} */ (tree[low++]));
      if (high & 1) found = Math.max(found, /** @type {number} */ (tree[--high]));
      low >>= 1;
      high >>= 1;
    }
    return found;
  }

  /**
   * The first value at or after a number that reaches a bound.
   * @param {number} from
   * @param {number} least
   * @returns {number} its number; -1 where there is none
   */
  next(from, least) {
    const { tree, base } = this;
    if (from >= base) return -1;
    let node = from + base;
    while (/** @type {number} */ (tree[node]) < least) {
      // Up as long as this was the second of two, then to the neighbour.
      while (node & 1) node >>= 1;
      if (node === 0) return -1;
      node += 1;
    }
    while (node < base) {
      node *= 2;
      if (/** @type {number} */ (tree[node]) < least) node += 1;
    }
    return node - base;
  }
}
