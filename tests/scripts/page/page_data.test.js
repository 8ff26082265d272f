import assert from "node:assert/strict";
import { test } from "node:test";

import { text } from "../../../web/static/js/page/page_data.js";
import { onPage } from "../a_page.js";

onPage();

test("words of the catalogue are filled in, and a count chooses among them", () => {
  assert.equal(text("clip.pace", { rate: "5 MB", left: "3 dtk" }), "5 MB/dtk · sisa 3 dtk");
  assert.equal(text("review.chosen", { n: 1 }), "1 camera");
  assert.equal(text("review.chosen", { n: 3 }), "3 cameras");
  assert.equal(text("no.such_words"), "no.such_words");
});
