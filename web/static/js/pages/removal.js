/**
 * The pages of bookmarks and holds: asking before one is deleted. Everything else there works without scripts.
 * @module
 */

import { confirm } from "../page/notice.js";
import { text } from "../page/page_data.js";

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-remove]"))) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { remove: title = "", owner = "" } = form.dataset;
    const words = owner === "" ? text("bookmark.remove_own") : text("bookmark.remove_more", { owner });
    void confirm(text("bookmark.remove_title", { title }), words, text("bookmark.remove_yes")).then((isSure) => {
      if (isSure) form.submit();
    });
  });
}

// One form at a time: opening another closes the one before.
const folds = /** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll("details.fold"));
for (const fold of folds) {
  fold.addEventListener("toggle", () => {
    if (fold.open) for (const other of folds) if (other !== fold) other.open = false;
  });
}
