/**
 * Calls to the server's JSON interface, with its errors as typed values, its CSRF token, deadlines and cancelling.
 * @module
 */

import { Emitter } from "./emitter.js";

/** After this long without an answer the line is dead. */
const PATIENCE_MS = 15_000;
/** For what takes the server long: counting and beginning clips and locks. */
export const LONG_PATIENCE_MS = 60_000;

/** @typedef {{code?: string, message?: string, field?: string, reference?: string}} ErrorFacts what the server reports of a failure */

/** An answer that was not a success, or no answer at all (`status` 0). */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {ErrorFacts} facts
   */
  constructor(status, facts) {
    super(facts.message ?? `status ${status}`);
    this.name = "ApiError";
    this.status = status;
    this.code = facts.code ?? (status === 0 ? "offline" : "error");
    this.field = facts.field ?? "";
    this.reference = facts.reference ?? "";
  }
}

/**
 * @typedef {object} RequestOptions
 * @property {string} [method]
 * @property {unknown} [body]
 * @property {AbortSignal} [signal]
 * @property {boolean} [keepalive] whether it outlives the page
 * @property {number} [patience_ms] in which the whole answer must have come
 */

/** Emits `end` when the server says that nobody is signed in any more. @type {Emitter<{end: undefined}>} */
export const session = new Emitter();

/** @param {unknown} error @returns {boolean} whether somebody cancelled on purpose */
export function isAborted(error) {
  return error instanceof DOMException && error.name === "AbortError";
}

/**
 * @param {string} path
 * @param {RequestOptions} [options]
 * @returns {Promise<Response>} a successful response
 */
export async function request(path, options = {}) {
  const headers = new Headers({ Accept: "application/json" });
  if (options.body !== undefined) headers.set("Content-Type", "application/json");
  if ((options.method ?? "GET") !== "GET") {
    headers.set("X-CSRF-Token", document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "");
  }
  /** @type {RequestInit} */
  const init = { method: options.method ?? "GET", headers, credentials: "same-origin", redirect: "error" };
  const deadline = AbortSignal.timeout(options.patience_ms ?? PATIENCE_MS);
  init.signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
  if (options.body !== undefined) init.body = JSON.stringify(options.body);
  if (options.keepalive) init.keepalive = true;
  let response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (isAborted(error)) throw error;
    throw new ApiError(0, {});
  }
  if (response.ok) return response;
  if (response.status === 401) session.emit("end");
  /** @type {unknown} */
  let body = null;
  try {
    body = await response.json();
  } catch {
    // An error page of a proxy in between is not JSON; the status says enough.
  }
  throw new ApiError(response.status, /** @type {{error?: ErrorFacts} | null} */ (body)?.error ?? {});
}

/**
 * @template T
 * @param {string} path
 * @param {RequestOptions} [options]
 * @returns {Promise<T>}
 */
export async function json(path, options) {
  const response = await request(path, options);
  try {
    /** @type {unknown} */
    const answer = await response.json();
    return /** @type {T} */ (answer);
  } catch (error) {
    if (isAborted(error)) throw error;
    // It broke off, took too long, or somebody in between answered: the server did not.
    throw new ApiError(0, {});
  }
}
