"""Opens volumes once they are proved to be the ones meant, checks them, and chooses one for a new run."""

import errno
import os
import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from storage.volumes.markers import VolumeMarker, read_marker
from storage.volumes.open_volume import OpenVolume
from storage.volumes.segment_paths import MARKER
from vms.domain.errors import VolumeFull, VolumeUnavailable
from vms.domain.volume import FreeSpace, Volume, VolumeState

_LAST_ROOM_SHARE: Final = 200
"""A volume with less than 1/200 of its bytes free takes no new run, whatever its floor."""
_LAST_ROOM_BYTES: Final = 1_000_000_000
_LAST_ROOM_INODES: Final = 32


@dataclass(frozen=True, slots=True)
class VolumeCheck:
    """The result of checking a volume.

    Attributes:
        detail: one plain sentence for a person; "" where the volume is healthy.
        free: room left, None where it is unknown.
    """

    state: VolumeState
    detail: str = ""
    free: FreeSpace | None = None

    @property
    def is_writable(self) -> bool:
        """Whether new footage may be put there now."""
        return self.state is VolumeState.HEALTHY


class VolumeAccess:
    """The volumes that this process has open, by row number; safe to share between threads.

    Args:
        database_uuid: the database whose footage the volumes must hold.
    """

    def __init__(self, database_uuid: UUID) -> None:
        self._database_uuid = database_uuid
        self._open: dict[int, OpenVolume] = {}
        self._lock = threading.Lock()

    def open(self, volume: Volume) -> OpenVolume:
        """Return the open volume, proved to be the one meant.

        An open one is returned after a cheap look at its path; keep it for one piece of work, not for hours.

        Raises:
            VolumeUnavailable: nothing is mounted there, it is another volume, or it does not answer.
        """
        return self._opened(volume)

    def check(self, volume: Volume, *, probe: bool = True) -> VolumeCheck:
        """Check whether a volume can be used: its identity, mode, room, and a trial write.

        Args:
            volume: its row. What needs a person's look (FAILED, SUSPECT) stays until a person said so.
            probe: also write and remove a small file.
        """
        try:
            opened = self._opened(volume, is_thorough=True)
            free = opened.free_space()
        except VolumeUnavailable as error:
            self.forget(volume.id)
            return VolumeCheck(state_after(error), str(error))
        fault = _write_fault(opened, free) if probe else None
        return fault or _usable(volume, free)

    def adopt(self, database_uuid: UUID) -> None:
        """Expect volumes of another database from now on, whose identity was taken over."""
        self.close()
        self._database_uuid = database_uuid

    def forget(self, volume_id: int) -> None:
        """Drop a volume, so that it can be unmounted once nobody uses it any more."""
        with self._lock:
            self._open.pop(volume_id, None)

    def close(self) -> None:
        """Drop every volume."""
        with self._lock:
            self._open.clear()

    def _opened(self, volume: Volume, *, is_thorough: bool = False) -> OpenVolume:
        with self._lock:
            known = self._open.get(volume.id)
        if known is not None and known.path == volume.path and known.uuid == volume.uuid:
            try:
                if known.is_at(volume.path):
                    if is_thorough:
                        _check_marker(known.root_fd, volume, self._database_uuid)
                    return known
            except OSError as error:
                self.forget(volume.id)
                raise _no_root(volume.path, error) from error
            self.forget(volume.id)
        opened = open_volume(volume, self._database_uuid)
        with self._lock:
            self._open[volume.id] = opened
        return opened


