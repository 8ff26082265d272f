import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../../web/static/js/page/api.js";
import { withReference } from "../../../web/static/js/page/notice.js";
import { onPage } from "../a_page.js";

onPage();

test("a fault of the server is told with its reference", () => {
  const told = (/** @type {number} */ status) =>
    withReference("Gagal.", new ApiError(status, { reference: "1a2b3c4d" }));
  assert.equal(told(500), "Gagal. Kode rujukan 1a2b3c4d.");
  assert.equal(told(422), "Gagal.");
  assert.equal(told(0), "Gagal.");
});
