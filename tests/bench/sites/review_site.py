"""Sixteen archived cameras whose every frame says when it was made, and a portal that shows them."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, Page

from playback.pictures.maker import PictureMaker
from storage.open import Storage
from tests.bench.findings.scale import Scale
from tests.support.deadline import wait_until
from tests.support.installation import Installation, installation
from tests.support.past_footage import PastRun, write_past_runs
from vms.domain.camera import Camera, CameraDraft, StreamRole
from vms.domain.camera_address import StreamUrl
from vms.domain.time import MINUTE_US, SECOND_US, TimeRange, format_rfc3339
from vms.domain.user import Role
from vms.processes.app import Services
from vms.simulator.camera_spec import CameraSpec, Scene
from web.access.auth import Authority, session_cookie_name

CAMERAS = 16
FPS = 15
FRAME_US = SECOND_US // FPS
_PASSWORD = "kayuh baimbai 1526"
_USER = "peninjau"
_SCRIPTS = (
    Path(__file__).parents[2] / "browser" / "driving" / "frame_truth.js",
    Path(__file__).parents[1] / "review_probe.js",
)
_AGO_US = 10 * MINUTE_US
"""The footage ended so long ago: nothing of it grows any more."""


@dataclass(frozen=True, slots=True)
class ReviewSite:
    """A running portal and what it shows.

    Attributes:
        cameras: sixteen; the first has a main stream of 1280x720 and a second of 640x360, the others 640x360 alone.
        time: of which all of them have every frame, FPS a second, frame 0 at its start.
    """

    site: Installation
    cameras: tuple[Camera, ...]
    time: TimeRange

    @property
    def url(self) -> str:
        """Address of the portal."""
        return f"http://127.0.0.1:{self.site.settings.port}"

    def is_up(self) -> bool:
        """Tell whether the portal takes connections."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.site.settings.port)) == 0

    @property
    def middle_us(self) -> int:
        """An instant far from both ends of the footage."""
        return (self.time.start_us + self.time.end_us) // 2

    def sign_in(self, context: BrowserContext) -> None:
        """Give the context a session, and its pages the reader of frames."""
        with self.site.opened() as services:
            authority = Authority(services.storage, services.clock)
            token = authority.sign_in(_USER, _PASSWORD, address="127.0.0.1").token
        context.add_cookies(
            [{"name": session_cookie_name(self.site.settings), "value": token, "url": self.url}]
        )
        for script in _SCRIPTS:
            context.add_init_script(path=script)

    def address(self, count: int, at_us: int, more: str = "") -> str:
        """Return the address of the first `count` cameras at an instant, in full mode."""
        ids = ",".join(str(camera.id) for camera in self.cameras[:count])
        return f"{self.url}/playback?cam={ids}&t={format_rfc3339(at_us)}&mode=full{more}"

    def open(self, context: BrowserContext, count: int, at_us: int, more: str = "") -> Page:
        """Open the page in a new tab and wait until every tile shows the instant."""
        page = context.new_page()
        page.goto(self.address(count, at_us, more))
        page.wait_for_function(
            "([count, at_us]) => reviewProbe.areAllNear(count, at_us)", arg=[count, at_us], timeout=60_000
        )
        return page


@contextmanager
def review_site(folder: Path, scale: Scale) -> Iterator[ReviewSite]:
    """Write the footage and its pictures, and run the portal while the block lasts."""
    with installation(folder, cameras=1, settings={"VMS_SEGMENT_SECONDS": "60"}) as site:
        with site.opened() as services:
            cameras = tuple(_add_camera(services.storage, number) for number in range(1, CAMERAS + 1))
            end_us = services.clock.now_us() - _AGO_US
            time = TimeRange(end_us - round(scale.review_minutes * MINUTE_US), end_us)
            write_past_runs(services.storage, [run for camera in cameras for run in _runs(camera, time)])
            PictureMaker(services.storage, interval_seconds=10).run_once()
            _add_user(services)
        with site.running("up"):
            made = ReviewSite(site, cameras, time)
            wait_until(made.is_up, seconds=60, what="the portal")
            yield made


def _add_camera(storage: Storage, number: int) -> Camera:
    nowhere = StreamUrl("rtsp://127.0.0.1:9/none")
    return storage.cameras.add(
        CameraDraft(
            name=f"Kamera {number:02}",
            main_url=nowhere,
            sub_url=StreamUrl("rtsp://127.0.0.1:9/none/sub") if number == 1 else None,
            place="Siring",
            purpose="measurement",
            retention_days=30,
            is_enabled=False,
        )
    )


def _runs(camera: Camera, time: TimeRange) -> Iterator[PastRun]:
    for stream in camera.streams:
        is_large = stream.role is StreamRole.MAIN and len(camera.streams) > 1
        spec = CameraSpec(
            name=camera.name,
            path=f"kamera-{camera.id}",
            number=camera.id,
            width=1280 if is_large else 640,
            height=720 if is_large else 360,
            scene=list(Scene)[camera.id % len(Scene)],
        )
        yield PastRun(stream, spec, time, FPS)


def _add_user(services: Services) -> None:
    digest = Authority(services.storage, services.clock).hash_password(_PASSWORD)
    services.storage.users.add(name=_USER, full_name="Peninjau", role=Role.ADMIN, password_hash=digest)
