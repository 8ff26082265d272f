"""The installation that the browser tests visit: cameras that record now, and an hour of past whose frames are known."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import BrowserContext

from storage.footage.index_writer import IndexBatch
from storage.open import Storage
from tests.browser.sites.pier import Pier, write_pier
from tests.support.deadline import wait_until
from tests.support.installation import CANARY, Installation, add_camera, installation, main_stream
from tests.support.past_footage import PastRun, write_past_runs
from vms.domain.camera import Camera, CameraDraft, OutageCause, Stream, StreamRole
from vms.domain.camera_address import Credentials, Secret, parse_stream_url
from vms.domain.segment import Outage
from vms.domain.time import DAY_US, MINUTE_US, SECOND_US, TimeRange
from vms.domain.user import Role
from vms.processes.app import Services
from vms.simulator.camera_spec import CameraSpec, Codec
from vms.simulator.demo_cameras import demo_cameras
from web.access.auth import Authority, session_cookie_name

ZONE = ZoneInfo("Asia/Makassar")
PASSWORD = "kayuh baimbai 1526"
PAST_FPS = 5
PAST_FRAME_US = SECOND_US // PAST_FPS
LIVE_FRAME_US = SECOND_US // 10
GAP_CAUSE = "Kamera terputus"


@dataclass(frozen=True, slots=True)
class Past:
    """What the park's camera recorded before the tests began.

    Attributes:
        old, young: footage on both sides of the gap, 640x360. small: the footage after `young`, 320x180, until the
            recording that goes on now.
        together: within `young`, while the park, the square and the hall all recorded. hole: what the hall lacks of it.
    """

    old: TimeRange
    gap: TimeRange
    young: TimeRange
    small: TimeRange
    together: TimeRange
    hole: TimeRange


@dataclass(frozen=True, slots=True)
class City:
    """A running installation and who and what is in it.

    Attributes:
        park: records now and has a past. clinic: records now. river: switched off, its past is H.265.
        tower: switched off, has a few minutes of footage around a day ago, and is kept for two.
        square: switched off, has footage of both its streams, main 640x360 and sub 320x180, while the park has `young`.
        hall: switched off, has footage at the same time, with a hole of a minute.
        pier: switched off, has five weeks of footage in the index, of which a few minutes can be played.
        unknown_url: of a camera that works and has not been added.
    """

    site: Installation
    url: str
    park: Camera
    clinic: Camera
    river: Camera
    tower: Camera
    square: Camera
    hall: Camera
    past: Past
    pier: Pier
    unknown_url: str

    @contextmanager
    def opened(self) -> Iterator[Services]:
        """Open the installation's database from this process."""
        with self.site.opened() as services:
            yield services

    def sign_in(self, context: BrowserContext, name: str) -> None:
        """Give the context a session of this person's, as the form would."""
        with self.opened() as services:
            authority = Authority(services.storage, services.clock)
            token = authority.sign_in(name, PASSWORD, address="127.0.0.1").token
        context.add_cookies(
            [{"name": session_cookie_name(self.site.settings), "value": token, "url": self.url}]
        )


def local(us: int) -> datetime:
    """Return the instant on the city's clocks."""
    return datetime.fromtimestamp(us // SECOND_US, UTC).astimezone(ZONE) + (
        datetime.fromtimestamp(0, UTC).replace(microsecond=us % SECOND_US) - datetime.fromtimestamp(0, UTC)
    )


def typed(us: int) -> str:
    """Return the instant as a person would type it, to the tenth of a second."""
    return f"{local(us):%d/%m/%Y %H:%M:%S}.{us % SECOND_US // 100_000}"


