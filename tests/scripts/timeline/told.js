/**
 * Footage of a camera as the interface tells it, made up: with chance that repeats.
 * @module
 */

/**
 * @typedef {import("../../../web/static/js/timeline/lane_facts.js").LaneAnswer} LaneAnswer
 * @typedef {[number, number]} Span
 * @typedef {readonly [number, number, string?]} Lost start, end and cause of a gap
 */

/** Numbers in [0, 1), the same ones every time. @param {number} [seed] @returns {() => number} */
export function chance(seed = 1) {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
}

/**
 * @param {readonly Span[]} spans
 * @param {readonly Lost[]} gaps
 * @param {Partial<LaneAnswer>} [more]
 * @returns {LaneAnswer}
 */
export function told(spans, gaps, more = {}) {
  return {
    camera_id: 1,
    oldest_us: spans[0]?.[0] ?? null,
    newest_us: spans.at(-1)?.[1] ?? null,
    purged_until_us: null,
    spans: [...spans],
    gaps: gaps.map(([start_us, end_us, cause = "unreachable"]) => ({ start_us, end_us, cause, detail: "" })),
    cells: null,
    activity: null,
    ...more,
  };
}

/**
 * Footage with so many gaps of all lengths.
 * @param {() => number} random
 * @param {number} from
 * @param {number} to
 * @param {number} count
 * @returns {{spans: Span[], gaps: Span[]}}
 */
export function withGaps(random, from, to, count) {
  /** @type {Span[]} */
  const gaps = [];
  for (let i = 0; i < count; i += 1) {
    const start = from + ((i + 0.1 + 0.5 * random()) / count) * (to - from);
    const length = Math.min(10 ** (6 + 3.5 * random()), (0.3 / count) * (to - from));
    gaps.push([Math.round(start), Math.round(start + length)]);
  }
  /** @type {Span[]} */
  const spans = gaps.map(([, end], i) => [end, gaps[i + 1]?.[0] ?? to]);
  return { gaps, spans: [[from, gaps[0]?.[0] ?? to], ...spans] };
}
