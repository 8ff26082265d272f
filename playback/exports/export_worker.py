"""Works off export jobs one at a time: claim, plan, protect the sources, make the files, publish them, say so.

A worker that dies leaves a claim that lapses, a lease that lapses and a partial folder; the next attempt begins anew.
"""

import logging
import os
import secrets
import threading
from pathlib import Path
from typing import Final

from playback.clips.clip_plan import CameraClip
from playback.clips.clip_planner import ClipPlanner, clip_stream
from playback.exports.export_folder import ExportFolder
from playback.exports.export_job import ExportJob, room_bytes, work_bytes
from playback.exports.source_check import SourceCheck
from playback.stream.footage import Footage
from storage.open import Storage
from vms.domain.camera import Camera
from vms.domain.errors import (
    Conflict,
    ExportCancelled,
    FootageAltered,
    NothingRecorded,
    VmsError,
    VolumeFull,
)
from vms.domain.export import Export, ExportState
from vms.domain.moments.site_time import SiteZone
from vms.domain.retention import Lease
from vms.domain.time import HOUR_US, MINUTE_US, SECOND_US, Clock

_log = logging.getLogger(__name__)

CLAIM_SECONDS: Final = 60
_LEASE_SECONDS: Final = 120
_RENEW_US: Final = 20 * SECOND_US
_REPORT_US: Final = SECOND_US // 2
_FRESH_US: Final = 2 * MINUTE_US
_CATCH_UP_SECONDS: Final = 10
_POLL_SECONDS: Final = 0.5


