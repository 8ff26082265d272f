/**
 * What the server put into the page for its scripts: words, time zone, the server's clock, and the page's own facts.
 * @module
 */

import { once } from "./once.js";

/**
 * @typedef {string | {one: string, other: string}} Words
 * @typedef {object} CameraFacts
 * @property {number} id
 * @property {number} number place on the page, 1 to 16; the same on chip, tile, lane and check box
 * @property {string} name
 * @property {string} place
 * @property {string} title name and place in one line
 * @property {number | null} oldest_us
 * @property {number | null} newest_us
 * @property {number | null} purged_until_us retention has taken what was before
 * @property {number | null} removed_us when the camera was removed; its footage is kept
 * @property {boolean} has_sub whether there is footage of its small stream
 * @property {"h264" | "h265" | null} codec of its newest footage
 * @property {boolean} may_export
 * @typedef {{id: number, name: string, place: string, agency: string, title: string, tone: string, shape: string, state: string, picture_url: string, is_removed: boolean}} CameraChoice
 * @typedef {"one" | "focus" | "grid"} LayoutName
 * @typedef {"simple" | "full"} ModeName
 * @typedef {object} PlaybackFacts
 * @property {CameraFacts[]} cameras in page order, 1 to 16
 * @property {CameraChoice[]} all_cameras every camera that may be chosen
 * @property {number} focused_id
 * @property {number} at_us
 * @property {boolean} is_live
 * @property {[number, number] | null} asked_clip
 * @property {number | null} zoom_s seconds that the timeline shows; null for its own choice
 * @property {LayoutName} layout
 * @property {ModeName} mode
 * @property {boolean} is_mode_chosen whether the address or the person chose it, rather than their role
 * @property {boolean} letter_keys
 * @property {boolean} data_saver
 * @property {boolean} skip_gaps
 * @property {boolean} may_export
 * @property {boolean} may_hold
 * @property {boolean} some_unavailable
 * @property {Record<string, string>} keys what each key does
 * @typedef {object} PageData
 * @property {string} language BCP 47 tag of the page.
 * @property {string} zone IANA name of the site's zone.
 * @property {string} zone_label what is printed behind every time.
 * @property {number} now_us the server's clock when the page was made.
 * @property {string} site_name whose installation it is.
 * @property {Record<string, Words>} words
 * @property {PlaybackFacts} [playback]
 */

/** What the page holds for its scripts. */
export const pageData = once(() => {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById("page-data"));
  /** @type {unknown} */
  const data = JSON.parse(template.content.textContent);
  return /** @type {PageData} */ (data);
});

/**
 * The catalogue's words for a key, with `{name}` places filled; a count called `n` chooses singular or plural.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function text(key, values = {}) {
  const words = pageData().words[key];
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
