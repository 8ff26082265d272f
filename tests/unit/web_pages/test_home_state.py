"""How complete a camera's last day is: what could be recorded, what is missing, and where it is drawn."""

from uuid import UUID

from playback.timeline.cells import Cells
from playback.timeline.lanes import Lane
from tests.support.footage import NOON_US
from vms.domain.camera import Camera, OutageCause
from vms.domain.segment import Gap
from vms.domain.time import BUCKET_US, DAY_US, HOUR_US, MINUTE_US, TimeRange
from web.pages.home.home_state import STRIP_WIDTH, completeness

LONG_AGO_US = NOON_US - 30 * DAY_US


def camera(created_us: int = LONG_AGO_US) -> Camera:
    return Camera(id=7, uuid=UUID(int=7), name="Balai Kota", streams=(), created_us=created_us)


def lane(*gaps: tuple[int, int], oldest_us: int | None = LONG_AGO_US, purged_us: int | None = None) -> Lane:
    """Gaps in minutes before noon, as (from, to)."""
    found = tuple(
        Gap(TimeRange(NOON_US - start * MINUTE_US, NOON_US - end * MINUTE_US), OutageCause.CLOSED)
        for start, end in gaps
    )
    return Lane(7, oldest_us, NOON_US, purged_us, gaps=found)


def test_day_without_gaps_is_whole() -> None:
    found = completeness(camera(), lane(), NOON_US)
    assert found is not None
    assert (found.is_whole, found.covered_us, found.known_us, found.holes) == (True, DAY_US, DAY_US, ())


def test_gaps_are_missing_and_drawn_in_their_place() -> None:
    found = completeness(camera(), lane((720, 660), (6, 0)), NOON_US)
    assert found is not None
    assert found.covered_us == DAY_US - 66 * MINUTE_US
    assert found.holes == ((STRIP_WIDTH / 2, 10.0), (STRIP_WIDTH - 1.0, 1.5))


def test_time_before_the_camera_was_added_is_not_missing() -> None:
    young = camera(created_us=NOON_US - 2 * HOUR_US)
    found = completeness(young, lane((1440, 120), (90, 60), oldest_us=None), NOON_US)
    assert found is not None
    assert (found.known_us, found.covered_us) == (2 * HOUR_US, 90 * MINUTE_US)
    assert found.start == STRIP_WIDTH * 22 / 24


def test_footage_older_than_the_cameras_row_counts() -> None:
    young = camera(created_us=NOON_US - HOUR_US)
    found = completeness(young, lane(oldest_us=NOON_US - 3 * HOUR_US), NOON_US)
    assert found is not None
    assert found.known_us == 3 * HOUR_US


def test_what_retention_took_is_not_missing() -> None:
    found = completeness(camera(), lane((1440, 600), purged_us=NOON_US - 10 * HOUR_US), NOON_US)
    assert found is not None
    assert (found.is_whole, found.known_us) == (True, 10 * HOUR_US)


def test_camera_that_was_added_this_moment_has_no_completeness() -> None:
    assert completeness(camera(created_us=NOON_US), lane(oldest_us=None), NOON_US) is None


def test_cells_tell_the_same_as_gaps() -> None:
    grid = TimeRange(NOON_US - DAY_US, NOON_US)
    covered = [BUCKET_US] * 96
    covered[10] = BUCKET_US - 5 * MINUTE_US
    cells = Cells(grid, BUCKET_US, tuple(covered), (0,) * 96)
    found = completeness(camera(), Lane(7, LONG_AGO_US, NOON_US, None, cells=cells), NOON_US)
    assert found is not None
    assert found.covered_us == DAY_US - 5 * MINUTE_US
    assert found.holes == ((25.0, 1.5),)
