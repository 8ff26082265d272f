"""Playlists and the bytes behind them, from real footage."""

import asyncio
import io
import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urljoin

import av
import sqlalchemy as sa
from starlette.requests import Request
from starlette.testclient import TestClient
from starlette.types import Message

from playback.stream.segment_source import OpenedMedia
from storage.footage.index_writer import IndexBatch
from storage.schema.footage import segment as table
from storage.volumes.volume_pool import VolumePool, Work
from tests.support.deadline import wait_until
from tests.support.direct_call import never
from tests.support.footage import NOON_US
from tests.support.recorded_site import Site, browser, main_stream
from vms.domain.camera import Camera
from vms.domain.time import MINUTE_US, SECOND_US, TimeRange
from vms.domain.user import Role
from web.http.range_response import RangeResponse
from web.http.state import Call


def playlist_url(camera: Camera, name: str, start_us: int, end_us: int | None) -> str:
    until = "" if end_us is None else f"&to={end_us}"
    return f"/api/v1/cameras/{camera.id}/{name}.m3u8?from={start_us}{until}"


def fetch_whole(client: TestClient, url: str) -> list[bytes]:
    """Return what a player would append, one byte string for each part between discontinuities."""
    text = client.get(url).raise_for_status().text
    parts: list[bytes] = []
    length = offset = 0
    for line in text.splitlines():
        if line.startswith("#EXT-X-MAP"):
            uri = re.search(r'URI="([^"]+)"', line)
            part = re.search(r'BYTERANGE="(\d+)@(\d+)"', line)
            assert uri is not None
            headers = {"Range": f"bytes=0-{int(part[1]) - 1}"} if part else {}
            parts.append(client.get(urljoin(url, uri[1]), headers=headers).raise_for_status().content)
        elif line.startswith("#EXT-X-BYTERANGE"):
            length, offset = (int(number) for number in line.removeprefix("#EXT-X-BYTERANGE:").split("@"))
        elif not line.startswith("#"):
            answer = client.get(
                urljoin(url, line), headers={"Range": f"bytes={offset}-{offset + length - 1}"}
            )
            assert answer.status_code == 206
            assert len(answer.content) == length
            parts[-1] += answer.content
    return parts


def decoded_frames(data: bytes) -> int:
    with av.open(io.BytesIO(data), "r", format="mp4") as container:
        return sum(1 for _ in container.decode(video=0))


def test_playlist_gives_every_recorded_frame_once(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run)
    site.clock.advance(60)
    with browser(site, site.add_user("walikota", Role.VIEWER, camera)) as client:
        found = fetch_whole(client, playlist_url(camera, "media", NOON_US, NOON_US + MINUTE_US))
    assert len(found) == 1
    assert decoded_frames(found[0]) == 625


def test_playlist_crosses_a_change_of_codec_with_map_and_discontinuity(
    site: Site, h264_run: Path, h265_run: Path
) -> None:
    """failure mode 12: H.264 to H.265 mid-day, the playlist part"""
    camera = site.add_camera()
    site.record(camera, h264_run)
    site.record(camera, h265_run, start_us=NOON_US + 30 * SECOND_US)
    site.clock.advance(120)
    with browser(site, site.add_user("walikota", Role.VIEWER, camera)) as client:
        url = playlist_url(camera, "media", NOON_US, NOON_US + MINUTE_US)
        text = client.get(url).text
        found = fetch_whole(client, url)
        codecs = client.get(playlist_url(camera, "playlist", NOON_US, NOON_US + MINUTE_US)).text
    assert text.count("#EXT-X-DISCONTINUITY") == 1
    assert text.count("#EXT-X-MAP") == 2
    assert [decoded_frames(part) for part in found] == [625, 300]
    assert re.search(r'CODECS="avc1\.[0-9a-f]{6},hvc1\.[^"]+"', codecs)


def test_iframe_playlist_holds_decodable_keyframes(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run)
    site.clock.advance(60)
    with browser(site, site.add_user("walikota", Role.VIEWER, camera)) as client:
        url = playlist_url(camera, "iframes", NOON_US, NOON_US + MINUTE_US)
        assert "#EXT-X-I-FRAMES-ONLY" in client.get(url).text
        text = client.get(url).text
        init = client.get(urljoin(url, re.findall(r'URI="([^"]+)"', text)[0])).content
        length, offset = re.findall(r"BYTERANGE:(\d+)@(\d+)", text)[3]
        media = [line for line in text.splitlines() if not line.startswith("#")][3]
        headers = {"Range": f"bytes={offset}-{int(offset) + int(length) - 1}"}
        picture = client.get(urljoin(url, media), headers=headers).content
    assert text.count("#EXTINF") == 25
    assert decoded_frames(init + picture) == 1


