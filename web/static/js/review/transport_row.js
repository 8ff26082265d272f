/**
 * The transport buttons show what the deck does: playing or paused, live, and how fast.
 * @module
 */

import { part, text } from "../page/page_data.js";

export class TransportRow {
  /** @param {import("../player/deck.js").Deck} deck */
  constructor(deck) {
    this.deck = deck;
    this.playIcon = part("[data-icon-play]", HTMLElement);
    this.pauseIcon = part("[data-icon-pause]", HTMLElement);
    this.playWord = part("[data-play-word]", HTMLElement);
    this.live = part('.trans [data-command="live"]', HTMLElement);
    this.speed = part("[data-speed]", HTMLSelectElement);
    this.speed.addEventListener("change", () => deck.setSpeed(Number(this.speed.value)));
    deck.on("state", () => this.#show());
    this.#show();
  }

  #show() {
    const { isPlaying, isLive, speed } = this.deck;
    this.playIcon.hidden = isPlaying;
    this.pauseIcon.hidden = !isPlaying;
    this.playWord.textContent = text(isPlaying ? "player.pause" : "player.play");
    this.live.setAttribute("aria-pressed", String(isLive));
    this.speed.value = String(speed);
  }
}
