"""A camera's password reaches no argument list, log, error, page, database, export or file (SEC-19, SEC-20, SEC-21).

Nor does what was asked for behind the question mark of an address reach a log (COC-10).
"""

import contextlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest

from tests.support.deadline import wait_until
from tests.support.installation import ALL_TIME, CANARY, Installation, add_camera, installation, main_stream
from vms.domain.camera import CameraDraft
from vms.domain.camera_address import Credentials, Secret, parse_stream_url
from vms.domain.time import format_rfc3339
from vms.domain.user import Role
from web.access.auth import Authority, session_cookie_name

NEEDLES = tuple({CANARY.encode(), quote(CANARY, safe="").encode()})
PASSWORD = "a long enough password"
QUERY = "asked-8Kd2vM"
WEB_PATHS = (
    "/",
    "/cameras",
    "/cameras/1",
    "/cameras/1/edit",
    "/playback?cam=1",
    "/exports",
    "/api/v1/cameras",
    "/metrics",
    "/healthz",
    "/openapi.json",
    "/api/v1/cameras/1/timeline?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z",
    "/api/v1/cameras/999999",
    f"/cameras?q={QUERY}",
    f"/api/v1/cameras/1/timeline?from={QUERY}",
)


@contextlib.contextmanager
def watched_command_lines(seen: set[bytes]) -> Iterator[None]:
    """Collect every process's arguments, again and again, while the block lasts."""
    is_over = threading.Event()

    def look() -> None:
        while not is_over.wait(0.05):
            for entry in Path("/proc").iterdir():
                with contextlib.suppress(OSError):
                    seen.add((entry / "cmdline").read_bytes() if entry.name.isdigit() else b"")

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join()


def holders(folder: Path, needles: tuple[bytes, ...] = NEEDLES) -> list[str]:
    """Return the files below a folder that hold one of the needles, the canary where none are given."""
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and any(needle in path.read_bytes() for needle in needles)
    ]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path, cameras=2, settings={"VMS_LOG_LEVEL": "DEBUG"}) as made:
        yield made


def signed_in(site: Installation) -> httpx2.Client:
    with site.opened() as services:
        authority = Authority(services.storage, services.clock)
        services.storage.users.add(
            name="admin", full_name="Admin", role=Role.ADMIN, password_hash=authority.hash_password(PASSWORD)
        )
        token = authority.sign_in("admin", PASSWORD, address="127.0.0.1").token
    return httpx2.Client(
        base_url=f"http://127.0.0.1:{site.settings.port}", cookies={session_cookie_name(site.settings): token}
    )


def vms(site: Installation, *arguments: str) -> str:
    """Run a command and return all that it says, on both outputs."""
    done = subprocess.run(
        [sys.executable, "-m", "vms", *arguments],
        env=site.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.long
def test_a_camera_password_is_seen_nowhere(site: Installation) -> None:
    command_lines: set[bytes] = set()
    said: list[str] = []
    with site.opened() as services, watched_command_lines(command_lines):
        good = add_camera(services.storage, site, "balai-kota")
        wrong_path = site.urls["menara-pandang"].replace("menara-pandang", "no-such-path")
        services.storage.cameras.add(
            CameraDraft(
                name="wrong path",
                main_url=parse_stream_url(wrong_path)[0],
                credentials=Credentials("kamera", Secret(CANARY)),
                purpose="test",
                retention_days=1,
            )
        )
        with site.running("up") as up, signed_in(site) as client:
            up.wait_for_output("Uvicorn running", seconds=60)
            wait_until(
                lambda: services.storage.segments.covering(main_stream(good).id, ALL_TIME),
                seconds=60,
                what="a recorded segment",
            )
            said += [client.get(path, follow_redirects=True).text for path in WEB_PATHS]
            said += [vms(site, "camera", "test", "1"), vms(site, "camera", "test", "2")]
            said += [vms(site, "camera", "list", "--json"), vms(site, "doctor")]
            span = services.storage.segments.spans(main_stream(good).id, ALL_TIME)[0]
            start, end = (format_rfc3339(us) for us in (span.start_us, span.end_us))
            said.append(vms(site, "timeline", "1", "--json", "--from", start, "--to", end))
            site.fault("balai-kota", "refuse", status=401)
            wait_until(services.storage.segments.open_outages, seconds=60, what="a refused camera's outage")
            said += [client.get(path, follow_redirects=True).text for path in WEB_PATHS]
    assert len("".join(said)) > 5_000, "hardly anything was said, so nothing is shown"
    assert not [text for text in said if any(needle.decode() in text for needle in NEEDLES)]
    assert any(b"ffmpeg" in line and b"pipe:0" in line for line in command_lines), "no recording was seen"
    assert not [line for line in command_lines if any(needle in line for needle in NEEDLES)]
    # The simulated cameras' own knowledge of the password.
    assert holders(site.folder) == ["login.txt"]
    assert holders(site.folder, (QUERY.encode(),)) == []
