/**
 * The canvas's labels as reused DOM elements, so that digits align and zoomed text stays sharp; and how wide words are.
 * @module
 */

const FONT = '500 12px "Inter", "IBM Plex Sans", system-ui, sans-serif';
/** Pixels of single characters: labels come and go with every picture, their letters are always the same. @type {Map<string, number>} */
const widths = new Map();
/** @type {CanvasRenderingContext2D | null} */
let ruler = null;

// Words that were measured before their font had come were measured in another one.
document.fonts.addEventListener("loadingdone", () => {
  ruler = null;
  widths.clear();
});

/** @param {string} character @returns {number} */
function measured(character) {
  if (!ruler) {
    ruler = document.createElement("canvas").getContext("2d");
    if (ruler) ruler.font = FONT;
  }
  const wide = ruler?.measureText(character).width ?? 7;
  widths.set(character, wide);
  return wide;
}

/** Pixels that words take. @param {string} words @returns {number} */
export function widthOf(words) {
  let wide = 2;
  for (let i = 0; i < words.length; i += 1) {
    // On the page all digits are as wide as the widest, so that times align; a canvas does not know that.
    const character = words.charAt(i).replace(/\d/, "0");
    wide += widths.get(character) ?? measured(character);
  }
  return Math.ceil(wide);
}

/** @typedef {{element: HTMLElement, kind: string, words: string, x: number, y: number, wide: number, isShown: boolean}} Entry */

export class LabelPool {
  /** @type {Entry[]} */
  #entries = [];
  #used = 0;

  /** @param {HTMLElement} box */
  constructor(box) {
    this.box = box;
  }

  begin() {
    this.#used = 0;
  }

  /**
   * @param {string} kind class names
   * @param {string} words
   * @param {number} x
   * @param {number} [y] where the style sheet does not say
   * @param {number} [wide] pixels at most
   */
  put(kind, words, x, y = NaN, wide = NaN) {
    let entry = this.#entries[this.#used];
    if (!entry) {
      entry = {
        element: this.box.appendChild(document.createElement("span")),
        kind: "",
        words: "",
        x: NaN,
        y: NaN,
        wide: NaN,
        isShown: true,
      };
      this.#entries.push(entry);
    }
    this.#used += 1;
    const { element } = entry;
    if (!entry.isShown) element.hidden = false;
    entry.isShown = true;
    if (entry.kind !== kind) element.className = entry.kind = kind;
    if (entry.words !== words) element.textContent = entry.words = words;
    const left = Math.round(x * 2) / 2;
    if (entry.x !== left || !Object.is(entry.y, y)) {
      element.style.translate = `${left}px ${Number.isNaN(y) ? 0 : y}px`;
      entry.x = left;
      entry.y = y;
    }
    if (!Object.is(entry.wide, wide)) {
      element.style.maxWidth = Number.isNaN(wide) ? "" : `${Math.max(0, Math.round(wide))}px`;
      entry.wide = wide;
    }
  }

  end() {
    for (let i = this.#used; i < this.#entries.length; i += 1) {
      const entry = /** @type {Entry} */ (this.#entries[i]);
      if (entry.isShown) entry.element.hidden = true;
      entry.isShown = false;
    }
  }
}
