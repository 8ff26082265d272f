/**
 * What the server put into the page for its scripts: words, zone, the server's clock, and the page's own facts.
 * @module
 */

/**
 * @typedef {string | {one: string, other: string}} Words
 * @typedef {{id: number, name: string, place: string, title: string, oldest_us: number | null, newest_us: number | null}} CameraFacts
 * @typedef {{camera: CameraFacts, at_us: number, is_live: boolean, may_export: boolean, asked_clip: [number, number] | null}} PlaybackFacts
 * @typedef {object} PageData
 * @property {string} language BCP 47 tag of the page.
 * @property {string} zone IANA name of the site's zone.
 * @property {string} zone_label what is printed behind every time.
 * @property {number} now_us the server's clock when the page was made.
 * @property {Record<string, Words>} words
 * @property {PlaybackFacts} [playback]
 */

/** @returns {PageData} */
function read() {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById("page-data"));
  return JSON.parse(template.content.textContent ?? "{}");
}

export const pageData = read();

/**
 * The catalogue's words for a key, with `{name}` places filled; a count called `n` chooses singular or plural.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function text(key, values = {}) {
  const words = pageData.words[key];
  if (words === undefined) return key;
  const pattern = typeof words === "string" ? words : values["n"] === 1 ? words.one : words.other;
  return pattern.replace(/\{(\w+)\}/g, (_, /** @type {string} */ name) => String(values[name] ?? ""));
}

/**
 * The one element that matches, which the template promises to hold.
 * @template {Element} T
 * @param {string} selector
 * @param {{new(): T}} kind
 * @param {ParentNode} [within]
 * @returns {T}
 */
export function part(selector, kind, within = document) {
  const found = within.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`the page has no ${selector}`);
  return found;
}
