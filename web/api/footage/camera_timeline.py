"""What was recorded when: spans and gaps of a window, and how much of each day."""

from msgspec import Struct

from playback.timeline.activity import Activity
from playback.timeline.cells import Cells
from playback.timeline.day_view import DayCoverage, daily_coverage, month_days
from playback.timeline.timeline import LONGEST_WINDOW_US
from vms.domain.camera import StreamRole
from web.api.footage.city_timeline import GapFacts, HoldOnTimeline, Span, describe_gaps, describe_holds
from web.api.values import Month, Window, ZeroOrOne, stream_of
from web.http.state import Call, path_camera, services_of

_COLUMNS = 1000
"""Of one camera's timeline: at most as many cells, and twice as many spans."""


class CameraTimelineQuery(Window, frozen=True, kw_only=True):
    """A window of one stream; `activity=0` leaves activity out."""

    role: StreamRole = StreamRole.MAIN
    activity: ZeroOrOne = "1"


class CameraTimeline(Struct, frozen=True):
    """One stream in a window.

    `cells` are (start, width, covered, longest gap) in the place of spans and gaps; `activity` is (start, bytes a second).
    """

    from_us: int
    to_us: int
    known_until_us: int
    now_us: int
    spans: list[Span]
    gaps: list[GapFacts]
    cells: list[tuple[int, int, int, int]] | None
    holds: list[HoldOnTimeline]
    activity: list[tuple[int, int]]


class MonthQuery(Struct, frozen=True):
    """A month of one stream."""

    month: Month
    role: StreamRole = StreamRole.MAIN


def timeline(request: Call, asked: CameraTimelineQuery) -> CameraTimeline:
    """Spans of footage and gaps with causes; 15-minute or wider cells for wide windows; holds; activity."""
    services, camera = services_of(request), path_camera(request)
    window, stream = asked.checked(longest_us=LONGEST_WINDOW_US), stream_of(camera, asked.role)
    begun_us = services.clock.now_us()
    (lane,) = services.lanes.read(
        [(camera, stream.id)], window, _COLUMNS, with_activity=asked.activity == "1"
    )
    return CameraTimeline(
        from_us=window.start_us,
        to_us=window.end_us,
        known_until_us=max(window.start_us, min(window.end_us, begun_us)),
        now_us=services.clock.now_us(),
        spans=[(span.start_us, span.end_us) for span in lane.spans],
        gaps=describe_gaps(lane.gaps),
        cells=None if lane.cells is None else _cells(lane.cells),
        holds=describe_holds(services.storage.holds.covering([camera.id], window)),
        activity=[] if lane.activity is None else _busy_bins(lane.activity),
    )


def days(request: Call, asked: MonthQuery) -> list[DayCoverage]:
    """How much of each local day of a month is recorded."""
    services = services_of(request)
    month = month_days(services.zone, asked.month.first)
    stream = stream_of(path_camera(request), asked.role)
    return daily_coverage(services.storage.many_streams, services.zone, stream.id, month)


def _cells(cells: Cells) -> list[tuple[int, int, int, int]]:
    return [
        (cells.grid.start_us + number * cells.width_us, cells.width_us, covered_us, gap_us)
        for number, (covered_us, gap_us) in enumerate(
            zip(cells.covered_us, cells.longest_gaps_us, strict=True)
        )
    ]


def _busy_bins(found: Activity) -> list[tuple[int, int]]:
    """Return (start of the bin, bytes per second) for the bins that hold any footage."""
    return [
        (found.start_us + number * found.width_us, rate) for number, rate in enumerate(found.rates) if rate
    ]
