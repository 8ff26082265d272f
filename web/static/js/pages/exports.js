/**
 * The page of exports: progress of the running ones, and asking before one is cancelled.
 * @module
 */

import { confirmCancel, fetchExports } from "../clip/export_list.js";
import { ExportPace } from "../clip/export_pace.js";

const POLL_MS = 1_000;
/** @type {Map<number, ExportPace>} */
const paces = new Map();

/** @param {number} id @returns {ExportPace} */
function paceOf(id) {
  const known = paces.get(id) ?? new ExportPace();
  paces.set(id, known);
  return known;
}

async function poll() {
  const rows = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-export]")]);
  const open = rows.filter((row) => row.dataset["state"] === "queued" || row.dataset["state"] === "running");
  if (open.length === 0) return;
  try {
    for (const facts of await fetchExports(open.map((row) => Number(row.dataset["export"])))) {
      const row = open.find((candidate) => candidate.dataset["export"] === String(facts.id));
      if (!row) continue;
      // Buttons of a finished export differ: the server writes them. Somebody who is being asked something answers first.
      if (!facts.is_working && !document.querySelector("dialog[open]")) {
        location.reload();
        return;
      }
      const [note, size, bar, mark] = [
        row.querySelector("[data-note]"),
        row.querySelector("[data-size]"),
        row.querySelector("progress"),
        row.querySelector("[data-mark]"),
      ];
      if (facts.is_working) row.dataset["state"] = facts.state_id;
      mark?.replaceChildren(document.createRange().createContextualFragment(facts.state_html));
      const pace = paceOf(facts.id);
      pace.sample(facts.done_bytes, performance.now());
      const words = facts.state_id === "running" ? pace.words(facts.total_bytes) : "";
      if (note) note.textContent = [facts.note, words].filter((part) => part !== "").join(" · ");
      if (size) size.textContent = facts.size;
      if (bar) bar.value = Math.max(bar.value, facts.percent);
    }
  } catch {
    // The connection banner of the page says what is wrong.
  }
  setTimeout(() => void poll(), POLL_MS);
}

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-cancel]"))) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void confirmCancel(form.dataset["cancel"] ?? "").then((isSure) => {
      if (isSure) form.submit();
    });
  });
}
void poll();
