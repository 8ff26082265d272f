/**
 * Toasts, which need no answer, and the dialog that asks before something cannot be undone.
 * @module
 */

import { ApiError } from "./api.js";
import { text } from "./page_data.js";

const SHOWN_MS = 6_000;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @param {string} words */
export function notify(words) {
  const toast = document.getElementById("toast");
  if (!toast) return;
  clearTimeout(timer);
  bringUp(toast);
  toast.textContent = words;
  timer = setTimeout(() => toast.hidePopover(), SHOWN_MS);
}

/**
 * On top of everything, also of what fills the screen. What lies outside an open dialog is dead, so it goes inside, and
 * comes out when that closes.
 * @param {HTMLElement} toast
 */
function bringUp(toast) {
  const dialog = [...document.querySelectorAll("dialog:modal")].at(-1);
  const place = dialog ?? document.body;
  if (toast.matches(":popover-open")) toast.hidePopover();
  if (toast.parentElement !== place) place.append(toast);
  toast.showPopover();
  dialog?.addEventListener(
    "close",
    () => {
      if (toast.parentElement !== dialog) return;
      const wasShown = toast.matches(":popover-open");
      document.body.append(toast);
      if (wasShown) toast.showPopover();
    },
    { once: true },
  );
}

/**
 * What went wrong; where the server failed, with what its log calls it.
 * @param {string} words
 * @param {unknown} error
 * @returns {string}
 */
export function withReference(words, error) {
  const isKnown = error instanceof ApiError && error.status >= 500 && error.reference !== "";
  return isKnown ? `${words} ${text("shell.reference", { reference: error.reference })}` : words;
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
  for (const [selector, shown] of /** @type {[string, string][]} */ ([
    ["#confirm-title", title],
    ["[data-confirm-text]", words],
    ["[data-confirm-yes]", yes],
  ])) {
    const element = dialog.querySelector(selector);
    if (element) element.textContent = shown;
  }
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
