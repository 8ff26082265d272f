"""A volume that answers nobody: what lies on it is unavailable, and everything else goes on."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.volumes.volume_pool import Work
from tests.support.footage import NOON_US
from tests.support.recorded_site import Site, browser, main_stream
from vms.domain.time import MINUTE_US
from vms.domain.user import Role


@contextmanager
def volume_that_hangs(site: Site) -> Iterator[None]:
    """Let as many threads read from the site's volume as may, and none of them come back."""
    answered, inside = threading.Event(), threading.Barrier(Work.READ.threads + 1)

    def read() -> None:
        inside.wait(timeout=10)
        answered.wait(timeout=60)

    for _ in range(Work.READ.threads):
        site.storage.volume_pool.threads(site.volume.id, Work.READ).submit(read)
    inside.wait(timeout=10)
    try:
        yield
    finally:
        answered.set()


def test_portal_works_while_a_volume_hangs(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    run = site.record(camera, h264_run, files=2, closed=False)
    site.clock.advance(26)
    media = f"/api/v1/cameras/{camera.id}/media/{main_stream(camera).id}/{run.id}-0-0.mp4"
    timeline = f"/api/v1/cameras/{camera.id}/timeline?from={NOON_US}&to={NOON_US + MINUTE_US}"
    paths = ("/", "/playback", "/healthz", timeline)
    with browser(site, site.add_user("camat", Role.VIEWER, camera)) as client:
        with volume_that_hangs(site):
            told = client.get(media)
            assert [client.get(path).status_code for path in paths] == [200] * len(paths)
            known = client.get(timeline).json()["spans"][0]
        again = client.get(media)
    assert (told.status_code, told.json()["error"]["code"]) == (503, "volume-unavailable")
    assert told.headers["retry-after"]
    assert known[0] == NOON_US, "the index knows it"
    assert again.status_code == 200
