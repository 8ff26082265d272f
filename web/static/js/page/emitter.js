/**
 * Reports what happened to whoever listens: names and details are typed, and a listener ends with the signal it came with.
 * @module
 */

/** @template {object} Events by name, what is reported with it; undefined where the name says it all */
export class Emitter {
  /** @type {Map<PropertyKey, Set<(detail: never) => void>>} */
  #listeners = new Map();

  /**
   * @template {keyof Events} Name
   * @param {Name} name
   * @param {(detail: Events[Name]) => void} listener
   * @param {AbortSignal} [signal] ends it
   */
  on(name, listener, signal) {
    if (signal?.aborted) return;
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    signal?.addEventListener("abort", () => listeners.delete(listener), { once: true });
  }

  /**
   * @template {keyof Events} Name
   * @param {Name} name
   * @param {Events[Name] extends undefined ? [] : [detail: Events[Name]]} detail
   */
  emit(name, ...detail) {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        /** @type {(...detail: unknown[]) => void} */ (listener)(...detail);
      } catch (error) {
        // A fault in one listener is not the end of the others.
        reportError(error);
      }
    }
  }
}
