import assert from "node:assert/strict";
import { test } from "node:test";

import { Emitter } from "../../../web/static/js/page/emitter.js";

/** @returns {Emitter<{seek: number, state: undefined}>} */
const made = () => new Emitter();

test("listeners are told in order, each of its own name", () => {
  const emitter = made();
  /** @type {unknown[]} */
  const told = [];
  emitter.on("seek", (us) => told.push(us));
  emitter.on("state", () => told.push("state"));
  emitter.on("seek", (us) => told.push(us + 1));
  emitter.emit("seek", 5);
  emitter.emit("state");
  assert.deepEqual(told, [5, 6, "state"]);
});

test("a listener ends with its signal, and none begins after it", () => {
  const emitter = made();
  const ended = new AbortController();
  let told = 0;
  emitter.on("state", () => (told += 1), ended.signal);
  emitter.emit("state");
  ended.abort();
  emitter.on("state", () => (told += 1), ended.signal);
  emitter.emit("state");
  assert.equal(told, 1);
});

test("who begins to listen while something is told hears of the next", () => {
  const emitter = made();
  let told = 0;
  emitter.on("state", () => emitter.on("state", () => (told += 1)));
  emitter.emit("state");
  assert.equal(told, 0);
  emitter.emit("state");
  assert.equal(told, 1);
});

test("a fault in one listener is reported and does not keep it from the others", () => {
  /** @type {unknown[]} */
  const reported = [];
  Object.assign(globalThis, { reportError: (/** @type {unknown} */ error) => reported.push(error) });
  const emitter = made();
  const fault = new Error("wrong");
  let told = 0;
  emitter.on("state", () => {
    throw fault;
  });
  emitter.on("state", () => (told += 1));
  emitter.emit("state");
  assert.equal(told, 1);
  assert.deepEqual(reported, [fault]);
});
