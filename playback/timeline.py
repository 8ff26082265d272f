"""Turn spans, outages and rollups into what a timeline shows: footage, gaps with their causes, and busy times.

Zoom rules (storage design 3.5): up to 14 days spans are drawn one by one while there are at most 2000 of them; beyond
either bound the 15-minute rollups are drawn in their place. No zoom reads segments by the hundred thousand.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from vms.domain.camera import Camera, OutageCause
from vms.domain.retention import days_us
from vms.domain.segment import Gap, Outage, Rollup
from vms.domain.time import BUCKET_US, DAY_US, HOUR_US, SECOND_US, TimeRange, merged, subtracted

GAP_TOLERANCE_US = 1_500_000
"""Silence up to this long is no gap: a run ends up to a frame early and the next begins at a keyframe."""
LIVE_EDGE_US = 5 * SECOND_US
"""While a stream records, its newest few seconds may not be on disk yet."""
MOST_SPANS = 2000
LONGEST_SPAN_WINDOW_US = 14 * DAY_US
LONGEST_WINDOW_US = 400 * DAY_US
MOST_CELLS = 2000
ACTIVITY_BINS = 600

_CELL_WIDTHS_US = (BUCKET_US, HOUR_US, 6 * HOUR_US, DAY_US)


@dataclass(frozen=True, slots=True)
class Cell:
    """Footage in one stretch of a timeline too wide to draw spans: how much, and the longest gap inside."""

    start_us: int
    width_us: int
    covered_us: int
    longest_gap_us: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is known about a window: spans and gaps tile its past, or cells do.

    Attributes:
        window: as asked for. known_until_us: the present or the window's end; nothing is said about later.
        cells: None where spans and gaps are given.
    """

    window: TimeRange
    known_until_us: int
    spans: tuple[TimeRange, ...]
    gaps: tuple[Gap, ...]
    cells: tuple[Cell, ...] | None = None


@dataclass(frozen=True, slots=True)
class StreamLife:
    """What must be known about a stream to tell why it has no footage.

    Attributes:
        created_us: when its camera was added. purged_until_us: retention took what was before; None: nothing yet.
        is_recording: whether its newest media is only moments old.
    """

    created_us: int = 0
    purged_until_us: int | None = None
    is_recording: bool = False


def needs_cells(window: TimeRange, span_count: int) -> bool:
    """Tell whether the window must be drawn from rollups."""
    return window.duration_us > LONGEST_SPAN_WINDOW_US or span_count > MOST_SPANS


def build_timeline(
    window: TimeRange,
    covered: Iterable[TimeRange],
    outages: Sequence[Outage],
    life: StreamLife,
    *,
    now_us: int,
) -> Timeline:
    """Return the spans and gaps of a window; together they tile it from its start to the present.

    Args:
        window: what is looked at.
        covered: spans of footage, the open run's included; in any order, they may overlap and reach outside.
        outages: of the stream, those that touch the window.
        life: see `StreamLife`.
        now_us: the present; nothing later is footage or gap.
    """
    known = TimeRange(window.start_us, max(window.start_us, min(window.end_us, now_us)))
    spans = _joined(part for span in covered if (part := span.intersection(known)) is not None)
    silences = subtracted(known, spans, tolerance_us=GAP_TOLERANCE_US)
    if life.is_recording and silences and is_live_edge(silences[-1], now_us):
        silences.pop()
    known_outages = _Outages(outages, now_us)
    gaps = [gap for silence in silences for gap in _explained(silence, known_outages, life)]
    return Timeline(window, known.end_us, tuple(spans), tuple(gaps))


def is_recording(newest_us: int, now_us: int) -> bool:
    """Tell whether a stream whose newest media ends then is being recorded."""
    return now_us - newest_us <= LIVE_EDGE_US


def is_live_edge(silence: TimeRange, now_us: int) -> bool:
    """Tell whether a silence is only what a recording stream has not written yet."""
    return silence.end_us == now_us and silence.duration_us <= LIVE_EDGE_US


def known_since_us(camera: Camera, oldest_us: int | None) -> int:
    """Return since when the camera has been recorded or was to be: from then on, missing footage is a gap.

    Footage may be older than the camera's row: a rebuilt index, an imported archive, the demonstration.
    """
    return camera.created_us if oldest_us is None else min(camera.created_us, oldest_us)


def purged_until_us(camera: Camera, oldest: tuple[int, int] | None, now_us: int) -> int | None:
    """Return until when retention has taken everything; None where nothing says that it took any.

    Args:
        camera: whose. oldest: start of its oldest file and that file's number in its run; None where it has none.
        now_us: the present.
    """
    by_age = None if camera.retention_days is None else now_us - days_us(camera.retention_days)
    if oldest is not None and oldest[1] > 0:
        # The oldest file is not the first of its run: what came before it was recorded, and is gone.
        return oldest[0]
    if by_age is None or by_age <= camera.created_us:
        return None
    return by_age if oldest is None else min(oldest[0], by_age)


