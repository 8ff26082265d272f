/**
 * Offers smaller video where bandwidth is short: when playing has stalled twice within a minute.
 * @module
 */

import { text } from "../page/page_data.js";

const LONG_MS = 2_000;
const WITHIN_MS = 60_000;

/**
 * @param {import("../player/deck.js").Deck} deck
 * @param {import("./notices.js").Notices} notices
 * @param {() => boolean} isSaving whether smaller video is shown already
 */
export function offerDataSaver(deck, notices, isSaving) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let lastMs = -Infinity;
  let isOver = false;
  deck.on("wait", ({ camera_ids }) => {
    clearTimeout(timer);
    if (camera_ids.length === 0 || isSaving() || isOver) return;
    timer = setTimeout(() => {
      const now = performance.now();
      if (now - lastMs < WITHIN_MS) {
        // Offered once a visit: dismissing it is an answer.
        isOver = true;
        notices.show("slow", "w", text("review.slow_line"), {
          words: text("review.data_saver"),
          command: "data-saver",
        });
      }
      lastMs = now;
    }, LONG_MS);
  });
}
