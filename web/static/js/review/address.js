/**
 * The address of the review page: it always names what is on screen (cameras, moment, zoom, marks and layout), so that a copied
 * link shares it, and signing in again comes back to it.
 * @module
 */

import { session } from "../page/api.js";
import { notify } from "../page/notice.js";
import { part, text } from "../page/page_data.js";
import { rfc3339Local, SECOND_US } from "../page/site_time.js";

/**
 * @typedef {object} Shown
 * @property {number[]} camera_ids in page order
 * @property {number} focused_id
 * @property {number} at_us
 * @property {number} zoom_us what the timeline's view spans
 * @property {number | null} in_us
 * @property {number | null} out_us
 * @property {string} layout
 * @property {string | null} mode as the address named it; null where it did not
 */

/**
 * The query of an address, written as people read it: colons, commas and offsets stay as they are.
 * @param {Shown} shown
 * @returns {string}
 */
export function queryOf(shown) {
  const { camera_ids, in_us, out_us } = shown;
  /** @type {[string, string | null][]} */
  const parts = [
    ["cam", camera_ids.join(",")],
    ["f", shown.focused_id === camera_ids[0] ? null : String(shown.focused_id)],
    ["t", rfc3339Local(shown.at_us)],
    ["z", String(Math.round(shown.zoom_us / SECOND_US))],
    ["l", camera_ids.length > 1 ? shown.layout : null],
    ["in", in_us === null || out_us === null ? null : rfc3339Local(in_us)],
    ["out", in_us === null || out_us === null ? null : rfc3339Local(out_us)],
    ["mode", shown.mode],
  ];
  // A plus sign must be escaped, or it would be read as a blank.
  return parts
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${(value ?? "").replaceAll("+", "%2B")}`)
    .join("&");
}

/** @param {Shown} shown */
export function keepAddress(shown) {
  history.replaceState(history.state, "", `/playback?${queryOf(shown)}`);
}

/** @returns {boolean} whether whoever led here asked to play at once, as the first page does; the address forgets it */
export function asksToPlay() {
  return new URLSearchParams(location.search).get("play") === "1";
}

/** Copy the address, which must be up to date; where the browser does not let a page copy, show it to be copied by hand. */
export async function copyLink() {
  const link = location.href;
  try {
    // Only secure contexts have a clipboard.
    await navigator.clipboard.writeText(link);
    notify(text("review.copied"));
  } catch {
    const dialog = part("[data-link-dialog]", HTMLDialogElement);
    const field = part("[data-link]", HTMLInputElement, dialog);
    field.value = link;
    dialog.showModal();
    field.select();
  }
}

/** When the session ends, sign in again and come back to the moment on screen. @param {() => void} updateAddress */
export function returnAfterSignIn(updateAddress) {
  const left = new AbortController();
  session.on(
    "end",
    () => {
      left.abort();
      updateAddress();
      location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
    },
    left.signal,
  );
}
