"""A file that ffmpeg has closed: examined, repaired where it must be, and given its final name."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from recorder.clock.wall_clock import Arrival, Assignment, FileTimes, parser_delay_us
from recorder.publish.jump_repair import close_break, find_break, move_back
from storage.footage.media_facts import digest_of, init_record
from storage.volumes.open_volume import OpenVolume
from storage.volumes.segment_paths import SegmentName, incoming_path, segment_path, sidecar_path
from vms.domain.camera import Camera, Stream
from vms.domain.errors import MalformedMedia, StorageError
from vms.domain.segment import LONGEST_SEGMENT_US, FinishedSegment, SegmentFlag
from vms.media.fragment_table import encode, ticks_to_us
from vms.media.fragments import Fragment, walk_fragments
from vms.media.init_segment import InitSegment, read_init
from vms.media.parameter_sets import first_sample_parameter_sets, has_changed

_HEAD_BYTES = 2048
_NAME_TRIES = 3


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a closed file holds.

    Attributes:
        written: facts of the file when it was examined, with the time of its last write.
        is_last: ffmpeg has not begun another file.
        is_cut: its end was broken and has been cut off behind the last complete fragment.
        has_new_format: it holds pictures that its own init segment does not describe.
    """

    size_bytes: int
    init: InitSegment
    fragments: tuple[Fragment, ...]
    written: os.stat_result
    is_last: bool
    is_cut: bool
    has_new_format: bool

    @property
    def start_us(self) -> int:
        """Media time of the first frame, on the run's clock."""
        return ticks_to_us(self.fragments[0].decode_time, self.init.timescale)

    @property
    def end_us(self) -> int:
        """Media time after the last frame."""
        last = self.fragments[-1]
        return ticks_to_us(last.decode_time + last.duration, self.init.timescale)


@dataclass(frozen=True, slots=True)
class RunFile:
    """Which file of which run on which volume."""

    volume: OpenVolume
    stream: Stream
    run_uuid: UUID
    seq: int

    @property
    def path(self) -> str:
        """Where ffmpeg wrote it, below the volume's root."""
        return incoming_path(self.run_uuid, self.seq)


def examine(file: RunFile) -> FileFacts | None:
    """Return what a closed file holds, or None where it holds no whole fragment.

    A broken end, as kill -9 leaves it, is cut off: what remains is a valid file.

    Raises:
        FileNotFoundError: there is no such file.
        StorageError: the volume failed.
    """
    descriptor = file.volume.open_file(file.path, os.O_RDWR)
    try:
        written = os.fstat(descriptor)
        init = read_init(descriptor)
        walk = walk_fragments(descriptor, written.st_size, len(init.data), init)
        if not walk.fragments:
            return None
        is_cut = walk.complete_bytes < written.st_size
        if is_cut:
            os.ftruncate(descriptor, walk.complete_bytes)
        return FileFacts(
            walk.complete_bytes,
            init,
            walk.fragments,
            written,
            not file.volume.exists(incoming_path(file.run_uuid, file.seq + 1)),
            is_cut,
            _has_new_format(descriptor, init, walk.fragments),
        )
    except MalformedMedia:
        return None
    except OSError as error:
        file.volume.raise_meaning(error)
        raise StorageError(f"{file.path} cannot be examined: {error.strerror}") from error
    finally:
        os.close(descriptor)


def times_of(facts: FileFacts, known_us: int, arrival_us: int | None, *, base_us: int = 0) -> FileTimes:
    """Return what the file says about time.

    Args:
        facts: of the file.
        known_us: monotonic time at which it was known to be finished.
        arrival_us: monotonic time at which its end was written, None where nobody knows.
        base_us: media time of the run at which the file's own decode times begin at zero.
    """
    end_us = base_us + facts.end_us
    delay_us = parser_delay_us(facts.fragments[-1], facts.init.timescale)
    arrival = None if arrival_us is None else Arrival(end_us, arrival_us - delay_us)
    has_break = find_break(facts.fragments, facts.init.timescale) is not None
    return FileTimes(base_us + facts.start_us, end_us, known_us, arrival, has_break)


def repair_times(file: RunFile, facts: FileFacts, back_ticks: int) -> tuple[FileFacts, int]:
    """Close the hole of a forward jump in a file's media times.

    Args:
        file, facts: a file that is not published yet.
        back_ticks: by how much the run's earlier jumps moved its media time.

    Returns:
        The facts as they are now, and the sum by which the run's next files must be moved back.

    Raises:
        MalformedMedia: the file's headers cannot be changed.
        StorageError: the volume failed.
    """
    descriptor = file.volume.open_file(file.path, os.O_RDWR)
    try:
        fragments = move_back(descriptor, facts.fragments, back_ticks, facts.init)
        found = find_break(fragments, facts.init.timescale)
        if found is not None and found.surplus_ticks:
            fragments, more = close_break(descriptor, fragments, found, facts.init)
            back_ticks += more
        return replace(facts, fragments=fragments), back_ticks
    except OSError as error:
        file.volume.raise_meaning(error)
        raise StorageError(f"{file.path} cannot be repaired: {error.strerror}") from error
    finally:
        os.close(descriptor)


