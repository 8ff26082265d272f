"""An installation whose index knows months of footage that has no files: what a timeline draws, and nothing that plays."""

import hashlib
import math
import random
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import sqlalchemy as sa
from playwright.sync_api import BrowserContext

from storage.footage.coverage import joined, rolled_up
from storage.open import Storage
from storage.schema.footage import init, outage, rollup, run, segment, span
from tests.support.installation import Installation, installation, main_stream
from vms.domain.bookmark import BookmarkContent
from vms.domain.camera import Camera, CameraDraft, OutageCause, Stream
from vms.domain.camera_address import StreamUrl
from vms.domain.segment import ClockTrust, Rollup, RunEnd, Span
from vms.domain.time import DAY_US, HOUR_US, MINUTE_US, SECOND_US, TimeRange, subtracted
from vms.domain.user import Role
from vms.media.fragment_table import encode
from vms.media.fragments import Fragment
from vms.processes.app import Services
from web.access.auth import Authority, session_cookie_name

NAMES = (
    ("Balai Kota", "Halaman depan"),
    ("Menara Pandang", "Siring Tendean"),
    ("Taman Kamboja", "Gerbang utara"),
    ("Puskesmas Pekauman", "Ruang tunggu"),
    *((f"Pasar {number}", "Lorong") for number in range(5, 17)),
)
_PASSWORD = "kayuh baimbai 1526"
_DAYS = 91
_FEW_DAYS = 9
_LONG_FILE_US = 10 * MINUTE_US
_SHORT_FILE_US = MINUTE_US
_BYTES_A_SECOND = 60_000


@dataclass(frozen=True, slots=True)
class Archive:
    """What the index holds.

    Attributes:
        cameras: sixteen. The first has footage for 91 days, and what was before was purged; the second was lost twice in
            the last hour; the third drops out every minute of one day; the fourth began three days ago. The others have
            nine days.
        end_us: when all footage ends.
        short_gap: 5 s without footage of the first camera, some days ago. minute_gap: 60 s of it, two months ago.
        lost, lost_short: of the second camera, 352 s and 8 s. shaky: the day of the third.
        hold: locked footage of the first two. marked_us: of the bookmark "Truk sampah masuk".
    """

    site: Installation
    url: str
    cameras: tuple[Camera, ...]
    end_us: int
    short_gap: TimeRange
    minute_gap: TimeRange
    lost: TimeRange
    lost_short: TimeRange
    shaky: TimeRange
    hold: TimeRange
    marked_us: int

    def sign_in(self, context: BrowserContext) -> None:
        """Give the context a session of the investigator's."""
        with self.site.opened() as services:
            authority = Authority(services.storage, services.clock)
            token = authority.sign_in("penyelidik", _PASSWORD, address="127.0.0.1").token
        context.add_cookies(
            [{"name": session_cookie_name(self.site.settings), "value": token, "url": self.url}]
        )


@contextmanager
def running_archive(folder: Path) -> Iterator[Archive]:
    """Fill an index and run the portal over it while the block lasts."""
    with installation(folder, cameras=1) as site:
        with site.opened() as services:
            archive = _filled(services, site)
        with site.running("web") as web:
            web.wait_for_output("Uvicorn running", seconds=120)
            yield archive


def _filled(services: Services, site: Installation) -> Archive:
    storage = services.storage
    end_us = services.clock.now_us() - 2 * SECOND_US

    def ago(minutes: float, seconds: float) -> TimeRange:
        start_us = end_us - round(minutes * MINUTE_US)
        return TimeRange(start_us, start_us + round(seconds * SECOND_US))

    day_minutes = 24 * 60
    short_gap, minute_gap = ago(3.3 * day_minutes, 5), ago(60.4 * day_minutes, 60)
    lost, lost_short = ago(30, 352), ago(50, 8)
    shaky = TimeRange(end_us - 6 * DAY_US, end_us - 5 * DAY_US)
    cameras = tuple(_add_camera(storage, *names) for names in NAMES)
    shaking = [
        TimeRange(at, at + 12 * SECOND_US) for at in range(shaky.start_us, shaky.end_us, 40 * SECOND_US)
    ]
    gaps: dict[int, list[TimeRange]] = {
        0: [minute_gap, ago(20.2 * day_minutes, 5 * 3600), short_gap],
        1: [lost_short, lost],
        2: [*shaking, ago(7, 70)],
        3: [ago(46.5, 7)],
    }
    days = {0: _DAYS, 1: 31, 2: 12, 3: 3}
    with storage.database.write() as connection:
        inserted = connection.execute(sa.insert(init).values(_INIT).returning(init.c.id))
        init_id = inserted.scalar_one()
    tables = _fragment_tables()
    for number, camera in enumerate(cameras):
        whole = TimeRange(end_us - days.get(number, _FEW_DAYS) * DAY_US, end_us)
        missing = sorted(gaps.get(number, []), key=lambda gap: gap.start_us)
        _write(storage, main_stream(camera), whole, missing, init_id, tables, is_purged=number == 0)
    hold = TimeRange(end_us - 38 * MINUTE_US, end_us - 8 * MINUTE_US)
    marked_us = end_us - 34 * MINUTE_US
    digest = Authority(storage, services.clock).hash_password(_PASSWORD)
    user = storage.users.add(name="penyelidik", full_name="Nurul Aini", role=Role.ADMIN, password_hash=digest)
    for camera in cameras[:2]:
        storage.holds.place(camera.id, hold, "Kasus 114/2025", "penyelidik", links_later=True)
    for at_us, title in (
        (marked_us, "Truk sampah masuk"),
        (end_us - 14 * MINUTE_US, "Rombongan tiba"),
        (end_us - 13 * MINUTE_US - 30 * SECOND_US, "Tas ditinggalkan"),
    ):
        storage.bookmarks.add(user.id, BookmarkContent((cameras[0].id,), TimeRange(at_us, at_us), title))
    url = f"http://127.0.0.1:{site.settings.port}"
    return Archive(
        site, url, cameras, end_us, short_gap, minute_gap, lost, lost_short, shaky, hold, marked_us
    )


