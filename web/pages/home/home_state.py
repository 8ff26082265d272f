"""How the cameras that a person may see do, in the few figures and sentences of the first page."""

from collections.abc import Sequence
from dataclasses import dataclass

from playback.stream.life import known_since_us
from playback.timeline.lanes import MOST_LANES, Lane
from storage.recovery.nightly_backup import read_nightly_backup
from vms.domain.camera import Camera, StreamRole
from vms.domain.export import Export
from vms.domain.time import DAY_US, TimeRange
from vms.domain.user import Right, Role, User
from web.http.state import WebServices
from web.pages.cameras.camera_marks import Mark
from web.pages.cameras.camera_views import CameraView, camera_views, kept_days, kept_words, visible_cameras
from web.pages.evidence.export_views import ExportView, export_views
from web.pages.frame.presenters import DASH, Presenter

STRIP_WIDTH = 240
"""Units of the drawing in which a strip is a day long."""
_LEAST_HOLE = 1.5
_SHOWN_STRIPS = 4
_SHOWN_PROBLEMS = 5
_NEWEST_EXPORTS = 50
_OFF = frozenset({"disabled", "stopped", "removed"})
"""States that somebody chose: no problem."""
_UNDATED = frozenset({"lost", "delayed", "incomplete"})
"""States whose sentence says when they began, or which have no beginning that matters."""
_SEVERITY = {"bad": 0, "warn": 1, "off": 2}


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of the last day one camera recorded, since it has been known.

    Attributes:
        covered_us, known_us: footage, and the time in which there could be some.
        start: where that time begins on a strip, of STRIP_WIDTH. holes: what is missing, as (from, width).
    """

    camera_id: int
    covered_us: int
    known_us: int
    start: float
    holes: tuple[tuple[float, float], ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return self.covered_us >= self.known_us


@dataclass(frozen=True, slots=True)
class Strip:
    """One camera's last day as it is drawn; `share` in the page's numbers, `spoken` for a screen reader."""

    name: str
    share: str
    spoken: str
    start: float
    holes: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """What is wrong with a camera, since when, and the one thing to do about it."""

    name: str
    sentence: str
    mark: Mark
    url: str
    action: str


@dataclass(frozen=True, slots=True)
class HomeState:
    """Everything that the panel shows.

    Attributes:
        recorder_down_since: "" while the recorder works.
        problems: the gravest first. more_problems: those that are not shown.
        share: completeness of all cameras in the page's numbers, "" where it is not for this person or unknown.
        strips: the least complete cameras. whole: cameras of which nothing is missing.
        kept, shortest: how long footage is kept, as (amount, unit); `shortest_name` is whose is kept shortest.
        exports: those that are waiting or being made.
        backup: when the database was last backed up, "" where that is not for this person or is among the problems.
    """

    connected: int
    total: int
    off: int
    recorder_down_since: str
    problems: tuple[ProblemRow, ...]
    more_problems: int
    share: str
    strips: tuple[Strip, ...]
    whole: int
    kept: tuple[str, str]
    oldest_day: str
    shortest: tuple[str, str]
    shortest_name: str
    exports: tuple[ExportView, ...]
    backup: str

    @property
    def trouble(self) -> int:
        """How many problems there are."""
        return len(self.problems) + self.more_problems


def home_state(services: WebServices, user: User, present: Presenter) -> HomeState:
    """Return the state of the cameras that the person may see, as of now."""
    cameras = visible_cameras(services, user)
    views = camera_views(services, cameras, present)
    is_staff = user.role is not Role.VIEWER
    wanted = [camera for camera, view in zip(cameras, views, strict=True) if view.state.key not in _OFF]
    lanes = _last_day(services, wanted, present.now_us) if is_staff else []
    parts = [
        part
        for camera, lane in zip(wanted, lanes, strict=False)
        if (part := completeness(camera, lane, present.now_us)) is not None
    ]
    problems = _problems(cameras, views, lanes, present, may_manage=user.may(Right.MANAGE))
    backup = ""
    if user.may(Right.MANAGE):
        backup, stale = _backup(services, present)
        problems += stale
    oldest = sorted((view.oldest_us, view.name) for view in views if view.oldest_us is not None)
    recorded = {view.name for view in views if view.state.key not in _OFF}
    wanted_oldest = [(oldest_us, name) for oldest_us, name in oldest if name in recorded]
    down = [view.since_us for view in views if view.state.key == "recorder_down" and view.since_us]
    exports = _running(services, user) if user.may(Right.EXPORT) else []
    return HomeState(
        connected=sum(view.state.key == "recording" for view in views),
        total=len(views),
        off=sum(view.state.key in _OFF for view in views),
        recorder_down_since=present.since(max(down)) if down else "",
        problems=tuple(problems[:_SHOWN_PROBLEMS]),
        more_problems=max(0, len(problems) - _SHOWN_PROBLEMS),
        share=_share(sum(p.covered_us for p in parts), sum(p.known_us for p in parts), present),
        strips=_strips(parts, {view.id: view.name for view in views}, present),
        whole=sum(part.is_whole for part in parts),
        kept=_kept(oldest[0][0] if oldest else None, present),
        oldest_day=present.date_plain(oldest[0][0]) if oldest else "",
        shortest=_kept(wanted_oldest[-1][0] if wanted_oldest else None, present),
        shortest_name=wanted_oldest[-1][1] if wanted_oldest else "",
        exports=tuple(export_views(services, exports, present)),
        backup=backup,
    )


def _backup(services: WebServices, present: Presenter) -> tuple[str, list[ProblemRow]]:
    """Return when the newest backup was made, or instead of it the problem that it is too old, or was never made."""
    note, words = read_nightly_backup(services.storage.database), present.catalogue
    made = "" if note.made_us is None else present.since(note.made_us)
    if not note.is_stale(present.now_us):
        return words.text("home.backup_made", time=made), []
    sentence = words.text("home.backup_old", time=made) if made else words.text("home.backup_never")
    mark = Mark("backup", "triangle", "warn")
    return "", [ProblemRow(words.text("home.backup"), sentence, mark, "/help", words.text("nav.help"))]


def completeness(camera: Camera, lane: Lane, now_us: int) -> Completeness | None:
    """Return how complete a lane of the last day is; None for a camera that could not have recorded in it.

    Time before the camera was known, and before what retention keeps, is not missing.
    """
    since_us = max(known_since_us(camera, lane.oldest_us), lane.purged_until_us or 0, now_us - DAY_US)
    known = TimeRange(min(since_us, now_us), now_us)
    if known.is_empty:
        return None
    if lane.cells is not None:
        cells = lane.cells
        starts = range(cells.grid.start_us, cells.grid.end_us, cells.width_us)
        silences = [
            TimeRange(start_us, start_us + cells.width_us - covered_us)
            for start_us, covered_us in zip(starts, cells.covered_us, strict=False)
        ]
    else:
        silences = [gap.time for gap in lane.gaps]
    missing = [part for silence in silences if (part := silence.intersection(known)) is not None]
    covered_us = known.duration_us - sum(part.duration_us for part in missing)
    start_us = now_us - DAY_US
    holes = tuple(
        (_along(part.start_us - start_us), max(_LEAST_HOLE, _along(part.duration_us))) for part in missing
    )
    return Completeness(camera.id, covered_us, known.duration_us, _along(known.start_us - start_us), holes)


def _along(length_us: int) -> float:
    """Return how long so much of a day is on a strip."""
    return round(length_us * STRIP_WIDTH / DAY_US, 2)


def _last_day(services: WebServices, cameras: Sequence[Camera], now_us: int) -> list[Lane]:
    window = TimeRange(now_us - DAY_US, now_us)
    streams = [
        (camera, stream.id if (stream := camera.stream(StreamRole.MAIN)) is not None else 0)
        for camera in cameras
    ]
    found: list[Lane] = []
    for first in range(0, len(streams), MOST_LANES):
        found += services.lanes.read(streams[first : first + MOST_LANES], window)
    return found


def _kept(oldest_us: int | None, present: Presenter) -> tuple[str, str]:
    """Return the number, and its unit, of the largest part of how long footage is kept."""
    if oldest_us is None:
        return DASH, ""
    amount, unit, *_ = kept_words(oldest_us, present).split(" ")
    return amount, unit


def _share(covered_us: int, known_us: int, present: Presenter) -> str:
    """Return a share in percent, cut and never rounded up: 100 means that nothing is missing."""
    if known_us == 0:
        return ""
    return present.number(covered_us * 1000 // known_us / 10, 1)


def _strips(parts: Sequence[Completeness], names: dict[int, str], present: Presenter) -> tuple[Strip, ...]:
    least = sorted(
        (part for part in parts if not part.is_whole),
        key=lambda part: (part.covered_us / part.known_us, part.camera_id),
    )
    shown: list[Strip] = []
    for part in least[:_SHOWN_STRIPS]:
        missing = present.duration(part.known_us - part.covered_us)
        spoken = present.catalogue.count("home.strip_said", len(part.holes), time=missing)
        share = _share(part.covered_us, part.known_us, present)
        shown.append(Strip(names[part.camera_id], share, spoken, part.start, part.holes))
    return tuple(shown)


def _problems(
    cameras: Sequence[Camera],
    views: Sequence[CameraView],
    lanes: Sequence[Lane],
    present: Presenter,
    *,
    may_manage: bool,
) -> list[ProblemRow]:
    by_id = {lane.camera_id: lane for lane in lanes}
    found: list[ProblemRow] = []
    for camera, view in zip(cameras, views, strict=True):
        if view.state.key not in _OFF | {"recording", "recorder_down"}:
            found.append(_problem(view, view.state, _sentence(view, present), present, may_manage=may_manage))
        short = _shortfall(camera, by_id.get(camera.id), present)
        if short:
            mark = Mark("short", "triangle", "warn")
            found.append(_problem(view, mark, short, present, may_manage=may_manage))
    return sorted(found, key=lambda row: _SEVERITY.get(row.mark.tone, 1))


def _problem(
    view: CameraView, mark: Mark, sentence: str, present: Presenter, *, may_manage: bool
) -> ProblemRow:
    words = present.catalogue
    if may_manage:
        return ProblemRow(view.name, sentence, mark, f"/cameras/{view.id}", words.text("camera.check"))
    if view.newest_us is None:
        return ProblemRow(view.name, sentence, mark, "", "")
    return ProblemRow(view.name, sentence, mark, f"/playback?cam={view.id}", words.text("home.last_footage"))


def _sentence(view: CameraView, present: Presenter) -> str:
    if view.since_us is None or view.state.key in _UNDATED:
        return view.state.sentence
    since = present.catalogue.text("home.since", time=present.since(view.since_us))
    return f"{view.state.sentence} {since}"


def _shortfall(camera: Camera, lane: Lane | None, present: Presenter) -> str:
    """Return that footage is deleted earlier than it was to be, "" where it is not."""
    if lane is None or lane.oldest_us is None or camera.retention_days is None:
        return ""
    is_cut = lane.purged_until_us == lane.oldest_us
    kept = kept_days(lane.oldest_us, present.now_us)
    if not is_cut or kept >= camera.retention_days - 1:
        return ""
    return present.catalogue.text("home.short", kept=kept, wanted=camera.retention_days)


def _running(services: WebServices, user: User) -> list[Export]:
    owner = None if user.role is Role.ADMIN else user.id
    return [
        export
        for export in services.storage.exports.list(owner, limit=_NEWEST_EXPORTS)
        if not export.state.is_final
    ]