def publish(
    file: RunFile, facts: FileFacts, assigned: Assignment, step: Callable[[str], None]
) -> FinishedSegment:
    """Give the file its final name, beside its old one, and return what its row needs.

    Nothing is ever replaced: where the name is taken by another file, the start moves by a microsecond.

    Args:
        file, facts: what to publish.
        assigned: its wall time.
        step: called with the name of each step that has been taken; tests end the process there.

    Raises:
        FileNotFoundError: the file is not there any more.
        StorageError: the volume failed or is full.
    """
    duration_us = min(assigned.duration_us, LONGEST_SEGMENT_US)
    media_us = max(facts.end_us - facts.start_us, 0)
    sha256 = _digest(file)
    for attempt in range(_NAME_TRIES):
        start_us = assigned.start_us + attempt
        name = SegmentName(start_us, duration_us, media_us, file.run_uuid.hex[:8], file.seq, sha256)
        path = segment_path(file.stream.uuid, name)
        try:
            is_linked = _linked(file, path)
        except FileExistsError:
            if not _is_same(file, path):
                continue
            is_linked = True
        step("linked")
        flags = assigned.flags | (SegmentFlag.RECOVERED if facts.is_cut else SegmentFlag.NONE)
        return FinishedSegment(
            run_uuid=file.run_uuid,
            stream_id=file.stream.id,
            volume_id=file.volume.volume_id,
            start_us=start_us,
            duration_us=duration_us,
            media_us=media_us,
            size_bytes=facts.size_bytes,
            seq=file.seq,
            flags=flags,
            sha256=sha256,
            fragments=encode(facts.fragments, facts.init.timescale),
            init=init_record(facts.init),
            relative_path=path,
            incoming_path=file.path if is_linked else None,
        )
    raise StorageError(f"{file.path} cannot be published: {_NAME_TRIES} names are taken")


def _linked(file: RunFile, path: str) -> bool:
    """Give the file its final name, once more where a purge has just removed the folder; tell if the old name stays."""
    try:
        return file.volume.link_no_replace(file.path, path)
    except FileNotFoundError:
        if not file.volume.exists(file.path):
            raise
    try:
        return file.volume.link_no_replace(file.path, path)
    except FileNotFoundError as error:
        raise StorageError(f"{file.path} cannot be published: its folder vanishes") from error


def write_sidecar(volume: OpenVolume, camera: Camera, stream: Stream) -> None:
    """Note beside a stream's footage whose it is, so that a lost database can be rebuilt from the files.

    Raises:
        StorageError: the volume failed or is full.
    """
    facts = {
        "camera_uuid": str(camera.uuid),
        "camera_name": camera.name,
        "stream_uuid": str(stream.uuid),
        "role": stream.role.value,
    }
    data = (json.dumps(facts, ensure_ascii=False, indent=1) + "\n").encode()
    name = sidecar_path(stream.uuid)
    if volume.exists(name):
        descriptor = volume.open_file(name)
        try:
            if os.read(descriptor, len(data) + 1) == data:
                return
        finally:
            os.close(descriptor)
    volume.replace_file(name, data)


def _has_new_format(descriptor: int, init: InitSegment, fragments: tuple[Fragment, ...]) -> bool:
    """Tell whether any keyframe brings parameter sets of another format than the init segment's."""
    for fragment in fragments:
        if fragment.is_keyframe and fragment.keyframe_size:
            header = os.pread(descriptor, 8, fragment.offset)
            # The first sample begins right behind the headers of moof and mdat.
            at = int.from_bytes(header[:4], "big") + 8
            sample = os.pread(descriptor, min(_HEAD_BYTES, fragment.keyframe_size - at), fragment.offset + at)
            units = first_sample_parameter_sets(init.parameter_sets, sample)
            is_known = all(unit in init.parameter_sets.sps for unit in units)
            if not is_known and has_changed(init.parameter_sets, sample):
                return True
    return False


def _digest(file: RunFile) -> bytes:
    descriptor = file.volume.open_file(file.path)
    try:
        return digest_of(descriptor)
    except OSError as error:
        file.volume.raise_meaning(error)
        raise StorageError(f"{file.path} cannot be read: {error.strerror}") from error
    finally:
        os.close(descriptor)


def _is_same(file: RunFile, path: str) -> bool:
    """Tell whether both names are the same file: an earlier attempt got this far."""
    try:
        return os.path.samestat(file.volume.stat(file.path), file.volume.stat(path))
    except FileNotFoundError:
        return False