def _add_camera(storage: Storage, name: str, place: str) -> Camera:
    return storage.cameras.add(
        CameraDraft(
            name=name,
            main_url=StreamUrl("rtsp://127.0.0.1:9/none"),
            place=place,
            purpose="test",
            retention_days=_DAYS,
            is_enabled=False,
        )
    )


def _write(
    storage: Storage,
    stream: Stream,
    whole: TimeRange,
    missing: Sequence[TimeRange],
    init_id: int,
    tables: Sequence[bytes],
    *,
    is_purged: bool,
) -> None:
    """Index the footage of one stream: a run for each span without a gap, files of minutes within it."""
    source = random.Random(stream.id)
    recorded = subtracted(whole, missing)
    volume_id = storage.volumes.list()[0].id
    with storage.database.write() as connection:
        for number, time in enumerate(recorded):
            row = {
                "uuid": uuid.uuid4(),
                "stream_id": stream.id,
                "volume_id": volume_id,
                "start_us": time.start_us,
                "anchor_us": 0,
                "trust": ClockTrust.SYNCED.value,
                "ffmpeg_version": "none",
                "end_us": time.end_us,
                "end_reason": RunEnd.TIMEOUT.value,
            }
            run_id = connection.execute(sa.insert(run).values(row).returning(run.c.id)).scalar_one()
            files = [
                Span(stream.id, start, end, run_id, _size(start, end, stream.id, source))
                for start, end in pairwise(_cuts(time, whole.end_us))
            ]
            connection.execute(sa.insert(span), [_values(part) for part in joined(files)])
            first_seq = 1 if is_purged and number == 0 else 0
            connection.execute(
                sa.insert(segment),
                [
                    _segment(file, seq, init_id, volume_id, tables)
                    for seq, file in enumerate(files, start=first_seq)
                ],
            )
        whole_runs = [Span(stream.id, t.start_us, t.end_us, n, 0) for n, t in enumerate(recorded)]
        sums = [
            {
                **_values(found),
                "size_bytes": _size(found.bucket_us, found.bucket_us + 900 * SECOND_US, stream.id, source),
            }
            for found in rolled_up(whole_runs)
        ]
        connection.execute(sa.insert(rollup), sums)
        lost = [
            {
                "stream_id": stream.id,
                "start_us": gap.start_us,
                "end_us": gap.end_us,
                "cause": OutageCause.UNREACHABLE.value,
                "detail": "",
            }
            for gap in missing
        ]
        if lost:
            connection.execute(sa.insert(outage), lost)


def _cuts(time: TimeRange, end_us: int) -> list[int]:
    """Return where files begin: the newest hours are cut finer, so that they have some activity."""
    fine_us = max(time.start_us, min(time.end_us, end_us - 3 * HOUR_US))
    coarse = range(time.start_us, fine_us, _LONG_FILE_US)
    return [*coarse, *range(fine_us, time.end_us, _SHORT_FILE_US), time.end_us]


def _size(start_us: int, end_us: int, seed: int, source: random.Random) -> int:
    """Return bytes of a file: more by day than by night, and bursts."""
    hours = start_us / HOUR_US
    swell = 0.5 + 0.3 * math.sin(hours / 24 * math.tau + seed) + 0.2 * math.sin(hours * 3 + seed)
    burst = source.random() ** 6 * 3
    return max(1000, round((end_us - start_us) / SECOND_US * _BYTES_A_SECOND * (0.2 + swell + burst)))


def _fragment_tables() -> list[bytes]:
    source = random.Random(7)
    tables: list[bytes] = []
    for _ in range(16):
        fragments: list[Fragment] = []
        offset = 800
        for second in range(60):
            size = round(_BYTES_A_SECOND * (0.3 + source.random() ** 4 * 3))
            fragments.append(
                Fragment(offset, size, second * 90_000, 90_000, True, size // 3, 15, second * 90_000)
            )
            offset += size
        tables.append(encode(fragments, 90_000))
    return tables


def _segment(
    file: Span, seq: int, init_id: int, volume_id: int, tables: Sequence[bytes]
) -> dict[str, object]:
    length_us = file.end_us - file.start_us
    return {
        "stream_id": file.stream_id,
        "start_us": file.start_us,
        "duration_us": length_us,
        "media_us": length_us,
        "size_bytes": file.size_bytes,
        "run_id": file.run_id,
        "seq": seq,
        "init_id": init_id,
        "init_bytes": 800,
        "volume_id": volume_id,
        "name_us": file.start_us,
        "flags": 0,
        "sha256": bytes(32),
        "fragments": tables[seq % len(tables)] if length_us == _SHORT_FILE_US else None,
    }


def _values(row: Span | Rollup) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


_INIT = {
    "sha256": hashlib.sha256(b"init").digest(),
    "codec": "h264",
    "rfc6381": "avc1.42e01e",
    "width": 640,
    "height": 360,
    "timescale": 90_000,
    "data": b"init",
}
