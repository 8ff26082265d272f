"""Pictures of moments, from packs and from the footage itself."""

import io
import os
import threading
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from playback.pictures.maker import PictureMaker
from storage.volumes.segment_paths import pack_path
from storage.volumes.volume_pool import Work
from tests.support.deadline import wait_until
from tests.support.footage import NOON_US
from tests.support.recorded_site import Site, browser, main_stream
from vms.domain.camera import Camera
from vms.domain.time import HOUR_US, MINUTE_US, SECOND_US
from vms.domain.user import Role
from vms.media.picture_pack import append_pictures


def picture_url(camera: Camera, at_us: int, **options: int) -> str:
    return f"/api/v1/cameras/{camera.id}/picture?at={at_us}" + "".join(
        f"&{k}={v}" for k, v in options.items()
    )


def decoded(jpeg: bytes) -> NDArray[np.uint8]:
    with av.open(io.BytesIO(jpeg), "r", format="mjpeg") as container:
        return next(container.decode(video=0)).to_ndarray(format="gray").astype(np.uint8)


def frame_of(folder: Path, number: int) -> NDArray[np.uint8]:
    """The run's frame with that number, decoded from the recorded files by themselves."""
    for file in sorted(folder.glob("*.mp4")):
        with av.open(str(file), "r", format="mp4") as container:
            for frame in container.decode(video=0):
                if number == 0:
                    return frame.to_ndarray(format="gray").astype(np.uint8)
                number -= 1
    raise AssertionError(number)


def pack(site: Site, camera: Camera, *pictures: tuple[int, bytes], hour_us: int = NOON_US) -> None:
    path = Path(site.volume.path) / pack_path(main_stream(camera).uuid, hour_us)
    path.parent.mkdir(parents=True, exist_ok=True)
    fd = os.open(path, os.O_RDWR | os.O_CREAT)
    append_pictures(fd, pictures)
    os.close(fd)


def test_picture_from_the_pack_is_the_newest_before_the_moment(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run)
    pack(site, camera, (NOON_US, b"\xff\xd8 first"), (NOON_US + 10 * SECOND_US, b"\xff\xd8 second"))
    with browser(site, site.add_user("camat", Role.VIEWER, camera)) as client:
        first = client.get(picture_url(camera, NOON_US + 9 * SECOND_US))
        second = client.get(picture_url(camera, NOON_US + 11 * SECOND_US))
    assert (first.content, second.content) == (b"\xff\xd8 first", b"\xff\xd8 second")
    assert first.headers["x-picture-until-us"] == str(NOON_US + 10 * SECOND_US)
    assert "x-picture-until-us" not in second.headers
    assert second.headers["x-picture-time-us"] == str(NOON_US + 10 * SECOND_US)
    assert second.headers["content-type"] == "image/jpeg"


def test_picture_after_the_moment_stands_for_it_where_none_is_before(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run)
    pack(site, camera, (NOON_US + 4 * SECOND_US, b"\xff\xd8 first"))
    with browser(site, site.add_user("camat", Role.VIEWER, camera)) as client:
        answer = client.get(picture_url(camera, NOON_US + SECOND_US))
    assert answer.content == b"\xff\xd8 first"
    assert answer.headers["x-picture-time-us"] == str(NOON_US + 4 * SECOND_US)


def test_picture_from_beyond_a_gap_does_not_stand_for_footage(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run)
    later_us = NOON_US + 30 * SECOND_US
    site.record(camera, h264_run, start_us=later_us)
    pack(
        site,
        camera,
        (NOON_US + 20 * SECOND_US, b"\xff\xd8 before"),
        (later_us + 6 * SECOND_US, b"\xff\xd8 after"),
    )
    with browser(site, site.add_user("camat", Role.VIEWER, camera)) as client:
        recorded = client.get(picture_url(camera, later_us + SECOND_US))
        missing = client.get(picture_url(camera, later_us - SECOND_US))
    assert recorded.content == b"\xff\xd8 after"
    assert missing.content == b"\xff\xd8 before"


def test_picture_of_the_hour_before_stands_for_the_first_seconds_of_an_hour(
    site: Site, h264_run: Path
) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run, start_us=NOON_US - 10 * SECOND_US)
    pack(site, camera, (NOON_US - 5 * SECOND_US, b"\xff\xd8 eleven"), hour_us=NOON_US - HOUR_US)
    with browser(site, site.add_user("camat", Role.VIEWER, camera)) as client:
        alone = client.get(picture_url(camera, NOON_US + 3 * SECOND_US))
        pack(site, camera, (NOON_US + 5 * SECOND_US, b"\xff\xd8 noon"))
        beside = client.get(picture_url(camera, NOON_US + 3 * SECOND_US))
        later = client.get(picture_url(camera, NOON_US + 6 * SECOND_US))
    assert (alone.content, beside.content) == (b"\xff\xd8 eleven", b"\xff\xd8 eleven")
    assert later.content == b"\xff\xd8 noon"


def test_packed_pictures_cost_no_permits(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run)
    pack(site, camera, (NOON_US, b"\xff\xd8 first"))
    with browser(site, site.add_user("camat", Role.VIEWER, camera)) as client:
        codes = {client.get(picture_url(camera, NOON_US + n)).status_code for n in range(80)}
    assert codes == {200}


