"""A whole small installation with real footage: SQLite, one volume, files that ffmpeg made, and the web in front."""

import functools
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from playback.exports.export_worker import ExportWorker
from playback.pictures.snapshot import Snapshots
from playback.stream.footage import Footage
from playback.stream.segment_source import SegmentSource, name_of
from storage.footage.index_writer import IndexBatch
from storage.open import Storage, open_storage
from storage.recovery.nightly_backup import NightlyBackup, note_nightly_backup
from storage.volumes.segment_paths import SegmentName, incoming_path, segment_path
from tests.support.databases import make_database
from tests.support.footage import NOON_US, SteppedClock, draft
from vms.domain.camera import Camera, Stream, StreamRole
from vms.domain.segment import ClockTrust, FinishedSegment, InitRecord, Run, RunEnd, SegmentFlag
from vms.domain.time import TimeRange
from vms.domain.user import Role, User
from vms.domain.volume import Volume
from vms.host.settings import Settings
from vms.media.fragment_table import FragmentTable, encode
from vms.media.fragments import walk_fragments
from vms.media.init_segment import InitSegment, read_init
from web.access.auth import Authority, password_hasher, session_cookie_name
from web.app import create_app
from web.http import csrf
from web.http.state import WebServices

PASSWORD = "sungai martapura mengalir"
_EVER = TimeRange(0, 4_000_000_000_000_000)


@dataclass
class Site:
    """An installation under one folder; the clock moves only when told to."""

    root: Path
    clock: SteppedClock
    storage: Storage
    settings: Settings
    volume: Volume
    footage: Footage
    snapshots: Snapshots

    @property
    def services(self) -> WebServices:
        return WebServices(
            settings=self.settings,
            storage=self.storage,
            clock=self.clock,
            footage=self.footage,
            snapshots=self.snapshots,
            version="0.0.0+test",
        )

    def let_commands_find_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let commands that a test calls in this process open this installation, with its key."""
        key = self.settings.data_dir / "secret.key"
        key.write_bytes(bytes(32))
        key.chmod(0o600)
        monkeypatch.setenv("VMS_DATA_DIR", str(self.settings.data_dir))

    def worker(self, *, keep_hours: int = 72) -> ExportWorker:
        return ExportWorker(
            self.storage,
            self.footage,
            self.clock,
            root=self.settings.data_dir / "exports",
            zone=self.services.zone,
            version="0.0.0+test",
            keep_hours=keep_hours,
        )

    def add_camera(self, name: str = "Siring Menara Pandang", **changes: object) -> Camera:
        return self.storage.cameras.add(draft(name, sub_url=None, **changes))

    def add_user(self, name: str, role: Role, *cameras: Camera) -> User:
        return self.storage.users.add(
            name=name,
            full_name=name.title(),
            role=role,
            camera_ids=frozenset(camera.id for camera in cameras),
            password_hash=password_digest(),
        )

    def record(
        self,
        camera: Camera,
        folder: Path,
        *,
        start_us: int = NOON_US,
        files: int | None = None,
        closed: bool = True,
    ) -> Run:
        """Publish and index the files of one run as the recorder would, and return the run.

        Args:
            camera: its main stream. folder: files that `tests.support.recordings.record` made.
            start_us: wall time of the first frame.
            files: how many are published; the others stay in incoming/ as the run's growing part.
            closed: whether the run has ended.
        """
        stream = main_stream(camera)
        run = Run(0, uuid4(), stream.id, self.volume.id, start_us, 0, ClockTrust.SYNCED, "9.0.2")
        finished: list[FinishedSegment] = []
        paths = sorted(folder.glob("*.mp4"))
        published = len(paths) if files is None else files
        for seq, path in enumerate(paths):
            incoming = Path(self.volume.path) / incoming_path(run.uuid, seq)
            incoming.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, incoming)
            if seq < published:
                segment = self._publish(run, stream, seq, incoming, start_us)
                start_us = segment.start_us + segment.duration_us
                finished.append(segment)
        if closed:
            run = replace(run, end_us=start_us, end_reason=RunEnd.STOP)
        self.storage.index_writer.commit(IndexBatch(runs=(run,), segments=tuple(finished)))
        for segment in finished:
            (Path(self.volume.path) / (segment.incoming_path or "")).unlink()
        stored = self.storage.segments.run_by_uuid(run.uuid)
        assert stored is not None
        return stored

    def growing_file(self, run: Run, seq: int) -> Path:
        return Path(self.volume.path) / incoming_path(run.uuid, seq)

    def segment_file(self, camera: Camera, number: int) -> Path:
        """The file of the camera's segment with that number in time order."""
        stream = main_stream(camera)
        segment = self.storage.segments.covering(stream.id, _EVER)[number]
        return Path(self.volume.path) / segment_path(stream.uuid, name_of(segment))

    def _publish(self, run: Run, stream: Stream, seq: int, incoming: Path, start_us: int) -> FinishedSegment:
        init, table = read_table(incoming)
        data = incoming.read_bytes()
        digest = hashlib.sha256(data).digest()
        name = SegmentName(start_us, table.duration_us, table.duration_us, run.short, seq, digest)
        relative = segment_path(stream.uuid, name)
        final = Path(self.volume.path) / relative
        final.parent.mkdir(parents=True, exist_ok=True)
        os.link(incoming, final)
        return FinishedSegment(
            run_uuid=run.uuid,
            stream_id=stream.id,
            volume_id=run.volume_id,
            start_us=start_us,
            duration_us=table.duration_us,
            media_us=table.duration_us,
            size_bytes=len(data),
            seq=seq,
            flags=SegmentFlag.NONE,
            sha256=digest,
            fragments=encode(table.fragments, table.timescale),
            init=InitRecord(
                0, init.sha256, init.codec, init.rfc6381, init.width, init.height, init.timescale, init.data
            ),
            relative_path=relative,
            incoming_path=incoming_path(run.uuid, seq),
        )


