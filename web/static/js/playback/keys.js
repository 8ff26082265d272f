/**
 * Keys of the playback page. They never act while something is typed, and letters can be switched off (WCAG 2.1.4).
 * @module
 */

import { MINUTE_US, SECOND_US } from "../site_time.js";

const STORED = "siring.letter_keys";

/** @type {Record<string, string>} */
const LETTERS = {
  k: "play", ",": "frame-before", ".": "frame-after", n: "edge-after", p: "edge-before", g: "time", c: "calendar",
  i: "in", o: "out", e: "export", s: "snapshot", f: "full", "+": "zoom-in", "=": "zoom-in", "-": "zoom-out", 0: "zoom-day",
};

/** @type {Record<string, number>} */
const MOVES = { ArrowLeft: -5 * SECOND_US, ArrowRight: 5 * SECOND_US, PageUp: 10 * MINUTE_US, PageDown: -10 * MINUTE_US };

/** @returns {boolean} */
function lettersAreOn() {
  try {
    return localStorage.getItem(STORED) !== "off";
  } catch {
    return true;
  }
}

/**
 * @param {(action: string) => void} act
 * @param {(by_us: number) => void} move
 * @param {HTMLSelectElement} speed
 */
export function watchKeys(act, move, speed) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    const at = event.target instanceof Element ? event.target : null;
    if (at?.closest("input, select, textarea, dialog, [data-calendar]")) return;
    const isOnButton = at?.closest("button, a, summary") !== null && at !== null;
    if (event.key === " " && !isOnButton) act("play");
    else if (event.key in MOVES && !isOnScroller(at)) move((MOVES[event.key] ?? 0) * (event.shiftKey && event.key.startsWith("Arrow") ? 12 : 1));
    else if (event.key === "Home") act("day-start");
    else if (event.key === "End") act("now");
    else if (!lettersAreOn()) return;
    else if (event.key.toLowerCase() === "j" || event.key.toLowerCase() === "l") changeSpeed(speed, event.key.toLowerCase() === "l" ? 1 : -1);
    else {
      const action = LETTERS[event.key.toLowerCase()];
      if (!action) return;
      act(action);
    }
    event.preventDefault();
  });
}

/** Page keys keep scrolling lists that have the focus. @param {Element | null} at @returns {boolean} */
function isOnScroller(at) {
  return at?.closest("[data-gap-list]") !== null && at !== null;
}

/** @param {HTMLSelectElement} speed @param {1 | -1} by */
function changeSpeed(speed, by) {
  const next = speed.options[speed.selectedIndex + by];
  if (!next) return;
  speed.value = next.value;
  speed.dispatchEvent(new Event("change"));
}
