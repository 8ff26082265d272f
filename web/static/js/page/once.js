/**
 * Values that are made when they are first wanted: importing a module reads nothing of the page.
 * @module
 */

/**
 * @template T
 * @param {() => T} make
 * @returns {() => T} what was made the first time
 */
export function once(make) {
  /** @type {{value: T} | null} */
  let made = null;
  return () => (made ??= { value: make() }).value;
}
