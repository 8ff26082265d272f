/**
 * Copies the link to the moment on screen; where the browser does not let a page copy, shows it to be copied by hand.
 * @module
 */

import { notify } from "../page/notice.js";
import { part, text } from "../page/page_data.js";

/** The address bar must be up to date. */
export async function copyLink() {
  const link = location.href;
  try {
    // Only secure contexts have a clipboard.
    await navigator.clipboard.writeText(link);
    notify(text("review.copied"));
  } catch {
    const dialog = part("[data-link-dialog]", HTMLDialogElement);
    const field = part("[data-link]", HTMLInputElement, dialog);
    field.value = link;
    dialog.showModal();
    field.select();
  }
}
