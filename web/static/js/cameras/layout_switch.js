/**
 * The layout of the tiles: what the person chose, or one camera alone in simple mode.
 * @module
 */

import { part } from "../page/page_data.js";

/** @typedef {import("../page/page_data.js").LayoutName} LayoutName */

export class LayoutSwitch {
  /**
   * @param {import("../player/deck.js").Deck} deck
   * @param {{readonly isSimple: boolean}} mode
   * @param {LayoutName} chosen
   */
  constructor(deck, mode, chosen) {
    this.deck = deck;
    this.mode = mode;
    this.chosen = chosen;
    this.box = part("[data-layouts]", HTMLElement);
  }

  /** @param {LayoutName} layout */
  set(layout) {
    this.chosen = layout;
    this.show();
  }

  /** After a change of cameras or mode. */
  show() {
    this.deck.setLayout(this.mode.isSimple ? "one" : this.chosen);
    this.box.hidden = this.deck.tiles.length < 2;
    for (const button of this.box.querySelectorAll("[data-command]")) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-command") === `layout-${this.chosen}`));
    }
  }
}
