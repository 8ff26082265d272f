/**
 * The review page's keyboard shortcuts, from the table that the help lists. None works while somebody types, and those that
 * are a single character can be switched off (WCAG 2.1.4).
 * @module
 */

/** Where keys belong to what has the focus: fields, dialogs, and parts that say so. */
const OWN_KEYS = "input, select, textarea, dialog, [contenteditable], [data-calendar], [data-own-keys]";

export class Keys {
  /**
   * @param {Readonly<Record<string, string>>} commands by the browser's name of the key, "Shift+" before keys that have a name
   * @param {(command: string) => boolean} run returns whether there was something to do
   * @param {boolean} lettersAreOn
   * @param {AbortSignal} signal of its owner
   */
  constructor(commands, run, lettersAreOn, signal) {
    this.commands = commands;
    this.run = run;
    this.lettersAreOn = lettersAreOn;
    document.addEventListener("keydown", (event) => this.#onKey(event), { signal });
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    const at = event.target instanceof Element ? event.target : null;
    // Where the focus fell to the page's body, an open dialog is still all there is.
    if (at?.closest(OWN_KEYS) || document.querySelector("dialog:modal")) return;
    const isCharacter = event.key.length === 1;
    if (isCharacter && event.key !== " " && !this.lettersAreOn) return;
    // Space and Enter press what has the focus.
    if ((event.key === " " || event.key === "Enter") && at?.closest("button, a, summary")) return;
    const command =
      this.commands[isCharacter ? event.key.toLowerCase() : `${event.shiftKey ? "Shift+" : ""}${event.key}`];
    if (command !== undefined && this.run(command)) event.preventDefault();
  }
}
