import assert from "node:assert/strict";
import { test } from "node:test";

import { RangeMaxima, RangeSums } from "../../../web/static/js/timeline/range_sums.js";
import { chance } from "./told.js";

test("greatest values and sums of stretches are found", () => {
  const random = chance();
  for (const size of [0, 1, 2, 3, 7, 64, 100]) {
    const values = Float64Array.from({ length: size }, () => Math.floor(1000 * random()));
    const [maxima, sums] = [new RangeMaxima(values), new RangeSums(values)];
    for (let from = 0; from <= size; from += 1) {
      for (let to = from; to <= size; to += 1) {
        const part = values.slice(from, to);
        assert.equal(maxima.max(from, to), Math.max(0, ...part));
        assert.equal(
          sums.sum(from, to),
          part.reduce((a, b) => a + b, 0),
        );
      }
    }
  }
});

test("the next value that is large enough is found", () => {
  const random = chance();
  const values = Float64Array.from({ length: 100 }, () => Math.floor(1000 * random()));
  const maxima = new RangeMaxima(values);
  for (let from = 0; from <= 100; from += 1) {
    for (const least of [0, 500, 900, 1000]) {
      assert.equal(
        maxima.next(from, least),
        values.findIndex((value, i) => i >= from && value >= least),
      );
    }
  }
});
