import assert from "node:assert/strict";
import { test } from "node:test";

import { every } from "../../../web/static/js/page/every.js";

const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

test("it goes on until its owner ends, and leaves no timer", async () => {
  const before = timers();
  const owner = new AbortController();
  let times = 0;
  await new Promise((resolve) => {
    const count = () => {
      times += 1;
      if (times === 3) resolve(null);
    };
    every(1, count, owner.signal);
  });
  assert.equal(timers(), before + 1);
  owner.abort();
  assert.equal(timers(), before);
});

test("nothing begins for an owner that has ended", () => {
  const before = timers();
  every(1, () => undefined, AbortSignal.abort());
  assert.equal(timers(), before);
});
