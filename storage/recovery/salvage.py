"""Publishes files that a crash left under incoming/: cut behind the last complete fragment, named, digested."""

import logging
import os
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from storage.footage.media_facts import MediaFacts, digest_of, read_facts
from storage.installation.steps import OnStep
from storage.volumes.open_volume import OpenVolume
from storage.volumes.segment_paths import QUARANTINE, SegmentName, incoming_path, segment_path
from vms.domain.errors import MalformedMedia
from vms.domain.segment import LONGEST_SEGMENT_US, FinishedSegment, Run, SegmentFlag

log: Final = logging.getLogger(__name__)

_WORTHLESS_BYTES: Final = 64 * 1024
"""A file without one complete fragment is dropped up to this size, and kept in quarantine beyond it."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A left-over file without media; `written_us` is the time of its last write."""

    seq: int
    written_us: int
    is_quarantined: bool


def salvage(
    volume: OpenVolume, stream_uuid: UUID, run: Run, seq: int, start_us: int | None, on_step: OnStep
) -> FinishedSegment | Dropped:
    """Publish a left-over file and return what its row needs, or Dropped if it holds no media.

    Args:
        volume: where it lies.
        stream_uuid, run, seq: whose file it is.
        start_us: wall time of its first frame; None where nobody knows: then its last write, less its duration.
        on_step: called with the name of each step before it is taken.

    Raises:
        FileNotFoundError: the file is not there.
        StorageError: the volume failed or is full.
    """
    incoming = incoming_path(run.uuid, seq)
    fd = volume.open_file(incoming, os.O_RDWR)
    try:
        facts, size, written_us = _examine(fd)
        if facts is None or not facts.fragments:
            return _drop(volume, run, seq, size, written_us)
        on_step("cut")
        if size != facts.complete_bytes:
            os.ftruncate(fd, facts.complete_bytes)
        sha256 = digest_of(fd)
    except OSError as error:
        volume.raise_meaning(error)
        raise
    finally:
        os.close(fd)
    duration_us = min(max(facts.media_us, 1), LONGEST_SEGMENT_US)
    start_us = written_us - duration_us if start_us is None else start_us
    name = SegmentName(start_us, duration_us, facts.media_us, run.short, seq, sha256)
    path = segment_path(stream_uuid, name)
    on_step("link")
    try:
        is_linked = volume.link_no_replace(incoming, path)
    except FileExistsError:
        # The name carries the digest: it is this very file, published before the last crash.
        is_linked = True
    return FinishedSegment(
        run_uuid=run.uuid,
        stream_id=run.stream_id,
        volume_id=volume.volume_id,
        start_us=start_us,
        duration_us=duration_us,
        media_us=facts.media_us,
        size_bytes=facts.complete_bytes,
        seq=seq,
        flags=SegmentFlag.RECOVERED,
        sha256=sha256,
        fragments=facts.table,
        init=facts.init,
        relative_path=path,
        incoming_path=incoming if is_linked else None,
    )


def first_media_us(volume: OpenVolume, name: str) -> int:
    """Return the wall time of a left-over file's first frame, counted back from its last write."""
    fd = volume.open_file(name)
    try:
        facts, _, written_us = _examine(fd)
    finally:
        os.close(fd)
    return written_us - (facts.media_us if facts is not None and facts.fragments else 0)


def _examine(fd: int) -> tuple[MediaFacts | None, int, int]:
    """Return the file's facts (None without an init segment), its size, and the time of its last write."""
    written = os.fstat(fd)
    try:
        facts = read_facts(fd)
    except MalformedMedia:
        facts = None
    return facts, written.st_size, written.st_mtime_ns // 1000


def _drop(volume: OpenVolume, run: Run, seq: int, size: int, written_us: int) -> Dropped:
    incoming = incoming_path(run.uuid, seq)
    if size > _WORTHLESS_BYTES:
        volume.move_no_replace(incoming, f"{QUARANTINE}/{incoming}")
    else:
        volume.unlink(incoming)
    log.warning(
        "a file without media was left over",
        extra={"run": run.short, "seq": seq, "bytes": size, "stream": run.stream_id},
    )
    return Dropped(seq, written_us, size > _WORTHLESS_BYTES)
