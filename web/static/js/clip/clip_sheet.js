/**
 * Saving a clip in simple mode: the clip's own form in a plain sheet, around the moment on screen.
 * @module
 */

import { part } from "../page/page_data.js";

export class ClipSheet {
  /** @param {import("./clip_panel.js").ClipPanel} clip */
  constructor(clip) {
    this.clip = clip;
    this.dialog = part("[data-clip-sheet]", HTMLDialogElement);
    part("[data-close]", HTMLButtonElement, this.dialog).addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => clip.mount());
  }

  /** @param {number} at_us where the playhead is */
  open(at_us) {
    if (this.clip.inUs === null || this.clip.outUs === null) this.clip.setAround(at_us);
    this.clip.mount(part("[data-clip-place]", HTMLElement, this.dialog));
    this.dialog.showModal();
  }
}
