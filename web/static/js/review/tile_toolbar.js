/**
 * The toolbar over the tile in focus, with the button that maximises it.
 * @module
 */

import { part } from "../page/page_data.js";

/** @param {import("../player/deck.js").Deck} deck @param {HTMLElement} toolbar */
export function keepToolbarOnFocus(deck, toolbar) {
  const maximise = part('[data-command="maximise"]', HTMLElement, toolbar);
  deck.on("arranged", () => {
    const { focused, layout, maximised, tiles } = deck;
    if (toolbar.parentElement !== focused.root) focused.root.append(toolbar);
    maximise.hidden = tiles.length < 2 || (layout === "one" && maximised === null);
    maximise.setAttribute("aria-pressed", String(maximised !== null));
  });
}
