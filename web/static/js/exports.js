/**
 * The list of exports: progress of those at work, and asking before one is stopped.
 * @module
 */

import { fetchExports } from "./export_list.js";
import { confirm } from "./notice.js";
import { text } from "./page_data.js";

const POLL_MS = 1_500;

async function poll() {
  const rows = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-export]")]);
  const open = rows.filter((row) => row.dataset["state"] === "queued" || row.dataset["state"] === "running");
  if (open.length === 0) return;
  try {
    for (const facts of await fetchExports(open.map((row) => Number(row.dataset["export"])))) {
      const row = open.find((candidate) => candidate.dataset["export"] === String(facts.id));
      if (!row) continue;
      // Buttons of a finished export differ: the server writes them.
      if (!facts.is_working) {
        location.reload();
        return;
      }
      row.dataset["state"] = facts.state_id;
      row.querySelector("[data-mark]")?.replaceChildren(document.createRange().createContextualFragment(facts.state_html));
      const [note, size, bar] = [row.querySelector("[data-note]"), row.querySelector("[data-size]"), row.querySelector("progress")];
      if (note) note.textContent = facts.note;
      if (size) size.textContent = facts.size;
      if (bar) bar.value = Math.max(bar.value, facts.percent);
    }
  } catch {
    // The connection banner of the page says what is wrong.
  }
  setTimeout(() => void poll(), POLL_MS);
}

for (const form of document.querySelectorAll("form[data-cancel]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void confirm(text("player.cancel_title"), text("player.cancel_more"), text("player.cancel_yes")).then((isSure) => {
      if (isSure && form instanceof HTMLFormElement) form.submit();
    });
  });
}
void poll();
