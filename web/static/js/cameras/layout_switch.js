/**
 * How the tiles lie: as a person chose; simple mode shows one camera whatever that is.
 * @module
 */

import { part } from "../page/page_data.js";

/** @typedef {import("../page/page_data.js").LayoutName} LayoutName */

export class LayoutSwitch {
  /**
   * @param {import("../player/deck.js").Deck} deck
   * @param {import("../review/review_mode.js").ReviewMode} mode
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
