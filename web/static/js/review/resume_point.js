/**
 * Saves the resume point, where the first page leads back to: on pausing, every minute of playing, and on leaving.
 * @module
 */

import { request } from "../page/api.js";
import { every } from "../page/every.js";
import { DAY_US, rfc3339 } from "../page/site_time.js";

const EVERY_MS = 60_000;
/** A visit shorter than this leaves no resume point. */
const SHORTEST_VISIT_MS = 2_000;

/**
 * @param {import("../player/deck.js").Deck} deck
 * @param {() => import("./address.js").Shown} shown
 */
export function keepResumePoint(deck, shown) {
  let saved = "";
  let wasPlaying = false;
  const began = performance.now();

  /** @param {boolean} isLeaving */
  const save = async (isLeaving) => {
    const { camera_ids, at_us, in_us, out_us } = shown();
    /** @type {Record<string, unknown>} */
    const body = { camera_ids, at: rfc3339(at_us) };
    // The marked range is what the person looks at, if they are inside it; otherwise the server sees what they pass through.
    if (in_us !== null && out_us !== null && in_us <= at_us && at_us <= out_us && out_us - in_us <= DAY_US)
      Object.assign(body, { from: rfc3339(in_us), to: rfc3339(out_us) });
    const key = JSON.stringify(body);
    if (key === saved || at_us <= 0) return;
    saved = key;
    try {
      await request("/api/v1/watching", { method: "PUT", body, keepalive: isLeaving });
    } catch {
      // Without it the first page has one suggestion less.
    }
  };

  deck.on("state", () => {
    if (wasPlaying && !deck.isPlaying) void save(false);
    wasPlaying = deck.isPlaying;
  });
  const { signal } = deck;
  const onPlaying = () => {
    if (deck.isPlaying) void save(false);
  };
  const onLeaving = () => {
    if (performance.now() - began > SHORTEST_VISIT_MS) void save(true);
  };
  every(EVERY_MS, onPlaying, signal);
  addEventListener("pagehide", onLeaving, { signal });
}
