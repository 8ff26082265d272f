"""Several cameras' footage in one window, read together: a lane for each, as spans with gaps or as cells.

However many cameras there are, the database is asked the same few statements, and their rows are bounded: spans where
there are few, else rollups that it adds up itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

from playback.stream.footage import Footage
from playback.stream.life import StreamLife, is_recording, known_since_us, purged_until_us
from playback.timeline.activity import Activity, ActivityReader, far_activity
from playback.timeline.cells import Cells, cell_width_us, cells_from_rollups, cells_from_silences, cells_grid
from playback.timeline.timeline import GAP_TOLERANCE_US, LONGEST_SPAN_WINDOW_US, build_timeline, is_live_edge
from storage.footage.many_streams import CellRollup, StoredTime, StreamExtent
from storage.open import Storage
from vms.domain.camera import Camera
from vms.domain.segment import Gap, Outage
from vms.domain.time import BUCKET_US, Clock, TimeRange

MOST_LANES: Final = 64
LEAST_COLUMNS: Final = 50
MOST_COLUMNS: Final = 2000
USUAL_COLUMNS: Final = 800
_MOST_DRAWN: Final = 24_000
"""Spans in one answer, all lanes together."""
_SPANS_FOR_A_ROLLUP: Final = 0.8
"""Reading a span costs a little more than adding up a rollup: beyond that the rollups are read."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One camera's footage in a window.

    Attributes:
        oldest_us, newest_us: extent of all its footage, None where it has none.
        purged_until_us: retention took what was before; None: nothing yet.
        spans, gaps: tile the window's past; empty where `cells` are given in their place.
        activity: None where it was not asked for.
    """

    camera_id: int
    oldest_us: int | None
    newest_us: int | None
    purged_until_us: int | None
    spans: tuple[TimeRange, ...] = ()
    gaps: tuple[Gap, ...] = ()
    cells: Cells | None = None
    activity: Activity | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one request wants to know, as of one instant.

    Attributes:
        grid: from the first cell's start to the window's end or the present, so that the first cell is whole.
        width_us: of a cell. most_drawn: spans that a lane may have to be told as spans.
    """

    window: TimeRange
    grid: TimeRange
    width_us: int
    most_drawn: int
    now_us: int


@dataclass(frozen=True, slots=True)
class _Found:
    """What the index and the growing files hold, by stream."""

    extents: dict[int, StreamExtent]
    growing: dict[int, list[TimeRange]]
    spans: dict[int, list[StoredTime]]
    rollups: dict[int, list[CellRollup]]
    outages: dict[int, list[Outage]]
    activity: dict[int, Activity]


