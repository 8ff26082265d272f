import assert from "node:assert/strict";
import { test } from "node:test";

import { DAY_US } from "../../../web/static/js/page/site_time.js";
import { GapEvents } from "../../../web/static/js/timeline/gap_events.js";
import { LaneFacts } from "../../../web/static/js/timeline/lane_facts.js";
import { chance, told, withGaps } from "./told.js";

/** @typedef {import("./told.js").Span} Span */

test("events are as many as pixels allow, and none that stands alone is lost", () => {
  const [from, to] = [1.7e15, 1.7e15 + DAY_US];
  const many = withGaps(chance(), from, to, 3000);
  const few = {
    gaps: /** @type {Span[]} */ ([
      [from + 1e10, from + 1.001e10],
      [from + 5e10, from + 6e10],
    ]),
    spans: /** @type {Span[]} */ ([
      [from, from + 1e10],
      [from + 1.001e10, from + 5e10],
      [from + 6e10, to],
    ]),
  };
  const scale = { from_us: from, us_per_px: (to - from) / 1240, width: 1240, now_us: to, isNear: true };
  /** @param {{spans: Span[], gaps: Span[]}} footage */
  const lane = ({ spans, gaps }) => [{ facts: new LaneFacts(told(spans, gaps), from, to), from_us: from, to_us: to }];
  const events = new GapEvents();

  events.collect([lane(few)], scale, 0);
  assert.deepEqual([...events.isEnd.slice(0, events.count)], [0, 0, 1]);

  events.collect([lane(many), lane(few)], scale, 1);
  assert.ok(events.count <= 130);
  const xs = [...events.xs.slice(0, events.count)];
  assert.ok(xs.slice(1).every((x, i) => x - Number(xs[i]) >= 9));
  assert.equal([...events.lanes.slice(0, events.count)].filter((number) => number === 1).length, 3);
});
