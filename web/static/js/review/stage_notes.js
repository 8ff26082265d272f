/**
 * Notes over the stage: the speed where it is not 1x, which cameras all wait for, and where playing came to an end.
 * @module
 */

import { notify } from "../page/notice.js";
import { pageData, part, text } from "../page/page_data.js";

/** "4x", "Mundur 2x"; nothing for the speed of life. @param {number} speed @returns {string} */
export function speedWords(speed) {
  if (speed === 1) return "";
  const n = Math.abs(speed).toLocaleString(pageData().language);
  return text(speed < 0 ? "tile.speed_backwards" : "tile.speed_forwards", { n });
}

export class StageNotes {
  /** @param {import("../player/deck.js").Deck} deck */
  constructor(deck) {
    const { stage } = deck;
    const pace = part("[data-pace]", HTMLElement, stage);
    const box = part("[data-stalled]", HTMLElement, stage);
    const words = part("[data-stalled-text]", HTMLElement, stage);
    deck.on("state", () => {
      const speed = speedWords(deck.speed);
      pace.hidden = speed === "";
      if (pace.textContent !== speed) pace.textContent = speed;
    });
    deck.on("wait", ({ camera_ids }) => {
      const numbers = deck.tiles.filter((tile) => camera_ids.includes(tile.camera.id)).map((tile) => tile.number);
      // One camera alone says itself that it loads.
      box.hidden = numbers.length === 0 || deck.tiles.length === 1;
      words.textContent = numbers.length === 0 ? "" : text("tile.waits_for", { numbers: numbers.join(", ") });
    });
    part("[data-play-without-stalled]", HTMLElement, box).addEventListener("click", () => deck.play());
    deck.on("no-answer", () => notify(text("player.no_answer")));
    deck.on("edge", (edge) => {
      const edges = { start: "tile.at_start", end: "tile.at_end", now: "tile.at_now" };
      notify(text(edges[edge]));
    });
  }
}
