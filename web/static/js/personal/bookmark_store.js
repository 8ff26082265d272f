/**
 * Bookmarks on the server: create, change, delete and restore.
 * @module
 */

import { json, request } from "../page/api.js";
import { rfc3339 } from "../page/site_time.js";

/**
 * @typedef {import("../timeline/timeline_data.js").Bookmark} Bookmark
 * @typedef {{title: string, note: string, tag: string, is_shared: boolean}} BookmarkWords what may be changed later
 * @typedef {BookmarkWords & {camera_ids: readonly number[], start_us: number, end_us: number}} NewBookmark
 */

const PATH = "/api/v1/bookmarks";

/** @param {NewBookmark} bookmark @returns {Promise<Bookmark>} */
export async function keepBookmark(bookmark) {
  const { start_us, end_us, ...words } = bookmark;
  const body = { ...words, from: rfc3339(start_us), ...(end_us > start_us ? { to: rfc3339(end_us) } : {}) };
  return json(PATH, { method: "POST", body });
}

/** @param {number} id @param {BookmarkWords} words */
export async function changeBookmark(id, words) {
  await request(`${PATH}/${id}`, { method: "PATCH", body: words });
}

/** @param {number} id */
export async function removeBookmark(id) {
  await request(`${PATH}/${id}`, { method: "DELETE" });
}
