"""What the timeline's scripts decide, tried on the modules that the portal serves."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.archive import Archive
from tests.browser.timeline_page import TimelinePage
from vms.domain.time import DAY_US, HOUR_US, MINUTE_US

pytestmark = pytest.mark.browser

_RANDOM = """const random = ((seed) => () => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return seed / 2147483648;
})(ARG);"""
_TOLD = """const told = (spans, gaps, more = {}) => ({
  camera_id: 1, oldest_us: spans[0]?.[0] ?? null, newest_us: spans.at(-1)?.[1] ?? null, purged_until_us: null,
  spans, gaps: gaps.map(([start_us, end_us, cause = "unreachable"]) => ({ start_us, end_us, cause, detail: "" })),
  cells: null, activity: null, ...more,
});"""
_HOLES = """const holes = (from, to, count) => {
  const gaps = [];
  for (let i = 0; i < count; i += 1) {
    const start = from + ((i + 0.1 + 0.5 * random()) / count) * (to - from);
    gaps.push([Math.round(start), Math.round(start + Math.min(10 ** (6 + 3.5 * random()), (0.3 / count) * (to - from)))]);
  }
  const spans = gaps.map(([, end], i) => [end, gaps[i + 1]?.[0] ?? to]);
  return { gaps, spans: [[from, gaps[0]?.[0] ?? to], ...spans] };
};"""


@pytest.fixture(scope="module")
def page(archive: Archive, chromium: Browser) -> Iterator[TimelinePage]:
    """One page that the scripts run in."""
    with chromium.new_context() as context:
        archive.sign_in(context)
        timeline = TimelinePage(context.new_page(), archive)
        timeline.open(1, archive.end_us - HOUR_US, 3600)
        yield timeline


def _code(body: str, seed: int = 1) -> str:
    return f"async (module, argument) => {{ {_RANDOM.replace('ARG', str(seed))} {_TOLD} {_HOLES} {body} }}"


def test_zooming_keeps_the_instant_under_the_pointer(page: TimelinePage) -> None:
    worst = page.run(
        "../timeline/timeline_model",
        _code(
            """let worst = 0;
            for (let i = 0; i < 2000; i += 1) {
              const span = 10 ** (6 + 7 * random());
              const view = { from_us: 1.7e15, to_us: 1.7e15 + span };
              const around = view.from_us + random() * span;
              const next = module.zoomed(view, 10 ** (2 * random() - 1), around);
              const was = (around - view.from_us) / span;
              const is = (around - next.from_us) / module.spanOf(next);
              worst = Math.max(worst, Math.abs(was - is));
              if (module.spanOf(next) < module.NARROWEST_US - 1 || module.spanOf(next) > module.WIDEST_US + 1) return "out of range";
            }
            return worst;"""
        ),
    )
    assert isinstance(worst, float | int)
    assert worst < 1e-5


def test_two_fingers_keep_the_instants_they_took(page: TimelinePage) -> None:
    worst = page.run(
        "../timeline/timeline_model",
        _code(
            """let worst = 0;
            const view = { from_us: 1.7e15, to_us: 1.7e15 + 3.6e9 };
            for (let i = 0; i < 500; i += 1) {
              const began = [50 + 100 * random(), 200 + 150 * random()];
              const now = [20 + 150 * random(), 200 + 180 * random()];
              const next = module.pinched(view, 390, began, now);
              for (const k of [0, 1]) worst = Math.max(worst, Math.abs(module.timeAt(view, 390, began[k]) - module.timeAt(next, 390, now[k])) / module.spanOf(next));
            }
            return worst;"""
        ),
    )
    assert isinstance(worst, float | int)
    assert worst < 1e-4


def test_labels_of_ticks_keep_their_distance_at_every_zoom(page: TimelinePage) -> None:
    narrowest = page.run(
        "../timeline/timeline_model",
        """(module) => {
          let narrowest = Infinity;
          for (let power = 6; power <= 12.9; power += 0.01) {
            const span = 10 ** power;
            const { major_us, minor_us } = module.tickSteps(span, 1240);
            if (major_us % minor_us !== 0) return -1;
            narrowest = Math.min(narrowest, (major_us / span) * 1240);
          }
          return narrowest;
        }""",
    )
    assert isinstance(narrowest, float | int)
    assert narrowest >= 72


def test_ticks_stand_on_the_sites_clock_also_when_it_changes(page: TimelinePage) -> None:
    wrong = page.run(
        "../timeline/timeline_model",
        """(module) => {
          const HOUR = 3.6e9;
          const change = 1.7e15 - (1.7e15 % (24 * HOUR)) + 40 * 24 * HOUR;
          // An hour back in the middle of the view, and a zone half an hour off.
          const offsetOf = (us) => (us < change ? 9.5 : 8.5) * HOUR;
          const view = { from_us: change - 10 * 24 * HOUR, to_us: change + 10 * 24 * HOUR };
          const found = module.ticks(view, 24 * HOUR, offsetOf);
          return [found.length, found.filter((at) => (at + offsetOf(at)) % (24 * HOUR) !== 0).length];
        }""",
    )
    assert wrong == [20, 0]


def test_greatest_values_of_stretches_are_found(page: TimelinePage) -> None:
    wrong = page.run(
        "../timeline/range_sums",
        _code(
            """let wrong = 0;
            for (const size of [0, 1, 2, 3, 7, 64, 100]) {
              const values = Float64Array.from({ length: size }, () => Math.floor(1000 * random()));
              const [maxima, sums] = [new module.RangeMaxima(values), new module.RangeSums(values)];
              for (let from = 0; from <= size; from += 1) for (let to = from; to <= size; to += 1) {
                const part = values.slice(from, to);
                if (maxima.max(from, to) !== Math.max(0, ...part) || sums.sum(from, to) !== part.reduce((a, b) => a + b, 0)) wrong += 1;
              }
            }
            return wrong;"""
        ),
    )
    assert wrong == 0


def test_columns_hold_what_is_missing_and_flag_every_gap_of_a_minute(page: TimelinePage) -> None:
    found = page.run(
        "../timeline/lane_columns",
        _code(
            """const { LaneFacts } = await import(new URL("../timeline/lane_facts.js", document.querySelector('script[src*="js/review/"]').src));
            const [from, to] = [1.7e15, 1.7e15 + argument];
            const { spans, gaps } = holes(from, to, 400);
            const facts = new LaneFacts(told(spans, gaps), from, to);
            const columns = new module.Columns(4096);
            const step = module.columnStep((to - from) / 1240, facts);
            module.fillColumns(columns, facts, step, from, to);
            let missing = 0;
            let lost = 0;
            for (let i = 0; i < columns.count; i += 1) missing += (1 - columns.shares[i]) * (columns.starts[i + 1] - columns.starts[i]);
            for (const [start, end] of gaps) {
              let mark = 0;
              for (let i = 0; i < columns.count; i += 1) if (columns.starts[i] < end && columns.starts[i + 1] > start) mark = Math.max(mark, columns.marks[i]);
              if ((end - start >= 60e6 && mark < module.FLAGGED) || (end - start >= 5e6 && mark === module.WHOLE)) lost += 1;
            }
            const whole = gaps.reduce((sum, [start, end]) => sum + end - start, 0);
            return [columns.count, lost, Math.abs(missing - whole) / whole, (step / (to - from)) * 1240];"""
        ),
        92 * DAY_US,
    )
    assert isinstance(found, list)
    count, lost, error, wide_px = found
    assert 100 < count <= 640
    assert lost == 0
    assert error < 1e-3
    assert wide_px >= 2


def test_cells_of_the_interface_become_the_same_columns_as_gaps(page: TimelinePage) -> None:
    wrong = page.run(
        "../timeline/lane_facts",
        _code(
            """const cell = argument;
            const [from, to] = [Math.ceil(1.7e15 / cell) * cell, Math.ceil(1.7e15 / cell) * cell + 400 * cell];
            const { spans, gaps } = holes(from, to, 60);
            const near = new module.LaneFacts(told(spans, gaps), from, to);
            const covered = [];
            const longest_gap_s = [];
            for (let at = from; at < to; at += cell) {
              covered.push(Math.floor(1000 * (1 - near.missingIn(at, at + cell) / cell)));
              longest_gap_s.push(Math.ceil(near.longestIn(at, at + cell) / 1e6));
            }
            const far = new module.LaneFacts(told([], [], { oldest_us: from, cells: { start_us: from, width_us: cell, covered, longest_gap_s } }), from, to);
            let wrong = 0;
            for (let i = 0; i < 300; i += 1) {
              const a = Math.floor(400 * random());
              const b = a + 1 + Math.floor((400 - a) * random());
              const [start, end] = [from + a * cell, from + b * cell];
              if (Math.abs(near.missingIn(start, end) - far.missingIn(start, end)) > ((b - a) * cell) / 900) wrong += 1;
              if (Math.abs(near.longestIn(start, end) - far.longestIn(start, end)) > 1e6) wrong += 1;
            }
            return wrong;"""
        ),
        15 * MINUTE_US,
    )
    assert wrong == 0


def test_time_before_the_first_footage_is_not_missing(page: TimelinePage) -> None:
    found = page.run(
        "../timeline/lane_facts",
        _code(
            """const cell = argument;
            const start = Math.ceil(1.7e15 / cell) * cell;
            const cells = { start_us: start, width_us: cell, covered: [0, 0, 400, 1000, 1000], longest_gap_s: [900, 900, 540, 0, 0] };
            const facts = new module.LaneFacts(told([], [], { oldest_us: start + 2.6 * cell, cells }), start, start + 5 * cell);
            return [facts.missingIn(facts.quietUntilUs, start + 5 * cell), facts.longestIn(facts.quietUntilUs, start + 5 * cell), facts.quietCause];"""
        ),
        15 * MINUTE_US,
    )
    assert found == [0, 0, "before-first"]


def test_a_view_is_drawn_from_the_finest_facts_and_never_from_two_at_once(page: TimelinePage) -> None:
    found = page.run(
        "../timeline/answer_shelf",
        _code(
            """const { LaneFacts } = await import(new URL("../timeline/lane_facts.js", document.querySelector('script[src*="js/review/"]').src));
            const shelf = new module.AnswerShelf();
            const HOUR = 3.6e9;
            const answer = (name, from, to, view_us) => {
              const facts = new LaneFacts(told([[from, to]], []), from, to);
              facts.name = name;
              shelf.add({ from_us: from, to_us: to, until_us: to, view_us, at_ms: 0, lanes: new Map([[1, facts]]) });
            };
            const t = 1.7e15;
            answer("month", t - 400 * HOUR, t + 400 * HOUR, 400 * HOUR);
            answer("hour", t - HOUR, t + HOUR, HOUR);
            const pieces = [];
            const drawn = (view) => {
              shelf.cover(pieces, 1, view);
              const tiles = pieces.every((piece, i) => piece.from_us === (i === 0 ? view.from_us : pieces[i - 1].to_us)) && pieces.at(-1)?.to_us === view.to_us;
              return [tiles, ...pieces.map((piece) => piece.facts.name)];
            };
            return [
              drawn({ from_us: t - HOUR / 2, to_us: t + HOUR / 2 }),
              drawn({ from_us: t, to_us: t + 1.5 * HOUR }),
              drawn({ from_us: t - 300 * HOUR, to_us: t + 300 * HOUR }),
              shelf.fitting({ from_us: t - HOUR / 2, to_us: t }, t + 9 * HOUR, [1]).view_us / HOUR,
              shelf.fitting({ from_us: t, to_us: t + 1.5 * HOUR }, t + 9 * HOUR, [1]),
              shelf.fitting({ from_us: t - HOUR / 2, to_us: t }, t + 9 * HOUR, [1, 2]),
            ];"""
        ),
    )
    assert found == [[True, "hour"], [True, "hour", "month"], [True, "month"], 1, None, None]


def test_events_are_as_many_as_pixels_allow_and_none_that_stands_alone_is_lost(page: TimelinePage) -> None:
    found = page.run(
        "../timeline/gap_events",
        _code(
            """const { LaneFacts } = await import(new URL("../timeline/lane_facts.js", document.querySelector('script[src*="js/review/"]').src));
            const [from, to] = [1.7e15, 1.7e15 + 8.64e10];
            const many = holes(from, to, 3000);
            const few = { gaps: [[from + 1e10, from + 1.001e10], [from + 5e10, from + 6e10]], spans: [[from, from + 1e10], [from + 1.001e10, from + 5e10], [from + 6e10, to]] };
            const scale = { from_us: from, us_per_px: (to - from) / 1240, width: 1240, now_us: to, isNear: true };
            const events = new module.GapEvents();
            const lane = ({ spans, gaps }) => [{ facts: new LaneFacts(told(spans, gaps), from, to), from_us: from, to_us: to }];
            events.collect([lane(few)], scale, 0);
            const alone = [...events.isEnd.slice(0, events.count)];
            events.collect([lane(many), lane(few)], scale, 1);
            const xs = [...events.xs.slice(0, events.count)];
            const apart = Math.min(...xs.slice(1).map((x, i) => x - xs[i]));
            const ofFew = [...events.lanes.slice(0, events.count)].filter((number) => number === 1).length;
            return [alone, events.count <= 130, apart >= 9, ofFew];"""
        ),
    )
    assert found == [[0, 0, 1], True, True, 3]


def test_labels_that_would_meet_are_dropped_and_a_line_stays_free(page: TimelinePage) -> None:
    found = page.run(
        "../timeline/label_fit",
        _code(
            """const kept = new Uint8Array(4);
            module.keepLabels([10, 60, 200, 380], [40, 80, 60, 30], 4, { shape: 16, gap: 6, width: 420, line: 250 }, kept);
            const labels = [{ left: 0, right: 10 }, { left: 5, right: 8 }, { left: 10, right: 20 }];
            return [[...kept], module.withoutOverlaps(labels).length, module.placeInside(0, 100, 40, null), module.placeInside(0, 100, 40, 20), module.placeInside(0, 40, 40, null)];"""
        ),
    )
    assert found == [[0, 1, 0, 0], 2, 4, 26, None]


def test_rows_of_the_table_tile_the_view_and_are_bounded(page: TimelinePage) -> None:
    found = page.run(
        "../timeline/span_table",
        _code(
            """const { LaneFacts } = await import(new URL("../timeline/lane_facts.js", document.querySelector('script[src*="js/review/"]').src));
            const [from, to] = [1.7e15, 1.7e15 + 8.64e10];
            const { spans, gaps } = holes(from, to, 90);
            const facts = new LaneFacts(told(spans, gaps), from, to);
            const middle = from + 4e10;
            const pieces = [{ facts, from_us: from, to_us: middle }, { facts, from_us: middle, to_us: to }];
            const { rows, more } = module.spanRows([{ camera_id: 1, pieces }], to);
            const tiles = rows.every((row, i) => row.from_us === (i === 0 ? from : rows[i - 1].to_us));
            const cut = module.spanRows([{ camera_id: 1, pieces }], to, 50);
            return [rows.length, more, tiles, rows.at(-1).to_us === to, cut.rows.length, cut.more];"""
        ),
    )
    assert found == [181, 0, True, True, 50, 131]


def test_edges_are_found_where_footage_begins_and_ends_and_not_where_knowledge_does(
    page: TimelinePage,
) -> None:
    found = page.run(
        "../timeline/lane_facts",
        _code(
            """const { LaneFacts } = await import(new URL("../timeline/lane_facts.js", document.querySelector('script[src*="js/review/"]').src));
            const t = 1.7e15;
            const spans = [[t, t + 1e9], [t + 2e9, t + 5e9]];
            const facts = new LaneFacts(told(spans, [[t + 1e9, t + 2e9]]), t, t + 5e9);
            const near = (us, direction, marks = []) => {
              const at = module.nearestEdge([facts], marks, t + us, direction);
              return at === null ? null : at - t;
            };
            return [near(5e8, 1), near(1.5e9, 1), near(3e9, 1), near(3e9, -1), near(5e8, -1), near(3e9, 1, [{ start_us: t + 4e9, end_us: t + 4e9 }]), near(1e9, 1)];"""
        ),
    )
    assert found == [1e9, 2e9, None, 2e9, None, 4e9, 2e9]


def test_the_view_runs_faster_the_nearer_the_edge(page: TimelinePage) -> None:
    paces = page.run(
        "../timeline/timeline_model",
        "(module) => [500, 30, 5, -50, 970, 1100].map((x) => module.edgePace(x, 1000))",
    )
    assert isinstance(paces, list)
    still, slow, fast, fastest, right, beyond = paces
    assert still == 0
    assert fastest <= fast < slow < 0 < right < beyond


def test_lanes_are_scrolled_to_the_focused_one(page: TimelinePage) -> None:
    found = page.run(
        "../timeline/lane_layout",
        """(module) => {
          const layout = module.layLanes(Array.from({ length: 16 }, (_, i) => i + 1), 15, { focus: 56, row: 28 }, 900);
          const tape = module.layLanes([1, 2, 3], 2, { focus: 78, row: 0 }, 844);
          return [layout.height, layout.seen < 360, module.scrollToFocus(layout, 0) + layout.seen, module.laneAt(layout, 30).camera_id, module.laneAt(layout, 400).camera_id, tape.rows.map((row) => row.camera_id), tape.seen];
        }""",
    )
    assert found == [56 + 15 * 28, True, 14 * 28 + 56, 2, 15, [2], 78]
