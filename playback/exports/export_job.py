"""One export from its plan to the files in its folder: copy, check, pack, describe."""

import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playback.clips.clip_check import check_clip
from playback.clips.clip_plan import CameraClip, ClipPart
from playback.clips.clip_planner import ClipPlanner
from playback.clips.clip_writer import ClipSource, Cut, WrittenClip, write_clip
from playback.exports.cover import FILE_NAME as COVER_NAME
from playback.exports.cover import cover_text, worst_trust
from playback.exports.file_names import FileNames
from playback.exports.manifest import FILE_NAME, ManifestCamera, ManifestFile, ManifestSource, manifest_text
from playback.exports.source_check import SourceCheck
from playback.exports.stored_zip import StoredZip, ZipEntry
from playback.stream.footage import Footage
from playback.stream.pieces import RecordedFile, decode_clocks
from storage.open import Storage
from vms.domain.camera import Camera
from vms.domain.errors import MalformedMedia, NothingRecorded, UnreadableSource
from vms.domain.export import Export, SourceProblem
from vms.domain.moments.site_time import SiteZone
from vms.domain.segment import ClockTrust, Run, Segment
from vms.domain.time import Clock, TimeRange

_UNFINISHED: Final = ".part"
_CHUNK: Final = 4 * 1024 * 1024
_ZIP_SHARE: Final = 4
"""Packing costs about a quarter of the copying in progress: the bytes are in memory already."""

Report = Callable[[int], None]
"""Told the bytes done so far; raises ExportCancelled where somebody asked the job to stop."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The file that people download, and how far its times can be trusted; manifest and cover lie beside it."""

    file_name: str
    size_bytes: int
    sha256: str
    clock: ClockTrust


@dataclass(frozen=True, slots=True)
class _Made:
    """A written part: its place on disk and what the manifest says of it."""

    path: Path
    described: ManifestFile


@dataclass(frozen=True, slots=True)
class _MadeCamera:
    """What was written of a camera, and the plan that it follows."""

    camera: Camera
    clip: CameraClip
    parts: tuple[_Made, ...]


@dataclass(frozen=True, slots=True)
class _Work:
    """What all parts of one export share."""

    export: Export
    folder: Path
    check: SourceCheck
    takes_crc32: bool
    names: FileNames


