/**
 * The evidence locks that already lie in a range, and releasing them with a reason.
 * @module
 */

import { clockSpan } from "../page/gap_rows.js";
import { holdsWithin, releaseHold } from "./hold_store.js";
import { Emitter } from "../page/emitter.js";
import { notify, withReference } from "../page/notice.js";
import { part, text } from "../page/page_data.js";
import { clock, dateShort, dayOf } from "../page/site_time.js";

/**
 * @typedef {import("./hold_store.js").Hold} Hold
 * @typedef {import("../page/page_data.js").CameraFacts} CameraFacts
 */

/** @extends {Emitter<{released: undefined}>} */
export class HoldList extends Emitter {
  /** Newer wishes make older answers void. */
  #turn = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    super();
    this.section = part("[data-hold-existing]", HTMLElement, root);
    this.list = part("[data-hold-list]", HTMLElement, root);
    this.pattern = part("[data-hold-row]", HTMLTemplateElement, root);
  }

  /** @param {readonly CameraFacts[]} cameras @param {number} in_us @param {number} out_us */
  async show(cameras, in_us, out_us) {
    this.#turn += 1;
    const turn = this.#turn;
    this.section.hidden = true;
    let found;
    try {
      found = await holdsWithin(
        cameras.map((camera) => camera.id),
        in_us,
        out_us,
      );
    } catch {
      // Whether there are others already does not keep anybody from locking.
      return;
    }
    if (turn !== this.#turn) return;
    this.section.hidden = found.length === 0;
    this.list.replaceChildren(...found.map((hold) => this.#row(hold, cameras)));
  }

  /** @param {Hold} hold @param {readonly CameraFacts[]} cameras @returns {HTMLElement} */
  #row(hold, cameras) {
    const row = /** @type {HTMLElement} */ (
      /** @type {DocumentFragment} */ (this.pattern.content.cloneNode(true)).firstElementChild
    );
    row.dataset["hold"] = String(hold.id);
    const names = cameras.filter((camera) => hold.camera_ids.includes(camera.id)).map((camera) => camera.name);
    part("[data-reason]", HTMLElement, row).textContent = hold.reason;
    part("[data-range]", HTMLElement, row).textContent = `${names.join(", ")} · ${rangeOf(hold)}`;
    const [open, form] = [
      part("[data-release]", HTMLButtonElement, row),
      part("[data-release-form]", HTMLFormElement, row),
    ];
    const reason = part("input", HTMLInputElement, form);
    open.setAttribute("aria-label", text("hold.release_of", { reason: hold.reason }));
    open.setAttribute("aria-expanded", "false");
    open.addEventListener("click", () => {
      form.hidden = !form.hidden;
      open.setAttribute("aria-expanded", String(!form.hidden));
      if (!form.hidden) reason.focus();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#release(hold, reason.value.trim(), row);
    });
    return row;
  }

  /** @param {Hold} hold @param {string} reason @param {HTMLElement} row */
  async #release(hold, reason, row) {
    try {
      await releaseHold(hold.id, reason);
    } catch (error) {
      notify(withReference(text("hold.release_failed"), error));
      return;
    }
    const hadFocus = row.contains(document.activeElement);
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    // Else it falls to the page, which is dead under the dialog.
    const heir = next?.querySelector("button") ?? this.section.closest("dialog")?.querySelector("[autofocus]");
    if (hadFocus) /** @type {HTMLElement | null | undefined} */ (heir)?.focus();
    this.section.hidden = this.list.childElementCount === 0;
    notify(text("hold.released"));
    this.emit("released");
  }
}

/** @param {Hold} hold @returns {string} */
function rangeOf({ start_us, end_us }) {
  if (end_us === null) return `${dateShort(start_us)} ${clock(start_us)}–`;
  return dayOf(start_us) === dayOf(end_us)
    ? `${dateShort(start_us)} ${clockSpan(start_us, end_us)}`
    : clockSpan(start_us, end_us);
}
