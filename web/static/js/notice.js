/**
 * Short words to the person that need no answer: shown for a while and read out politely.
 * @module
 */

const SHOWN_MS = 6_000;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @param {string} words */
export function notify(words) {
  const toast = document.getElementById("toast");
  if (!toast) return;
  clearTimeout(timer);
  toast.textContent = words;
  toast.hidden = false;
  timer = setTimeout(() => { toast.hidden = true; }, SHOWN_MS);
}

/**
 * Ask before something that cannot be taken back.
 * @param {string} title
 * @param {string} words
 * @param {string} yes
 * @returns {Promise<boolean>}
 */
export function confirm(title, words, yes) {
  const dialog = document.getElementById("confirm");
  if (!(dialog instanceof HTMLDialogElement)) return Promise.resolve(true);
  for (const [selector, shown] of /** @type {[string, string][]} */ ([["#confirm-title", title], ["[data-confirm-text]", words], ["[data-confirm-yes]", yes]])) {
    const element = dialog.querySelector(selector);
    if (element) element.textContent = shown;
  }
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