def test_following_playlist_grows_with_the_file_and_keeps_its_numbers(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    run = site.record(camera, h264_run, files=1, closed=False)
    growing = site.growing_file(run, 1)
    whole = growing.read_bytes()
    site.growing_file(run, 2).unlink()
    growing.write_bytes(whole[: len(whole) // 2])
    site.clock.advance(15)
    with browser(site, site.add_user("operator", Role.OPERATOR, camera)) as client:
        url = playlist_url(camera, "media", NOON_US + 8 * SECOND_US, None)
        before = client.get(url).text
        growing.write_bytes(whole)
        after = client.get(url).text
        frames = decoded_frames(fetch_whole(client, url)[0])
    assert "#EXT-X-ENDLIST" not in before
    assert after.startswith(before)
    assert after.count("#EXTINF") > before.count("#EXTINF")
    assert frames == 12 * 25


def test_following_playlist_is_the_same_after_the_file_was_indexed(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    first = site.record(camera, h264_run, files=1, closed=False)
    site.growing_file(first, 2).unlink()
    site.clock.advance(15)
    with browser(site, site.add_user("operator", Role.OPERATOR, camera)) as client:
        url = playlist_url(camera, "media", NOON_US + 8 * SECOND_US, None)
        before = client.get(url).text
        stream = main_stream(camera)
        segment = site._publish(first, stream, 1, site.growing_file(first, 1), NOON_US + 10 * SECOND_US)
        site.storage.index_writer.commit(IndexBatch(segments=(segment,)))
        site.growing_file(first, 1).unlink()
        assert client.get(url).text == before


def test_finished_footage_may_be_kept_and_growing_footage_not(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    run = site.record(camera, h264_run, files=2, closed=False)
    stream = main_stream(camera)
    with browser(site, site.add_user("operator", Role.OPERATOR, camera)) as client:
        base = f"/api/v1/cameras/{camera.id}/media/{stream.id}/{run.id}"
        finished = client.get(f"{base}-0-0.mp4", headers={"Range": "bytes=0-99"})
        growing = client.get(f"{base}-2-0.mp4", headers={"Range": "bytes=0-99"})
        beyond = client.get(f"{base}-0-0.mp4", headers={"Range": "bytes=99999999-"})
    assert finished.status_code == growing.status_code == 206
    assert "immutable" in finished.headers["cache-control"]
    assert "private" in finished.headers["cache-control"]
    assert finished.headers["etag"]
    assert growing.headers["cache-control"] == "no-store"
    assert beyond.status_code == 416


def test_footage_purged_between_playlist_and_request_is_gone(site: Site, h264_run: Path) -> None:
    """failure mode 35: 410, and the next playlist goes on without it"""
    camera = site.add_camera()
    site.record(camera, h264_run)
    site.clock.advance(60)
    with browser(site, site.add_user("walikota", Role.VIEWER, camera)) as client:
        url = playlist_url(camera, "media", NOON_US, NOON_US + MINUTE_US)
        media = [line for line in client.get(url).text.splitlines() if not line.startswith("#")]
        purge_first(site, camera)
        gone = client.get(urljoin(url, media[0]))
        left = [line for line in client.get(url).text.splitlines() if not line.startswith("#")]
    assert (gone.status_code, gone.json()["error"]["code"]) == (410, "purged")
    assert left == [line for line in media if line != media[0]]


def test_response_that_has_begun_outlives_a_purge(site: Site, h264_run: Path) -> None:
    """failure mode 35: purge while a piece is being sent"""
    camera = site.add_camera()
    run = site.record(camera, h264_run)
    whole = site.segment_file(camera, 0).read_bytes()
    stream = main_stream(camera)
    opened = site.footage.source.open_media(stream.id, run.id, 0)
    purge_first(site, camera)
    assert sent_body(opened) == whole


def test_answer_ends_with_the_client_that_it_is_for(tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(bytes(8_000_000))

    async def gone() -> Message:
        return {"type": "http.disconnect"}

    fd = os.open(path, os.O_RDONLY)
    sent = sent_body(OpenedMedia(fd, 8_000_000, is_growing=False, etag="", volume_id=1), gone)
    assert len(sent) < 1_000_000
    opened = Path(f"/proc/self/fd/{fd}")
    wait_until(lambda: opened.resolve() != path.resolve(), seconds=10, what="the end of the file")


def sent_body(opened: OpenedMedia, receive: Callable[[], Awaitable[Message]] = never) -> bytes:
    """Return what an ASGI server would send of an open file; it hears no more of its client by default."""
    scope = {"type": "http", "method": "GET", "headers": [], "path": "/", "query_string": b"", "state": {}}
    body = bytearray()

    async def send(message: Message) -> None:
        body.extend(message.get("body", b""))

    request: Call = Request(scope)
    pool = VolumePool()
    threads = pool.threads(opened.volume_id, Work.SEND)
    answer = RangeResponse(request, threads, opened.fd, opened.size, media_type="video/mp4")
    asyncio.run(answer(scope, receive, send))
    threads.submit(pool.close)
    return bytes(body)


def purge_first(site: Site, camera: Camera) -> None:
    """Delete the camera's first segment, row and file, as a purge would."""
    first = site.storage.segments.oldest(main_stream(camera).id)
    assert first is not None
    path = site.segment_file(camera, 0)
    with site.storage.database.write() as connection:
        connection.execute(sa.delete(table).where(table.c.run_id == first.run_id, table.c.seq == first.seq))
    path.unlink()


def test_missing_volume_is_unavailable_and_never_not_found(site: Site, h264_run: Path) -> None:
    """failure mode 22: reads answer 503 while the volume is away, and work again after"""
    camera = site.add_camera()
    run = site.record(camera, h264_run)
    volume = Path(site.volume.path)
    with browser(site, site.add_user("walikota", Role.VIEWER, camera)) as client:
        url = f"/api/v1/cameras/{camera.id}/media/{main_stream(camera).id}/{run.id}-0-0.mp4"
        volume.rename(volume.with_name("away"))
        away = client.get(url)
        volume.with_name("away").rename(volume)
        back = client.get(url)
    assert (away.status_code, away.json()["error"]["code"]) == (503, "volume-unavailable")
    assert back.status_code == 200


def test_truncated_file_is_skipped_once_it_was_met(site: Site, h264_run: Path) -> None:
    """failure mode 33: playback skips a truncated file inside the archive"""
    camera = site.add_camera()
    run = site.record(camera, h264_run)
    site.clock.advance(60)
    broken = site.segment_file(camera, 1)
    whole = broken.read_bytes()
    broken.write_bytes(whole[: len(whole) // 2])
    with browser(site, site.add_user("walikota", Role.VIEWER, camera)) as client:
        url = playlist_url(camera, "media", NOON_US, NOON_US + MINUTE_US)
        media = f"/api/v1/cameras/{camera.id}/media/{main_stream(camera).id}/{run.id}-1-0.mp4"
        met = client.get(media)
        found = fetch_whole(client, url)
    assert (met.status_code, met.json()["error"]["code"]) == (410, "damaged")
    assert len(found) == 2
    assert 375 < sum(decoded_frames(part) for part in found) < 625


def test_window_without_footage_says_so(site: Site) -> None:
    camera = site.add_camera()
    with browser(site, site.add_user("walikota", Role.VIEWER, camera)) as client:
        answer = client.get(playlist_url(camera, "media", NOON_US, NOON_US + MINUTE_US))
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "nothing-recorded")


def test_playlist_longer_than_a_day_is_refused(site: Site) -> None:
    camera = site.add_camera()
    with browser(site, site.add_user("walikota", Role.VIEWER, camera)) as client:
        answer = client.get(playlist_url(camera, "media", NOON_US, NOON_US + 25 * 60 * MINUTE_US))
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "to"


def test_timeline_joins_indexed_and_growing_footage(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run, files=2, closed=False)
    site.clock.advance(26)
    with browser(site, site.add_user("walikota", Role.VIEWER, camera)) as client:
        url = f"/api/v1/cameras/{camera.id}/timeline?from={NOON_US}&to={NOON_US + MINUTE_US}"
        found = client.get(url).json()
    assert found["spans"] == [[NOON_US, NOON_US + 25 * SECOND_US]]
    assert found["gaps"] == []
    assert found["known_until_us"] == NOON_US + 26 * SECOND_US
    assert sum(rate for _, rate in found["activity"]) > 0


def test_growing_footage_is_found_without_a_row(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run, files=0, closed=False)
    site.clock.advance(26)
    window = TimeRange(NOON_US, NOON_US + MINUTE_US)
    files = site.footage.files(main_stream(camera).id, window)
    assert [file.seq for file in files] == [0, 1, 2]
    assert files[-1].end_us == NOON_US + 25 * SECOND_US
