"""Turn spans and outages into what a timeline shows: footage, and gaps with their causes.

Zoom rules (storage design 3.5): up to 14 days spans are drawn one by one while there are not too many of them; beyond
either bound a timeline is told as cells (`playback.timeline.cells`). No zoom reads segments by the hundred thousand.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from playback.stream.life import LIVE_EDGE_US, StreamLife
from vms.domain.camera import OutageCause
from vms.domain.segment import Gap, Outage
from vms.domain.time import DAY_US, TimeRange, merged, subtracted

GAP_TOLERANCE_US = 1_500_000
"""Silence up to this long is no gap: a run ends up to a frame early and the next begins at a keyframe."""
LONGEST_SPAN_WINDOW_US = 14 * DAY_US
LONGEST_WINDOW_US = 400 * DAY_US


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is known about a window: spans and gaps tile its past.

    Attributes:
        known_until_us: the present or the window's end; nothing is said about later.
    """

    known_until_us: int
    spans: tuple[TimeRange, ...]
    gaps: tuple[Gap, ...]


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
    return Timeline(known.end_us, tuple(spans), tuple(gaps))


def is_live_edge(silence: TimeRange, now_us: int) -> bool:
    """Tell whether a silence is only what a recording stream has not written yet."""
    return silence.end_us == now_us and silence.duration_us <= LIVE_EDGE_US


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
        (life.created_us, OutageCause.BEFORE_FIRST, "the camera had not been added yet"),
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