@functools.cache
def password_digest() -> str:
    """Return the digest of everybody's password, which takes a tenth of a second to make."""
    return password_hasher().hash(PASSWORD)


def main_stream(camera: Camera) -> Stream:
    stream = camera.stream(StreamRole.MAIN)
    assert stream is not None
    return stream


def read_table(path: Path) -> tuple[InitSegment, FragmentTable]:
    """Return a recorded file's init segment and its fragments."""
    fd = os.open(path, os.O_RDONLY)
    try:
        init = read_init(fd)
        walk = walk_fragments(fd, os.fstat(fd).st_size, len(init.data), init)
    finally:
        os.close(fd)
    return init, FragmentTable(init.timescale, walk.fragments)


@contextmanager
def open_site(root: Path) -> Iterator[Site]:
    """Make an installation in an empty folder and close it at the end."""
    (root / "data").mkdir()
    (root / "volume").mkdir()
    url = f"sqlite:///{root / 'data' / 'siring.db'}"
    make_database(url)
    clock = SteppedClock()
    storage = open_storage(url, clock, secret_key=bytes(32))
    note_nightly_backup(storage.database, NightlyBackup(clock.now_us()))
    try:
        footage = Footage(storage, SegmentSource(storage), clock)
        yield Site(
            root=root,
            clock=clock,
            storage=storage,
            settings=Settings(data_dir=root / "data"),
            volume=storage.volumes.add(str(root / "volume")),
            footage=footage,
            snapshots=Snapshots(storage, footage),
        )
    finally:
        storage.close()


@contextmanager
def browser(site: Site, user: User | None = None) -> Iterator[TestClient]:
    """A browser at the site's web, signed in as `user`; its CSRF token is sent along."""
    app = create_app(site.services)
    with TestClient(app, base_url="http://siring.test", raise_server_exceptions=False) as client:
        if user is not None:
            sign_in(client, site, user)
        yield client


def sign_in(client: TestClient, site: Site, user: User) -> None:
    """Give the client a session of that person."""
    session = Authority(site.storage, site.clock).begin(user, address="testclient")
    client.cookies.set(session_cookie_name(site.settings), session.token)
    client.headers["X-CSRF-Token"] = csrf.token_for(session.token)