def test_picture_is_kept_by_the_browser_once_no_other_can_take_its_place(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run)
    site.clock.advance(30)
    pack(site, camera, (NOON_US, b"\xff\xd8 first"))
    with browser(site, site.add_user("camat", Role.VIEWER, camera)) as client:
        fresh = client.get(picture_url(camera, NOON_US + SECOND_US))
        pack(site, camera, (NOON_US + 10 * SECOND_US, b"\xff\xd8 second"))
        final = client.get(picture_url(camera, NOON_US + SECOND_US))
    assert (fresh.headers["cache-control"], fresh.headers["vary"]) == ("no-store", "Cookie")
    assert final.headers["cache-control"] == "private, max-age=3600, immutable"


def test_pictures_added_to_a_pack_are_seen_at_once(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run)
    pack(site, camera, (NOON_US, b"\xff\xd8 first"))
    with browser(site, site.add_user("camat", Role.VIEWER, camera)) as client:
        client.get(picture_url(camera, NOON_US + 11 * SECOND_US))
        pack(site, camera, (NOON_US + 10 * SECOND_US, b"\xff\xd8 second"))
        assert client.get(picture_url(camera, NOON_US + 11 * SECOND_US)).content == b"\xff\xd8 second"


def test_without_a_pack_the_keyframe_before_the_moment_is_decoded(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run)
    at_us = NOON_US + 12 * SECOND_US + 480_000
    with browser(site, site.add_user("camat", Role.VIEWER, camera)) as client:
        answer = client.get(picture_url(camera, at_us, width=320)).raise_for_status()
    assert answer.headers["x-picture-time-us"] == str(NOON_US + 12 * SECOND_US)
    difference = np.abs(decoded(answer.content).astype(int) - frame_of(h264_run, 12 * 25)).mean()
    assert difference < 6


def test_exact_picture_is_the_very_frame(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run)
    at_us = NOON_US + 12 * SECOND_US + 490_000
    with browser(site, site.add_user("camat", Role.VIEWER, camera)) as client:
        answer = client.get(picture_url(camera, at_us, width=320, exact=1)).raise_for_status()
    assert answer.headers["x-picture-time-us"] == str(NOON_US + 12 * SECOND_US + 480_000)
    shown = decoded(answer.content).astype(int)
    wanted = np.abs(shown - frame_of(h264_run, 12 * 25 + 12)).mean()
    neighbour = np.abs(shown - frame_of(h264_run, 12 * 25 + 11)).mean()
    assert wanted < 6
    assert wanted < neighbour


def test_picture_of_footage_that_is_being_written(site: Site, h265_run: Path) -> None:
    camera = site.add_camera()
    site.record(camera, h265_run, files=0, closed=False)
    site.clock.advance(12)
    with browser(site, site.add_user("camat", Role.VIEWER, camera)) as client:
        answer = client.get(picture_url(camera, NOON_US + 5 * SECOND_US, width=640)).raise_for_status()
    assert decoded(answer.content).shape == (240, 320)
    assert answer.headers["cache-control"] == "no-store"


def test_moment_without_footage_has_no_picture(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run)
    with browser(site, site.add_user("camat", Role.VIEWER, camera)) as client:
        answer = client.get(picture_url(camera, NOON_US - MINUTE_US))
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "nothing-recorded")


def test_unchanged_picture_is_not_sent_again(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run)
    site.clock.advance(600)
    with browser(site, site.add_user("camat", Role.VIEWER, camera)) as client:
        first = client.get(picture_url(camera, NOON_US))
        again = client.get(picture_url(camera, NOON_US), headers={"If-None-Match": first.headers["etag"]})
    assert first.headers["cache-control"] == "private, max-age=3600, immutable"
    assert (again.status_code, again.content) == (304, b"")


def test_one_person_cannot_have_pictures_decoded_without_end(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run)
    with browser(site, site.add_user("camat", Role.VIEWER, camera)) as client:
        codes = {client.get(picture_url(camera, NOON_US)).status_code for _ in range(70)}
        site.clock.advance(1)
        after = client.get(picture_url(camera, NOON_US)).status_code
    assert codes == {200, 429}
    assert after == 200


def test_long_line_for_the_decoders_is_turned_away(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run)
    while site.snapshots._places.acquire(blocking=False):
        pass
    with browser(site, site.add_user("camat", Role.VIEWER, camera)) as client:
        answer = client.get(picture_url(camera, NOON_US))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")


def test_volume_that_hangs_keeps_no_pictures_of_others_from_being_made(site: Site, h264_run: Path) -> None:
    """failure mode 42: those of its own footage follow when it answers."""
    answered, hanging = threading.Event(), site.volume
    site.record(site.add_camera("Kantor Camat"), h264_run)
    (site.root / "other").mkdir()
    site.volume = site.storage.volumes.add(str(site.root / "other"))
    site.record(site.add_camera(), h264_run)
    maker = PictureMaker(site.storage, interval_seconds=10)
    site.storage.volume_pool.threads(hanging.id, Work.PICTURE).submit(answered.wait)
    made = maker.run_once()
    assert made
    assert list(Path(site.volume.path).rglob("*.pic"))
    assert not list(Path(hanging.path).rglob("*.pic"))
    answered.set()
    assert wait_until(maker.run_once, seconds=20, what="the other pictures") == made