def work_bytes(clips: Sequence[CameraClip]) -> int:
    """Return the size of the work in the unit in which `ExportJob.make` reports."""
    total = max(1, sum(clip.estimated_bytes for clip in clips))
    return total + (total // _ZIP_SHARE if is_packed(clips) else 0)


def room_bytes(clips: Sequence[CameraClip]) -> int:
    """Return the most room that making the clips takes at any moment, in bytes, with some to spare."""
    total = sum(clip.estimated_bytes for clip in clips)
    largest = max((clip.estimated_bytes for clip in clips), default=0) if is_packed(clips) else 0
    return total + largest + total // 50 + 100_000_000


def is_packed(clips: Sequence[CameraClip]) -> bool:
    """Tell whether several files are delivered, which go into one ZIP."""
    return sum(len(clip.parts) for clip in clips) > 1


class ExportJob:
    """Makes one export's files in a folder; reports bytes, so that a cancel is noticed within a second."""

    def __init__(
        self,
        storage: Storage,
        footage: Footage,
        planner: ClipPlanner,
        clock: Clock,
        *,
        zone: SiteZone,
        version: str,
    ) -> None:
        """Read through these stores; `zone` and `version` go into names and the manifest."""
        self._storage = storage
        self._footage = footage
        self._planner = planner
        self._clock = clock
        self._zone = zone
        self._version = version

    def make(
        self,
        export: Export,
        cameras: Sequence[Camera],
        clips: Sequence[CameraClip],
        folder: Path,
        report: Report,
        check: SourceCheck,
    ) -> Delivery:
        """Write the clips and the manifest into the folder and return what is delivered.

        Args:
            export: the job. cameras, clips: what is delivered of which camera, in the order asked.
            folder: empty. report: see `Report`. check: learns which sources are not what was recorded.

        Raises:
            ExportCancelled: `report` raised it.
            FootageAltered: a source is not what was recorded, and the person did not choose to go on over that.
            NothingRecorded: no source can be read.
            Purged, VolumeUnavailable, IndexMismatch, MalformedMedia: a source cannot be opened.
            OSError: the folder cannot be written.
        """
        takes_crc32 = is_packed(clips) or export.request.takes_altered
        work = _Work(export, folder, check, takes_crc32, FileNames(export, self._zone))
        done = 0
        made: list[_MadeCamera] = []
        for camera, clip in zip(cameras, clips, strict=True):
            made.append(self._write_camera(work, camera, clip, _scaled(report, done, clip.estimated_bytes)))
            done += clip.estimated_bytes
        # All of it was read by now, so that a refusal names every file and not the first.
        check.require_allowed()
        files = [part for one in made for part in one.parts]
        if not files:
            raise NothingRecorded("none of the footage in the time asked for can be read")
        described = [
            ManifestCamera(
                one.camera,
                tuple(part.described for part in one.parts),
                one.clip.gaps,
                tuple(check.of(one.camera)),
            )
            for one in made
        ]
        made_us = self._clock.now_us()
        text = manifest_text(export, described, zone=self._zone, version=self._version, made_us=made_us)
        (folder / FILE_NAME).write_text(text, encoding="utf-8")
        cover = cover_text(export, described, zone=self._zone, made_us=made_us)
        (folder / COVER_NAME).write_text(cover, encoding="utf-8")
        clock = worst_trust(described)
        if len(files) == 1:
            file = files[0].described
            return Delivery(file.name, file.clip.size_bytes, file.sha256, clock)
        name = work.names.archive(cameras)
        size, sha256 = self._pack(
            folder / name, files, _scaled(report, done, max(1, done // _ZIP_SHARE)), made_us
        )
        return Delivery(name, size, sha256, clock)

    def _write_camera(
        self, work: _Work, camera: Camera, clip: CameraClip, progress: Callable[[int, int], None]
    ) -> _MadeCamera:
        """Write a camera's parts; without a file that is no video, where the person chose to go on over that.

        Raises:
            FootageAltered: they did not choose so.
        """
        without: set[int] = set()
        while True:
            written: list[_Made] = []
            try:
                for number, part in enumerate(clip.parts):
                    path = work.folder / work.names.clip(camera, part.time)
                    share = _share(progress, number, len(clip.parts))
                    written.append(_Made(path, self._write_part(work, camera, clip, part, path, share)))
            except UnreadableSource as error:
                broken = next(f for part in clip.parts for f in part.files if f.start_us == error.start_us)
                work.check.note(camera, broken.time, SourceProblem.UNREADABLE)
                work.check.require_allowed()
                without.add(broken.start_us)
                for path in [made.path for made in written] + list(work.folder.glob(f"*{_UNFINISHED}")):
                    work.names.free(path.name.removesuffix(_UNFINISHED))
                    path.unlink()
                clip = self._planner.plan(camera, work.export.request.time, without=without)
            else:
                return _MadeCamera(camera, clip, tuple(written))

    def _write_part(
        self,
        work: _Work,
        camera: Camera,
        clip: CameraClip,
        part: ClipPart,
        path: Path,
        progress: Callable[[int, int], None],
    ) -> ManifestFile:
        """Write one part; under another name until it is whole."""
        clocks = decode_clocks(part.files)
        # Read before the files are: what was published meanwhile was not compared with its digest, and does not carry it.
        segments = [self._storage.segments.find(clip.stream_id, file.run_id, file.seq) for file in part.files]
        sources = [self._source(*one) for one in zip(part.files, clocks, segments, strict=True)]
        cut = Cut(
            sources[0].presentation_at(part.time.start_us), sources[-1].presentation_at(part.time.end_us)
        )
        unfinished = path.with_name(f"{path.name}{_UNFINISHED}")
        fd = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
        try:
            written = write_clip(
                sources,
                cut,
                fd,
                title=camera.name,
                comment=str(camera.uuid),
                progress=progress,
                digest=True,
                checksum=work.takes_crc32,
            )
            check_clip(fd, written)
        finally:
            os.close(fd)
        unfinished.rename(path)
        if written.sha256 is None:
            raise MalformedMedia("the clip was written without a digest")
        for segment, read in zip(segments, written.source_sha256, strict=True):
            if segment is not None:
                work.check.note_digest(camera, segment, read)
        return ManifestFile(
            name=path.name,
            sha256=written.sha256.hex(),
            clip=written,
            init=self._footage.init_of(part.files[0]),
            delivered=_delivered(written),
            sources=self._described_sources(part, segments, written.source_sha256),
        )

    def _source(self, file: RecordedFile, clock: str, segment: Segment | None) -> ClipSource:
        return ClipSource(
            file=lambda: self._footage.source.open_media(file.stream_id, file.run_id, file.seq).fd,
            init=self._planner.init(file),
            fragments=tuple(file.fragments),
            wall_start_us=file.start_us,
            wall_duration_us=file.duration_us,
            run=clock,
            is_finished=segment is not None,
        )

    def _described_sources(
        self, part: ClipPart, segments: Sequence[Segment | None], read: Sequence[bytes | None]
    ) -> tuple[ManifestSource, ...]:
        runs: dict[int, Run] = {}
        found: list[ManifestSource] = []
        for file, segment, sha256 in zip(part.files, segments, read, strict=True):
            if file.run_id not in runs:
                runs[file.run_id] = self._storage.segments.run(file.run_id)
            found.append(ManifestSource(file.time, file.seq, runs[file.run_id], segment, sha256))
        return tuple(found)

    def _pack(
        self, path: Path, files: Sequence[_Made], progress: Callable[[int, int], None], made_us: int
    ) -> tuple[int, str]:
        """Put the parts, manifest and cover into one ZIP, uncompressed; return its size and digest.

        Each part is removed once it is inside.
        """
        made = self._zone.local(made_us)
        total = max(1, sum(file.described.clip.size_bytes for file in files))
        done = 0
        with path.open("xb") as target:
            packed = StoredZip(target)
            for file in files:
                clip = file.described.clip
                if clip.crc32 is None:
                    raise MalformedMedia("the clip was written without a checksum")
                entry = ZipEntry(file.path.name, clip.size_bytes, clip.crc32, made)
                packed.add(entry, _pieces(file.path), _after(done, total, progress))
                done += clip.size_bytes
                file.path.unlink()
            for name in (FILE_NAME, COVER_NAME):
                text = path.with_name(name).read_bytes()
                packed.add(ZipEntry(name, len(text), zlib.crc32(text), made), [text])
            digest = packed.finish()
        return packed.size, digest


def _scaled(report: Report, before: int, share: int) -> Callable[[int, int], None]:
    """Return a progress function for one step of the work, which never reports more than its share."""

    def progress(done: int, total: int) -> None:
        report(before + share * min(done, total) // max(1, total))

    return progress


def _share(progress: Callable[[int, int], None], number: int, count: int) -> Callable[[int, int], None]:
    """Return a progress function for one of several equal steps."""
    return lambda done, total: progress(number * total + min(done, total), count * total)


def _after(before: int, total: int, progress: Callable[[int, int], None]) -> Callable[[int], None]:
    """Return a progress function for one of several files, those before it being done."""
    return lambda size: progress(before + size, total)


def _delivered(written: WrittenClip) -> TimeRange:
    return TimeRange(written.spans[0].wall_start_us, max(span.wall_end_us for span in written.spans))


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as part:
        while piece := part.read(_CHUNK):
            yield piece
