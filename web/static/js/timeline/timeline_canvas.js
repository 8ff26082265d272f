/**
 * The timeline's canvas and its brushes: colours of the instruments, hatches that move with the tape.
 * @module
 */

const GAP_STEP = 6;
const FUTURE_STEP = 8;

/** Colours of the instruments; the same in both themes. @returns {(name: string) => string} */
export function palette() {
  const style = getComputedStyle(document.documentElement);
  /** @type {Map<string, string>} */
  const known = new Map();
  return (name) => {
    let colour = known.get(name);
    if (colour === undefined) known.set(name, (colour = style.getPropertyValue(`--tl-${name}`).trim()));
    return colour;
  };
}

/**
 * Fit the canvas to its box and the screen's pixels.
 * @param {HTMLCanvasElement} canvas
 * @returns {{g: CanvasRenderingContext2D, width: number, height: number} | null}
 */
export function openCanvas(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  const g = canvas.getContext("2d");
  if (!g || width === 0 || height === 0) return null;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { g, width, height };
}

/** Hatches of one canvas; `shift` moves them along with what they fill. */
export class Hatches {
  #matrix = new DOMMatrix();

  /**
   * @param {CanvasRenderingContext2D} g
   * @param {(name: string) => string} colour
   */
  constructor(g, colour) {
    this.ratio = window.devicePixelRatio || 1;
    this.gap = this.#lines(g, GAP_STEP, colour("gap"), colour("gap-hatch"));
    this.future = this.#lines(g, FUTURE_STEP, colour("future"), colour("line"));
    this.quiet = this.#dots(g, GAP_STEP, colour("bg"), colour("gap-hatch"));
  }

  /** @param {number} x pixels by which the tape has moved */
  shift(x) {
    const matrix = this.#matrix;
    matrix.a = matrix.d = 1 / this.ratio;
    // Both steps divide 24.
    matrix.e = ((x % 24) + 24) % 24;
    for (const hatch of [this.gap, this.future, this.quiet]) hatch.setTransform(matrix);
  }

  /**
   * @param {CanvasRenderingContext2D} g
   * @param {number} step pixels between lines
   * @param {string} base
   * @param {string} line
   */
  #lines(g, step, base, line) {
    const tile = Math.round(step * this.ratio);
    return this.#pattern(g, tile, base, (of) => {
      of.strokeStyle = line;
      of.lineWidth = this.ratio;
      of.beginPath();
      for (const at of [-tile, 0, tile]) {
        of.moveTo(at - 1, tile + 1);
        of.lineTo(at + tile + 1, -1);
      }
      of.stroke();
    });
  }

  /**
   * @param {CanvasRenderingContext2D} g
   * @param {number} step
   * @param {string} base
   * @param {string} dot
   */
  #dots(g, step, base, dot) {
    const tile = Math.round(step * this.ratio);
    return this.#pattern(g, tile, base, (of) => {
      of.fillStyle = dot;
      of.fillRect(Math.floor(tile / 2), Math.floor(tile / 2), Math.round(this.ratio), Math.round(this.ratio));
    });
  }

  /**
   * @param {CanvasRenderingContext2D} g
   * @param {number} tile screen pixels
   * @param {string} base
   * @param {(of: CanvasRenderingContext2D) => void} draw
   * @returns {CanvasPattern}
   */
  #pattern(g, tile, base, draw) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = tile;
    const of = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    of.fillStyle = base;
    of.fillRect(0, 0, tile, tile);
    draw(of);
    return /** @type {CanvasPattern} */ (g.createPattern(canvas, "repeat"));
  }
}
