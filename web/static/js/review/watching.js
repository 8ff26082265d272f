/**
 * Remembers where a person was, so that the first page can lead back: on pausing, every minute of playing, on leaving.
 * @module
 */

import { request } from "../page/api.js";
import { DAY_US, rfc3339 } from "../page/site_time.js";

const EVERY_MS = 60_000;
/** Looking in for a moment is no watching. */
const SETTLED_MS = 2_000;

/**
 * @param {import("../player/deck.js").Deck} deck
 * @param {() => import("./address.js").Shown} shown
 */
export function rememberWatching(deck, shown) {
  let told = "";
  let wasPlaying = false;
  const began = performance.now();

  /** @param {boolean} isLeaving */
  const remember = async (isLeaving) => {
    const { camera_ids, at_us, in_us, out_us } = shown();
    /** @type {Record<string, unknown>} */
    const body = { camera_ids, at: rfc3339(at_us) };
    // The marked range is what the person looks at, if they are inside it; otherwise the server sees what they pass through.
    if (in_us !== null && out_us !== null && in_us <= at_us && at_us <= out_us && out_us - in_us <= DAY_US)
      Object.assign(body, { from: rfc3339(in_us), to: rfc3339(out_us) });
    const key = JSON.stringify(body);
    if (key === told || at_us <= 0) return;
    told = key;
    try {
      await request("/api/v1/watching", { method: "PUT", body, keepalive: isLeaving });
    } catch {
      // Without it the first page has one suggestion less.
    }
  };

  deck.addEventListener("state", () => {
    if (wasPlaying && !deck.isPlaying) void remember(false);
    wasPlaying = deck.isPlaying;
  });
  setInterval(() => {
    if (deck.isPlaying) void remember(false);
  }, EVERY_MS);
  addEventListener("pagehide", () => {
    if (performance.now() - began > SETTLED_MS) void remember(true);
  });
}
