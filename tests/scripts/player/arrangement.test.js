import assert from "node:assert/strict";
import { test } from "node:test";

import { arrangementOf } from "../../../web/static/js/player/arrangement.js";

test("a grid has room for every tile and no row too many", () => {
  for (let count = 2; count <= 16; count += 1) {
    const { columns, rows } = arrangementOf("grid", count);
    assert.ok(columns * rows >= count);
    assert.ok(columns * (rows - 1) < count);
    assert.ok(columns >= rows && columns - rows <= 1);
  }
});

test("beside the large tile there is room for all others", () => {
  for (let count = 2; count <= 16; count += 1) {
    const { columns, rows } = arrangementOf("focus", count);
    assert.ok(columns * rows >= count - 1);
    assert.ok(rows >= 3 && columns <= 3);
  }
});

test("one tile fills the stage, whatever the layout", () => {
  for (const layout of /** @type {const} */ (["one", "focus", "grid"]))
    assert.deepEqual(arrangementOf(layout, 1), { columns: 1, rows: 1 });
  assert.deepEqual(arrangementOf("one", 9), { columns: 1, rows: 1 });
});
