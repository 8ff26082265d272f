import assert from "node:assert/strict";
import { test } from "node:test";

import { ExportPace } from "../../../web/static/js/clip/export_pace.js";
import { onPage } from "../a_page.js";

onPage();

test("a steady export says how fast it goes and how long it still takes", () => {
  const pace = new ExportPace();
  for (const second of [0, 1]) {
    pace.sample(50e6 * second, 1000 * second);
    assert.equal(pace.words(1e9), "");
  }
  for (const second of [2, 3, 4]) pace.sample(50e6 * second, 1000 * second);
  assert.equal(pace.words(1e9), "50,0 MB/dtk · sisa 16 dtk");
});

test("an export that stands still says nothing", () => {
  const pace = new ExportPace();
  for (const second of [0, 1, 2, 3]) pace.sample(0, 1000 * second);
  assert.equal(pace.words(1e9), "");
});
