"""An installation whose portal runs and whose recorder does not: states of pages that a running city never shows."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from playwright.sync_api import Browser, Page

from storage.footage.index_writer import IndexBatch
from storage.open import Storage
from storage.recovery.nightly_backup import NightlyBackup, note_nightly_backup
from tests.browser.every_page.looks import WIDTHS, Look
from tests.support.deadline import wait_until
from tests.support.installation import Installation, installation, main_stream
from vms.domain.camera import Camera, CameraDraft, StreamState, StreamStatus
from vms.domain.camera_address import parse_stream_url
from vms.domain.time import HOUR_US, MINUTE_US
from vms.domain.user import Role
from web.access.auth import Authority, session_cookie_name

_PASSWORD = "baras banjar kuning"


@dataclass(frozen=True, slots=True)
class SilentSite:
    """The portal, two cameras, and people: "kosong" may see no camera, "baru" both, "wali" is an administrator."""

    site: Installation
    url: str
    cameras: tuple[Camera, Camera]

    def said(self, states: dict[Camera, StreamState], *, ago_us: int = 0) -> None:
        """Write what the recorder said last of some cameras; by default news that stay fresh for an hour."""
        with self.site.opened() as services:
            now_us = services.clock.now_us()
            updated_us = now_us - ago_us if ago_us else now_us + HOUR_US
            statuses = tuple(
                StreamStatus(
                    stream_id=main_stream(camera).id,
                    state=state,
                    since_us=now_us - 49 * MINUTE_US,
                    updated_us=updated_us,
                    last_media_us=updated_us if state is StreamState.RECORDING else now_us - 49 * MINUTE_US,
                )
                for camera, state in states.items()
            )
            services.storage.index_writer.commit(IndexBatch(statuses=statuses))

    @contextmanager
    def looking(self, chromium: Browser, name: str, look: Look, **more: bool) -> Iterator[Page]:
        """Open a page of that person's, in that look."""
        with self.site.opened() as services:
            _set_look(services.storage, name, look)
            token = (
                Authority(services.storage, services.clock)
                .sign_in(name, _PASSWORD, address="127.0.0.1")
                .token
            )
        with chromium.new_context(
            locale="id-ID",
            timezone_id="Asia/Makassar",
            viewport={"width": look.width, "height": WIDTHS[look.width]},
            reduced_motion="reduce",
            java_script_enabled=more.get("with_scripts", True),
        ) as context:
            context.add_cookies(
                [{"name": session_cookie_name(self.site.settings), "value": token, "url": self.url}]
            )
            yield context.new_page()


@dataclass(frozen=True, slots=True)
class HomeState:
    """One state of the first page.

    Attributes:
        person: who looks. states: what the recorder said of the two cameras. ago_us: how long ago; 0: just now.
        words: keys of what is to be read. path: of the page. touch: what is touched to get there, "" for nothing.
    """

    name: str
    person: str
    states: tuple[StreamState, StreamState]
    ago_us: int
    words: tuple[str, ...]
    path: str = "/"
    touch: str = ""

    def prepare(self, site: SilentSite) -> None:
        """Bring the installation into the state."""
        site.said(dict(zip(site.cameras, self.states, strict=True)), ago_us=self.ago_us)

    def show(self, page: Page, site: SilentSite) -> None:
        """Open the page in the state, which was prepared."""
        page.goto(f"{site.url}{self.path}")
        page.wait_for_function("() => document.fonts.status === 'loaded'")
        if self.touch:
            page.locator(self.touch).first.click()


HOME_STATES = (
    HomeState(
        "home-no-cameras",
        "kosong",
        (StreamState.RECORDING, StreamState.RECORDING),
        0,
        ("home.no_cameras", "home.no_cameras_more"),
    ),
    HomeState(
        "home-new-person",
        "baru",
        (StreamState.RECORDING, StreamState.RECORDING),
        0,
        ("home.nothing_watched", "home.no_favourites", "home.verdict_fine", "home.no_trouble"),
    ),
    HomeState(
        "home-trouble",
        "wali",
        (StreamState.BACKOFF, StreamState.AUTH),
        0,
        ("state.sentence_auth", "camera.check", "home.state"),
    ),
    HomeState(
        "home-recorder-down",
        "wali",
        (StreamState.RECORDING, StreamState.RECORDING),
        5 * MINUTE_US,
        ("home.recorder_down_safe", "home.recorder_down_admin", "home.verdict_down"),
    ),
    HomeState(
        "home-recorder-down-leader",
        "baru",
        (StreamState.RECORDING, StreamState.RECORDING),
        5 * MINUTE_US,
        ("home.recorder_down_safe", "home.recorder_down_other"),
    ),
    HomeState(
        "home-choosing-a-place",
        "wali",
        (StreamState.RECORDING, StreamState.BACKOFF),
        0,
        ("home.find", "home.time_forms"),
        touch="#place",
    ),
    HomeState(
        "home-choosing-favourites",
        "baru",
        (StreamState.RECORDING, StreamState.BACKOFF),
        0,
        ("home.choose_favourites", "home.last_footage"),
        touch=".choose summary",
    ),
    HomeState(
        "home-unreadable-time",
        "baru",
        (StreamState.RECORDING, StreamState.RECORDING),
        0,
        ("home.find", "home.time_forms"),
        path="/playback/find?cam=1&time=25.90",
    ),
)


@contextmanager
def silent_site(folder: Path) -> Iterator[SilentSite]:
    """Set up the installation, and run its portal while the block lasts."""
    settings = {"VMS_HELP_CONTACT": "Diskominfotik (0511) 555 0142"}
    with installation(folder, cameras=1, settings=settings) as site:
        with site.opened() as services:
            cameras = (
                _add_camera(services.storage, "Balai Kota", "Halaman depan", "Diskominfotik"),
                _add_camera(services.storage, "Puskesmas Pekauman", "Loket", "Dinas Kesehatan"),
            )
            note_nightly_backup(services.storage.database, NightlyBackup(services.clock.now_us()))
            digest = Authority(services.storage, services.clock).hash_password(_PASSWORD)
            for name, role, seen in (
                ("wali", Role.ADMIN, ()),
                ("kosong", Role.VIEWER, ()),
                ("baru", Role.VIEWER, cameras),
            ):
                services.storage.users.add(
                    name=name,
                    full_name=name.title(),
                    role=role,
                    camera_ids=frozenset(camera.id for camera in seen),
                    password_hash=digest,
                )
        url = f"http://127.0.0.1:{site.settings.port}"
        with site.running("web"):
            wait_until(lambda: _answers(site.settings.port), seconds=60, what="the portal")
            yield SilentSite(site, url, cameras)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            return True
    except OSError:
        return False


def _set_look(storage: Storage, name: str, look: Look) -> None:
    person = storage.users.by_name(name)
    assert person is not None
    storage.users.edit(replace(person, language=look.language, theme=look.theme))


def _add_camera(storage: Storage, name: str, place: str, agency: str) -> Camera:
    return storage.cameras.add(
        CameraDraft(
            name=name,
            main_url=parse_stream_url("rtsp://127.0.0.1:9/none")[0],
            place=place,
            agency=agency,
            purpose="test",
            retention_days=30,
        )
    )