class ExportWorker:
    """Makes clips; one at a time is enough, because they are bound by the disk."""

    def __init__(
        self,
        storage: Storage,
        footage: Footage,
        clock: Clock,
        *,
        root: Path,
        zone: SiteZone,
        version: str,
        keep_hours: int,
    ) -> None:
        """Work on these.

        Args:
            storage, footage, clock: where jobs and footage are.
            root: folder of all exports. zone: of file names and manifests.
            version: of this software. keep_hours: how long a clip stays to be fetched.
        """
        self._storage = storage
        self._footage = footage
        self._clock = clock
        self._folder = ExportFolder(root)
        self._zone = zone
        self._version = version
        self._keep_us = keep_hours * HOUR_US
        self._name = f"worker-{os.getpid()}-{secrets.token_hex(4)}"
        self._stopping = threading.Event()

    def run_next(self) -> bool:
        """Take the oldest job, see it through, and return True; False where there is none."""
        export = self._storage.exports.claim_next(self._name, CLAIM_SECONDS)
        if export is None:
            return False
        _log.info("export begins", extra={"export": export.id, "attempt": export.attempts})
        try:
            self._run(export)
        except ExportCancelled:
            self._storage.exports.cancelled(export.id, self._name)
        except Conflict as error:
            _log.warning(
                "export was given to another worker", extra={"export": export.id, "error": str(error)}
            )
        except VmsError as error:
            self._fail(export, str(error))
        except OSError as error:
            self._fail(export, f"the clip could not be written: {error.strerror}")
        except Exception:  # noqa: BLE001  # boundary of the job: it must end as failed, not stay claimed
            _log.exception("export failed", extra={"export": export.id})
            self._fail(export, "the clip could not be made; the log says why")
        finally:
            self._folder.give_up(export)
        return True

    def expire_due(self) -> int:
        """Delete the files of clips whose time is over and return how many; their records stay."""
        due = self._storage.exports.due_to_expire()
        for export in due:
            self._folder.remove(export)
            self._storage.exports.expire(export.id)
            _log.info("export expired", extra={"export": export.id})
        return len(due)

    def remove_strays(self) -> int:
        """Remove what workers that died have left behind and return how many folders there were."""
        running = {e.token for e in self._storage.exports.list() if e.state is ExportState.RUNNING}
        return self._folder.remove_strays(running)

    def stop(self) -> None:
        """Let the job at hand end soon; it is taken up again from its beginning."""
        self._stopping.set()

    def _run(self, export: Export) -> None:
        cameras = [self._storage.cameras.get(camera_id) for camera_id in export.request.camera_ids]
        check = SourceCheck(
            self._storage, self._footage.source, self._zone, takes_altered=export.request.takes_altered
        )
        leases = [
            self._storage.leases.take(clip_stream(camera).id, export.request.time, _LEASE_SECONDS)
            for camera in cameras
        ]
        try:
            self._wait_for_recorder(export, cameras)
            self._make(export, cameras, leases, check)
        except FootageAltered:
            self._storage.exports.note_mismatches(export.id, self._name, check.found)
            raise
        finally:
            for lease in leases:
                self._storage.leases.drop(lease.id)

    def _make(self, export: Export, cameras: list[Camera], leases: list[Lease], check: SourceCheck) -> None:
        planner = ClipPlanner(self._storage, self._footage, self._clock)
        for camera in cameras:
            check.inspect(camera, export.request.time)
        clips = [planner.plan(camera, export.request.time) for camera in cameras]
        for camera, clip in zip(cameras, clips, strict=True):
            check.compare(camera, clip)
        if not any(clip.parts for clip in clips):
            raise NothingRecorded("there is no footage in the time asked for")
        self._check_room(clips)
        report = _Report(
            self._storage, self._clock, self._stopping, export, self._name, work_bytes(clips), leases
        )
        job = ExportJob(
            self._storage, self._footage, planner, self._clock, zone=self._zone, version=self._version
        )
        folder = self._folder.begin(export)
        delivery = job.make(export, cameras, clips, folder, report, check)
        report.now()
        self._storage.exports.note_mismatches(export.id, self._name, check.found)
        self._folder.publish(export)
        self._storage.exports.finish(
            export.id,
            self._name,
            file_name=delivery.file_name,
            file_bytes=delivery.size_bytes,
            sha256=delivery.sha256,
            expires_us=self._clock.now_us() + self._keep_us,
            clock=delivery.clock,
        )
        _log.info("export done", extra={"export": export.id, "bytes": delivery.size_bytes})

    def _check_room(self, clips: list[CameraClip]) -> None:
        needed, free = room_bytes(clips), self._folder.free_bytes()
        if needed > free:
            raise VolumeFull(
                f"the clip needs {needed // 1_000_000} MB and only {free // 1_000_000} MB are free: "
                "ask for less, or make room"
            )

    def _wait_for_recorder(self, export: Export, cameras: list[Camera]) -> None:
        """Wait a moment for footage that ends about now: its last second may still be on its way to disk."""
        end_us = export.request.time.end_us
        if end_us < self._clock.now_us() - _FRESH_US:
            return
        deadline_us = self._clock.monotonic_us() + _CATCH_UP_SECONDS * SECOND_US
        streams = [clip_stream(camera).id for camera in cameras]
        while self._clock.monotonic_us() < deadline_us:
            growing = [self._footage.growing_range(stream_id) for stream_id in streams]
            if all(range_ is None or range_.end_us >= end_us for range_ in growing):
                return
            self._storage.exports.keep(export.id, self._name, CLAIM_SECONDS)
            self._stopping.wait(_POLL_SECONDS)

    def _fail(self, export: Export, error: str) -> None:
        _log.warning("export failed", extra={"export": export.id, "error": error})
        try:
            self._storage.exports.fail(export.id, self._name, error)
        except Conflict:
            _log.warning("failed export was another worker's already", extra={"export": export.id})


class _Report:
    """Tells the database how far a job is, twice a second, and keeps its claim and leases alive."""

    def __init__(
        self,
        storage: Storage,
        clock: Clock,
        stopping: threading.Event,
        export: Export,
        worker: str,
        total: int,
        leases: list[Lease],
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._stopping = stopping
        self._export = export
        self._worker = worker
        self._total = total
        self._leases = leases
        self._done = 0
        self._reported_us = 0
        self._renewed_us = clock.monotonic_us()

    def __call__(self, done: int) -> None:
        """Note the bytes done; raises ExportCancelled or Conflict where the job must stop."""
        self._done = max(self._done, min(done, self._total))
        if self._clock.monotonic_us() - self._reported_us >= _REPORT_US:
            self.now()

    def now(self) -> None:
        """Tell the database at once."""
        self._reported_us = self._clock.monotonic_us()
        if self._stopping.is_set():
            raise Conflict("this worker is being stopped")
        self._storage.exports.progress(
            self._export.id,
            self._worker,
            done_bytes=self._done,
            total_bytes=self._total,
            seconds=CLAIM_SECONDS,
        )
        if self._reported_us - self._renewed_us >= _RENEW_US:
            self._renewed_us = self._reported_us
            for lease in self._leases:
                self._storage.leases.renew(lease.id, _LEASE_SECONDS)