def build_cells(window: TimeRange, rollups: Sequence[Rollup], *, now_us: int) -> Timeline:
    """Return the window as at most about 2000 cells of equal width, from the stream's rollups in it."""
    known_until = max(window.start_us, min(window.end_us, now_us))
    width = next((w for w in _CELL_WIDTHS_US if window.duration_us <= w * MOST_CELLS), _CELL_WIDTHS_US[-1])
    by_cell: dict[int, list[Rollup]] = {}
    for rollup in rollups:
        by_cell.setdefault(rollup.bucket_us - rollup.bucket_us % width, []).append(rollup)
    first = window.start_us - window.start_us % width
    cells = tuple(
        _cell(start, width, by_cell.get(start, []), now_us) for start in range(first, known_until, width)
    )
    return Timeline(window, known_until, (), (), cells)


def activity(
    window: TimeRange, amounts: Iterable[tuple[int, int, int]], bins: int = ACTIVITY_BINS
) -> list[tuple[int, int]]:
    """Return (bin start in UTC microseconds, bytes per second) for the bins that hold any footage.

    Bits go where pictures change, so the rate hints at movement without looking at a picture.

    Args:
        window: divided into at most `bins` equal bins, none shorter than a second.
        amounts: (start, end, bytes) of pieces of footage; bytes are spread evenly over each.
    """
    width = max(SECOND_US, -(-window.duration_us // bins))
    sums: dict[int, float] = {}
    for start_us, end_us, size in amounts:
        length = max(1, end_us - start_us)
        first, last = max(start_us, window.start_us), min(end_us, window.end_us)
        position = first
        while position < last:
            number = (position - window.start_us) // width
            until = min(last, window.start_us + (number + 1) * width)
            sums[number] = sums.get(number, 0.0) + size * (until - position) / length
            position = until
    return [
        (window.start_us + number * width, round(sums[number] * SECOND_US / width)) for number in sorted(sums)
    ]


def _joined(spans: Iterable[TimeRange]) -> list[TimeRange]:
    """Return the spans in order, those nearer than the tolerance made one."""
    result: list[TimeRange] = []
    for span in merged(spans):
        if result and span.start_us - result[-1].end_us <= GAP_TOLERANCE_US:
            result[-1] = TimeRange(result[-1].start_us, span.end_us)
        else:
            result.append(span)
    return result


def gaps_in(
    window: TimeRange,
    covered: Iterable[TimeRange],
    outages: Sequence[Outage],
    life: StreamLife,
    *,
    now_us: int,
    tolerance_us: int,
) -> tuple[Gap, ...]:
    """Return the silences of a window that are longer than the tolerance, each with its cause."""
    silences = subtracted(window, covered, tolerance_us=tolerance_us)
    known_outages = _Outages(outages, now_us)
    return tuple(gap for silence in silences for gap in _explained(silence, known_outages, life))


class _Outages:
    """The outages of one stream, so that those of a silence are found without looking at all of them."""

    def __init__(self, outages: Iterable[Outage], now_us: int) -> None:
        """Sort them; one that still lasts ends now."""
        self._sorted = sorted(outages, key=lambda outage: outage.start_us)
        self._starts = [outage.start_us for outage in self._sorted]
        self._ends = [now_us if outage.end_us is None else outage.end_us for outage in self._sorted]
        # Outages overlap where the recorder's clock was set back: from this one on, none before reaches further.
        self._reached = list(accumulate(self._ends, max))

    def cause_of(self, silence: TimeRange) -> Gap:
        """Return the silence with the cause of the outage that overlaps it longest, of several the first."""
        best: Outage | None = None
        longest = 0
        for number in range(bisect_left(self._starts, silence.end_us) - 1, -1, -1):
            if self._reached[number] <= silence.start_us:
                break
            overlap = min(self._ends[number], silence.end_us) - max(self._starts[number], silence.start_us)
            if overlap >= longest and overlap > 0:
                best, longest = self._sorted[number], overlap
        return Gap(silence, OutageCause.UNKNOWN) if best is None else Gap(silence, best.cause, best.detail)


def _explained(silence: TimeRange, outages: _Outages, life: StreamLife) -> list[Gap]:
    """Return the gap in parts: before the camera existed, deleted by retention, and missing for another cause."""
    parts: list[Gap] = []
    start = silence.start_us
    borders = (
        (life.created_us, OutageCause.DISABLED, "the camera had not been added yet"),
        (life.purged_until_us or 0, OutageCause.PURGED, "deleted by retention"),
    )
    for border, cause, detail in borders:
        until = min(border, silence.end_us)
        if start < until:
            parts.append(Gap(TimeRange(start, until), cause, detail))
            start = until
    if start < silence.end_us:
        parts.append(outages.cause_of(TimeRange(start, silence.end_us)))
    return parts


def _cell(start: int, width: int, rollups: Sequence[Rollup], now_us: int) -> Cell:
    past = max(0, min(width, now_us - start))
    covered = min(past, sum(rollup.covered_us for rollup in rollups))
    missing_bucket = BUCKET_US if len(rollups) * BUCKET_US < past - BUCKET_US else 0
    longest = max([rollup.longest_gap_us for rollup in rollups], default=past)
    return Cell(start, width, covered, min(past, max(longest, missing_bucket)))
