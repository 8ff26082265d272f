/**
 * Does something again and again, until its owner ends.
 * @module
 */

/** @param {number} period_ms @param {() => void} run @param {AbortSignal} signal of the owner */
export function every(period_ms, run, signal) {
  if (signal.aborted) return;
  const timer = setInterval(run, period_ms);
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
}