@contextmanager
def running_city(folder: Path) -> Iterator[City]:
    """Set up and run the whole installation while the block lasts."""
    settings = {"VMS_HELP_CONTACT": "Diskominfotik (0511) 555 0142"}
    with installation(folder, cameras=5, settings=settings) as site:
        with site.opened() as services:
            storage = services.storage
            park = add_camera(storage, site, "taman-kamboja")
            clinic = add_camera(storage, site, "puskesmas-pekauman")
            _add_people(services, park)
        with site.running("up") as up, site.opened() as services:
            site.wait_until_recording(services.storage, seconds=60)
            # The recorder may record before the portal listens.
            up.wait_for_output("Uvicorn running", seconds=60)
            river = _add_archived(services.storage, "pasar-terapung", retention_days=30)
            tower = _add_archived(services.storage, "menara-pandang", retention_days=2)
            square = _add_archived(services.storage, "balai-kota", retention_days=30, has_sub=True)
            hall = _add_archived(services.storage, "siring-tendean", retention_days=30)
            past = _write_past(services.storage, park, river, tower, square, hall)
            dock = _add_archived(services.storage, "dermaga", retention_days=90)
            pier = write_pier(services.storage, dock, services.clock.now_us())
            url = f"http://127.0.0.1:{site.settings.port}"
            unknown_url = site.urls["siring-tendean"]
            yield City(site, url, park, clinic, river, tower, square, hall, past, pier, unknown_url)


def _add_people(services: Services, park: Camera) -> None:
    digest = Authority(services.storage, services.clock).hash_password(PASSWORD)
    users = services.storage.users
    users.add(name="admin", full_name="Nurul Aini", role=Role.ADMIN, password_hash=digest)
    users.add(
        name="pengamat",
        full_name="Siti Rahmah",
        role=Role.VIEWER,
        camera_ids=frozenset({park.id}),
        password_hash=digest,
    )


def _add_archived(storage: Storage, name: str, *, retention_days: int, has_sub: bool = False) -> Camera:
    nowhere = parse_stream_url("rtsp://127.0.0.1:9/none")[0]
    return storage.cameras.add(
        CameraDraft(
            name=name,
            main_url=nowhere,
            sub_url=parse_stream_url("rtsp://127.0.0.1:9/none/sub")[0] if has_sub else None,
            credentials=Credentials("kamera", Secret(CANARY)),
            place="Arsip",
            purpose="test",
            retention_days=retention_days,
            is_enabled=False,
        )
    )


def _sub_stream(camera: Camera) -> Stream:
    stream = camera.stream(StreamRole.SUB)
    assert stream is not None
    return stream


def _spec(path: str) -> CameraSpec:
    (spec,) = (spec for spec in demo_cameras() if spec.path == path)
    return replace(spec, width=640, height=360, sub=None)


def _write_past(
    storage: Storage, park: Camera, river: Camera, tower: Camera, square: Camera, hall: Camera
) -> Past:
    stream = main_stream(park)
    (end_us,) = wait_until(
        lambda: [run.start_us for run in storage.segments.open_runs() if run.stream_id == stream.id],
        seconds=30,
        what="the park's open run",
    )

    def before(start_minutes: int, end_minutes: int) -> TimeRange:
        return TimeRange(end_us - start_minutes * MINUTE_US, end_us - end_minutes * MINUTE_US)

    together, hole = before(34, 28), before(31, 30)
    past = Past(before(68, 40), before(40, 36), before(36, 20), before(20, 0), together, hole)
    spec = _spec("taman-kamboja")
    small = replace(spec, width=320, height=180)
    hevc = replace(small, codec=Codec.H265)
    hall_spec = _spec("siring-tendean")
    day_ago_us = end_us - DAY_US
    around = TimeRange(day_ago_us - 4 * MINUTE_US, day_ago_us + 10 * MINUTE_US)
    write_past_runs(
        storage,
        [
            PastRun(stream, spec, past.old, PAST_FPS),
            PastRun(stream, spec, past.young, PAST_FPS),
            PastRun(stream, small, past.small, PAST_FPS),
            PastRun(main_stream(river), hevc, before(11, 10), PAST_FPS),
            PastRun(main_stream(tower), replace(small, number=2), around, PAST_FPS),
            PastRun(main_stream(square), _spec("balai-kota"), together, PAST_FPS),
            PastRun(_sub_stream(square), replace(small, number=1), together, PAST_FPS),
            PastRun(main_stream(hall), hall_spec, before(34, 31), PAST_FPS),
            PastRun(main_stream(hall), hall_spec, before(30, 28), PAST_FPS),
        ],
    )
    outage = Outage(stream.id, past.gap.start_us, past.gap.end_us, OutageCause.UNREACHABLE, "no answer")
    storage.index_writer.commit(IndexBatch(outages=(outage,)))
    return past
