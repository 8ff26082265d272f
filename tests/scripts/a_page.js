/**
 * The page that scripts find themselves on in a test: its facts, and no element but the one that holds them.
 * @module
 */

/** @typedef {import("../../web/static/js/page/page_data.js").PageData} PageData */

/** @type {PageData["words"]} */
const WORDS = {
  "units.d": "{n} hr",
  "units.h": "{n} jam",
  "units.m": "{n} mnt",
  "units.s": "{n} dtk",
  "clip.pace": "{rate}/dtk · sisa {left}",
  "shell.reference": "Kode rujukan {reference}.",
  "review.chosen": { one: "{n} camera", other: "{n} cameras" },
};

/**
 * Stand in for the page that the server would have sent. Scripts read it when they first need it, once.
 * @param {Partial<PageData>} [facts] that are others than usual
 */
export function onPage(facts = {}) {
  const data = {
    language: "id",
    zone: "Asia/Makassar",
    zone_label: "WITA",
    now_us: Date.UTC(2026, 10, 25, 4) * 1000,
    site_name: "Pelabuhan",
    words: WORDS,
    ...facts,
  };
  const template = { content: { textContent: JSON.stringify(data) } };
  Object.assign(globalThis, { document: { getElementById: () => template } });
}