class Lanes:
    """Reads lanes; safe to share between threads."""

    def __init__(self, storage: Storage, footage: Footage, clock: Clock) -> None:
        """Read rows from `storage`, and files that are still growing through `footage`."""
        self._storage = storage
        self._footage = footage
        self._clock = clock
        self._activity = ActivityReader(storage, footage)

    def read(
        self,
        wanted: Sequence[tuple[Camera, int]],
        window: TimeRange,
        columns: int = USUAL_COLUMNS,
        *,
        with_activity: bool = False,
    ) -> list[Lane]:
        """Return a lane for each camera, in their order.

        Args:
            wanted: at most 64 cameras, removed ones too, each with the stream that is looked at; 0: it has none.
            window: up to 14 days are told as spans and gaps where there are not too many; longer ones as cells.
            columns: how wide the drawing is: there are at most about as many cells.
            with_activity: also tell how busy the lanes were.
        """
        now_us = self._clock.now_us()
        width_us = cell_width_us(window, columns)
        grid = cells_grid(window, width_us, min(window.end_us, now_us))
        is_drawn = window.duration_us <= LONGEST_SPAN_WINDOW_US
        most_drawn = min(2 * columns, _MOST_DRAWN // max(1, len(wanted))) if is_drawn else -1
        asked = _Asked(window, grid, width_us, most_drawn, now_us)
        found = self._find(sorted({stream_id for _, stream_id in wanted}), asked, with_activity=with_activity)
        return [_lane(camera, stream_id, asked, found) for camera, stream_id in wanted]

    def _find(self, stream_ids: Sequence[int], asked: _Asked, *, with_activity: bool) -> _Found:
        streams = self._storage.many_streams
        most_read = max(
            _MOST_DRAWN // max(1, len(stream_ids)),
            int(_SPANS_FOR_A_ROLLUP * asked.grid.duration_us / BUCKET_US),
        )
        spans = streams.covered(stream_ids, asked.grid, most_each=most_read)
        uncounted = [stream_id for stream_id in stream_ids if stream_id not in spans]
        drawn = [stream_id for stream_id, times in spans.items() if len(times) <= asked.most_drawn]
        rollups = streams.cell_rollups(uncounted, asked.grid, asked.width_us) if uncounted else {}
        busy: dict[int, Activity] = {}
        if with_activity and asked.most_drawn < 0:
            busy = far_activity(asked.grid, asked.width_us, spans, rollups)
        elif with_activity:
            busy = self._activity.near(stream_ids, asked.window, asked.now_us)
        return _Found(
            extents=streams.extents(stream_ids),
            growing=self._footage.growing_times(stream_ids),
            spans=spans,
            rollups=rollups,
            outages=streams.outages(drawn, asked.window, limit=_MOST_DRAWN) if drawn else {},
            activity=busy,
        )


def _lane(camera: Camera, stream_id: int, asked: _Asked, found: _Found) -> Lane:
    extent, growing = found.extents.get(stream_id), found.growing.get(stream_id, [])
    oldest_us = min([time.start_us for time in growing] + ([extent.start_us] if extent else []), default=None)
    newest_us = max([time.end_us for time in growing] + ([extent.end_us] if extent else []), default=None)
    life = StreamLife(
        created_us=known_since_us(camera, oldest_us),
        purged_until_us=purged_until_us(
            camera, None if extent is None else (extent.start_us, extent.first_seq), asked.now_us
        ),
        is_recording=newest_us is not None and is_recording(newest_us, asked.now_us),
    )
    spans: tuple[TimeRange, ...] = ()
    gaps: tuple[Gap, ...] = ()
    cells: Cells | None = None
    times = found.spans.get(stream_id)
    if times is None:
        cells = cells_from_rollups(asked.grid, asked.width_us, found.rollups.get(stream_id, []))
    elif len(times) <= asked.most_drawn:
        covered = [TimeRange(start_us, end_us) for _, start_us, end_us, _ in times] + growing
        outages = found.outages.get(stream_id, [])
        drawn = build_timeline(asked.window, covered, outages, life, now_us=asked.now_us)
        spans, gaps = drawn.spans, drawn.gaps
    else:
        silences = _silences(asked.grid, times, growing)
        if life.is_recording and silences and is_live_edge(TimeRange(*silences[-1]), asked.now_us):
            silences.pop()
        cells = cells_from_silences(asked.grid, asked.width_us, silences)
    busy = found.activity.get(stream_id)
    return Lane(camera.id, oldest_us, newest_us, life.purged_until_us, spans, gaps, cells, busy)


def _silences(
    grid: TimeRange, times: Sequence[StoredTime], growing: Sequence[TimeRange]
) -> list[tuple[int, int]]:
    """Return the parts of the grid that are not recorded, longer than the tolerance; `times` in order of start."""
    found: list[tuple[int, int]] = []
    reached = grid.start_us
    fresh = [(0, time.start_us, time.end_us, 0) for time in growing if time.start_us < grid.end_us]
    for _, start_us, end_us, _ in sorted([*times, *fresh], key=itemgetter(1)) if fresh else times:
        if start_us - reached > GAP_TOLERANCE_US:
            found.append((reached, start_us))
        reached = max(reached, end_us)
    if grid.end_us - reached > GAP_TOLERANCE_US:
        found.append((reached, grid.end_us))
    return found
