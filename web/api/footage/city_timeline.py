"""Several cameras' timelines in one answer: what the review page draws, at any zoom."""

from collections.abc import Sequence

from msgspec import Struct

from playback.timeline.activity import Activity
from playback.timeline.cells import Cells
from playback.timeline.lanes import LEAST_COLUMNS, MOST_COLUMNS, USUAL_COLUMNS, Lane
from playback.timeline.timeline import LONGEST_WINDOW_US
from vms.domain.bookmark import MOST_BOOKMARKS
from vms.domain.camera import OutageCause
from vms.domain.retention import Hold
from vms.domain.segment import Gap
from web.access.permissions import visible_ids
from web.api.personal.bookmarks import BookmarkFacts, describe_bookmark
from web.api.values import AskedCameras, Window, ZeroOrOne, shown_stream
from web.http.state import Call, services_of, user_of

Span = tuple[int, int]


class TimelineQuery(Window, frozen=True, kw_only=True):
    """A window of some cameras."""

    cameras: AskedCameras
    columns: int = USUAL_COLUMNS
    activity: ZeroOrOne = "1"


class GapFacts(Struct, frozen=True):
    """Time without footage, and why."""

    start_us: int
    end_us: int
    cause: OutageCause
    detail: str


class CellRow(Struct, frozen=True):
    """Cells of equal width: thousandths of each that are recorded, and the longest gap in it in seconds."""

    start_us: int
    width_us: int
    covered: list[int]
    longest_gap_s: list[int]


class HoldOnTimeline(Struct, frozen=True):
    """A hold in the window; `end_us` is null for one that holds whatever will be recorded, too."""

    id: int
    camera_ids: tuple[int, ...]
    start_us: int
    end_us: int | None
    reason: str


class LaneFacts(Struct, frozen=True):
    """One camera in the window: spans and gaps, or cells in their place."""

    camera_id: int
    oldest_us: int | None
    newest_us: int | None
    purged_until_us: int | None
    spans: list[Span]
    gaps: list[GapFacts]
    cells: CellRow | None
    activity: Activity | None


class Timeline(Struct, frozen=True):
    """The cameras that the caller may see in one window, with its holds and bookmarks."""

    from_us: int
    to_us: int
    known_until_us: int
    now_us: int
    lanes: list[LaneFacts]
    holds: list[HoldOnTimeline]
    bookmarks: list[BookmarkFacts]


def timeline(request: Call, asked: TimelineQuery) -> Timeline:
    """Several cameras' lanes in one window: spans and gaps with causes up to 14 days, cells for more; holds, bookmarks.

    Cameras that you may not see are left out. `columns` is how wide the drawing is, 50 to 2000; `activity=0` leaves out
    how busy the footage is.
    """
    services, user = services_of(request), user_of(request)
    window = asked.checked(longest_us=LONGEST_WINDOW_US)
    columns = max(LEAST_COLUMNS, min(asked.columns, MOST_COLUMNS))
    cameras = services.storage.cameras.some(visible_ids(user, asked.cameras.ids))
    streams = [(camera, stream.id) for camera in cameras if (stream := shown_stream(camera)) is not None]
    begun_us = services.clock.now_us()
    found = services.lanes.read(streams, window, columns, with_activity=asked.activity == "1")
    camera_ids = [camera.id for camera in cameras]
    bookmarks = services.storage.bookmarks.touching(user, camera_ids, window, limit=MOST_BOOKMARKS)
    return Timeline(
        from_us=window.start_us,
        to_us=window.end_us,
        known_until_us=max(window.start_us, min(window.end_us, begun_us)),
        now_us=services.clock.now_us(),
        lanes=[_lane(lane) for lane in found],
        holds=describe_holds(services.storage.holds.covering(camera_ids, window)),
        bookmarks=[describe_bookmark(bookmark, user) for bookmark in bookmarks],
    )


def describe_gaps(gaps: Sequence[Gap]) -> list[GapFacts]:
    """Return gaps as the interface tells them."""
    return [GapFacts(gap.time.start_us, gap.time.end_us, gap.cause, gap.detail) for gap in gaps]


def describe_holds(holds: Sequence[Hold]) -> list[HoldOnTimeline]:
    """Return holds as timelines show them."""
    return [
        HoldOnTimeline(hold.id, (hold.camera_id,), hold.time.start_us, hold.end_us, hold.reason)
        for hold in holds
    ]


def _lane(lane: Lane) -> LaneFacts:
    return LaneFacts(
        camera_id=lane.camera_id,
        oldest_us=lane.oldest_us,
        newest_us=lane.newest_us,
        purged_until_us=lane.purged_until_us,
        spans=[(span.start_us, span.end_us) for span in lane.spans],
        gaps=describe_gaps(lane.gaps),
        cells=None if lane.cells is None else _cells(lane.cells),
        activity=lane.activity,
    )


def _cells(cells: Cells) -> CellRow:
    return CellRow(cells.grid.start_us, cells.width_us, cells.thousandths(), cells.longest_gaps_s())
