/**
 * Arrow keys among cards in rows (a roving tabindex): Tab reaches one card, and arrows, Home and End move from there.
 * @module
 */

export class CardFocus {
  /** @type {readonly HTMLElement[]} */
  #buttons = [];
  /** @type {WeakSet<HTMLElement>} */
  #known = new WeakSet();
  /** Of the card that Tab reaches. */
  index = 0;

  /** @param {readonly HTMLElement[]} buttons in the order of time @param {number} [index] */
  set(buttons, index = 0) {
    this.#buttons = buttons;
    for (const button of buttons) {
      if (this.#known.has(button)) continue;
      this.#known.add(button);
      button.addEventListener("focus", () => this.#setCurrent(this.#buttons.indexOf(button)));
    }
    this.#setCurrent(index);
  }

  /** Give the focus to the card that Tab reaches. */
  take() {
    this.#buttons[this.index]?.focus({ preventScroll: true });
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether the key was for us */
  takes(event) {
    /** @type {Record<string, () => number>} */
    const places = {
      Home: () => 0,
      End: () => this.#buttons.length - 1,
      ArrowLeft: () => this.index - 1,
      ArrowRight: () => this.index + 1,
      ArrowUp: () => this.#inRow(-1),
      ArrowDown: () => this.#inRow(1),
    };
    const place = places[event.key]?.();
    if (place === undefined) return false;
    event.preventDefault();
    this.#buttons[Math.max(0, Math.min(place, this.#buttons.length - 1))]?.focus();
    return true;
  }

  /** @param {number} index */
  #setCurrent(index) {
    this.index = index;
    this.#buttons.forEach((button, place) => {
      button.tabIndex = place === index ? 0 : -1;
    });
  }

  /** The card above or below, wherever rows break. @param {1 | -1} direction @returns {number} */
  #inRow(direction) {
    const here = this.#buttons[this.index]?.getBoundingClientRect();
    if (!here) return this.index;
    const others = this.#buttons
      .map((button, place) => ({ place, box: button.getBoundingClientRect() }))
      .filter(({ box }) => (direction > 0 ? box.top > here.bottom - 1 : box.bottom < here.top + 1));
    const edge =
      direction > 0 ? Math.min(...others.map(({ box }) => box.top)) : Math.max(...others.map(({ box }) => box.top));
    const row = others.filter(({ box }) => Math.abs(box.top - edge) < 2);
    return (
      row.sort((a, b) => Math.abs(a.box.left - here.left) - Math.abs(b.box.left - here.left))[0]?.place ?? this.index
    );
  }
}