def open_volume(volume: Volume, database_uuid: UUID | None) -> OpenVolume:
    """Open a volume by its path and check its marker; the caller closes it, best by `with`.

    Args:
        volume: what is expected at its path.
        database_uuid: the database that the marker must name; None to accept any (a rebuild of a lost database).

    Raises:
        VolumeUnavailable: the path leads nowhere, or to something else.
    """
    try:
        root_fd = os.open(volume.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise _no_root(volume.path, error) from error
    try:
        _check_marker(root_fd, volume, database_uuid)
    except OSError as error:
        os.close(root_fd)
        raise _no_root(volume.path, error) from error
    except BaseException:
        os.close(root_fd)
        raise
    return OpenVolume(volume.id, volume.uuid, volume.path, root_fd)


def lack_of_room(free: FreeSpace) -> str:
    """Return a sentence saying that a volume is too full for a new run, or "" if it is not."""
    if free.free_bytes < min(free.total_bytes // _LAST_ROOM_SHARE, _LAST_ROOM_BYTES):
        return f"only {free.free_bytes} of {free.total_bytes} bytes are left"
    if free.total_inodes > 0 and free.free_inodes < _LAST_ROOM_INODES:
        return f"only {free.free_inodes} of {free.total_inodes} inodes are left, though {free.free_bytes} bytes are"
    return ""


def state_after(error: VolumeUnavailable | VolumeFull) -> VolumeState:
    """Return the state of a volume on which an operation failed with this error."""
    if isinstance(error, VolumeFull):
        return VolumeState.FULL
    if isinstance(error, _Refused):
        return error.state
    is_read_only = isinstance(error.__cause__, OSError) and error.__cause__.errno == errno.EROFS
    return VolumeState.READ_ONLY if is_read_only else VolumeState.FAILED


def choose_volume(volumes: Sequence[Volume], checks: Mapping[int, VolumeCheck]) -> Volume | None:
    """Return the volume for a new run: the healthy one with most free bytes times weight.

    Args:
        volumes: all rows; one whose stored state is FULL (only held footage is left), SUSPECT or DISABLED, or
            that is not enabled, takes nothing.
        checks: this process's own recent look at each, by row number; without one a volume takes nothing.

    Returns:
        None where no volume can take footage now.
    """
    refused = {VolumeState.FULL, VolumeState.SUSPECT, VolumeState.FAILED, VolumeState.DISABLED}
    best: Volume | None = None
    best_room = 0.0
    for volume in volumes:
        check = checks.get(volume.id)
        if check is None or check.free is None or not check.is_writable:
            continue
        if not volume.is_enabled or volume.state in refused:
            continue
        # More weight takes more runs until its free space per weight has come down to the others'.
        room = check.free.free_bytes * max(volume.weight, 1)
        if best is None or room > best_room:
            best, best_room = volume, room
    return best


class _Refused(VolumeUnavailable):
    """The path does not lead to the volume; carries the state that this means."""

    def __init__(self, message: str, state: VolumeState) -> None:
        super().__init__(message)
        self.state = state


def _no_root(path: str, error: OSError) -> _Refused:
    missing = {errno.ENOENT, errno.ENOTDIR, errno.ENODEV, errno.ENXIO}
    state = VolumeState.MISSING if error.errno in missing else VolumeState.FAILED
    return _Refused(f"{path} cannot be opened: {error.strerror}", state)


def _check_marker(root_fd: int, volume: Volume, database_uuid: UUID | None) -> VolumeMarker:
    marker = read_marker(root_fd)
    if marker is None:
        raise _Refused(
            f"{volume.path} holds no {MARKER}: nothing is mounted there, or the folder was emptied",
            VolumeState.MISSING,
        )
    if marker.volume_uuid != volume.uuid:
        raise _Refused(
            f"{volume.path} holds volume {marker.volume_uuid}, not {volume.uuid}: disks were swapped",
            VolumeState.WRONG_IDENTITY,
        )
    if database_uuid is not None and marker.database_uuid != database_uuid:
        raise _Refused(
            f"{volume.path} holds footage of another database ({marker.database_uuid})",
            VolumeState.WRONG_IDENTITY,
        )
    return marker


def _usable(volume: Volume, free: FreeSpace) -> VolumeCheck:
    """Return the state of a volume that works, by what people and checks said of it, then by its room."""
    if volume.state in {VolumeState.SUSPECT, VolumeState.FAILED}:
        return VolumeCheck(volume.state, volume.state_detail, free)
    if not volume.is_enabled:
        return VolumeCheck(VolumeState.DISABLED, "taken out of use for new footage", free)
    lack = lack_of_room(free)
    return VolumeCheck(VolumeState.FULL if lack else VolumeState.HEALTHY, lack, free)


def _write_fault(opened: OpenVolume, free: FreeSpace) -> VolumeCheck | None:
    """Return what was wrong with a trial write, or None."""
    try:
        if opened.is_read_only():
            return VolumeCheck(VolumeState.READ_ONLY, f"{opened.path} is mounted read-only", free)
        _probe(opened)
    except (VolumeFull, VolumeUnavailable) as error:
        return VolumeCheck(state_after(error), str(error), free)
    return None


def _probe(opened: OpenVolume) -> None:
    """Write and remove a small file; raises what the volume makes of it."""
    name = f".probe-{os.getpid()}-{secrets.token_hex(4)}"
    fd = opened.create_file(name)
    try:
        os.write(fd, b"probe\n")
    except OSError as error:
        opened.raise_meaning(error)
        raise VolumeUnavailable(f"{opened.path} does not take a byte: {error.strerror}") from error
    finally:
        os.close(fd)
        opened.unlink(name)
