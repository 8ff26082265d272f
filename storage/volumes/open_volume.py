"""An open volume: every file operation goes by descriptor below a root that was verified when it was opened."""

import errno
import os
import stat
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self
from uuid import UUID

from storage.volumes import beneath
from vms.domain.errors import VolumeUnavailable
from vms.domain.volume import FreeSpace

_NO_HARD_LINKS: Final = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS})


class OpenVolume:
    """The root of a volume, held open.

    Names are relative, such as rec/ab12/2025-11-25/06/x.mp4, and never follow a symbolic link. What is written
    lands on the filesystem that was verified, even when something else is mounted over its path later.

    Every method raises VolumeUnavailable where the filesystem fails or refuses us, VolumeFull where it has no room,
    and FileNotFoundError or FileExistsError where only the one name is concerned. Instances are safe to use from
    several threads; the descriptor is closed with the last reference.
    """

    def __init__(self, volume_id: int, uuid: UUID, path: str, root_fd: int) -> None:
        """Take over `root_fd`, an open directory whose marker was checked."""
        self.volume_id = volume_id
        self.uuid = uuid
        self.path = path
        self._root_fd = root_fd
        self._identity = _identity(os.fstat(root_fd))
        self._close = weakref.finalize(self, os.close, root_fd)

    def close(self) -> None:
        """Close the root; nothing may be using the volume any more."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def root_fd(self) -> int:
        """Descriptor of the root, for a child process that must start inside it; valid while this object lives."""
        return self._root_fd

    def is_at(self, path: str) -> bool:
        """Tell whether the path still leads to this very directory on this very filesystem.

        Raises:
            OSError: the path leads nowhere.
        """
        return _identity(Path(path).stat()) == self._identity

    def open_file(self, name: str, flags: int = os.O_RDONLY) -> int:
        """Return a new descriptor of an existing file, which the caller closes; it outlives an unlink."""
        with self._errors(), beneath.parent_of(self._root_fd, name) as (fd, last):
            return os.open(last, flags | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=fd)

    def create_file(self, name: str, flags: int = os.O_WRONLY | os.O_EXCL) -> int:
        """Return a descriptor of a file that is created if need be, with its directories.

        Args:
            name: the file.
            flags: O_EXCL (the default) refuses an existing file; O_APPEND without it extends one.
        """
        self.make_parents(name)
        with self._errors(), beneath.parent_of(self._root_fd, name) as (fd, last):
            return os.open(last, flags | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644, dir_fd=fd)

    def stat(self, name: str) -> os.stat_result:
        """Return the facts about a name, without following a symbolic link."""
        with self._errors(), beneath.parent_of(self._root_fd, name) as (fd, last):
            return os.stat(last, dir_fd=fd, follow_symlinks=False)

    def exists(self, name: str) -> bool:
        """Tell whether there is a regular file of that name."""
        try:
            return stat.S_ISREG(self.stat(name).st_mode)
        except FileNotFoundError:
            return False

    def names(self, name: str = "") -> list[str]:
        """Return the names in a directory, sorted; none if there is no such directory."""
        try:
            with self._errors(), beneath.directory(self._root_fd, name) as fd:
                return beneath.list_names(fd)
        except FileNotFoundError:
            return []

    def sizes(self, name: str) -> dict[str, int]:
        """Return the size in bytes of each regular file in a directory; none if there is no such directory.

        Anything else in it (directories, links, devices) gets the size -1.
        """
        found: dict[str, int] = {}
        try:
            with self._errors(), beneath.directory(self._root_fd, name) as fd:
                for entry in beneath.list_names(fd):
                    try:
                        facts = os.stat(entry, dir_fd=fd, follow_symlinks=False)
                    except FileNotFoundError:
                        continue
                    found[entry] = facts.st_size if stat.S_ISREG(facts.st_mode) else -1
        except FileNotFoundError:
            return {}
        return found

    def make_dirs_below(self, name: str) -> None:
        """Create a directory and those above it, each below the verified root."""
        with self._errors():
            beneath.make_directories(self._root_fd, name)

    def make_parents(self, name: str) -> None:
        """Create the directories that a file's name needs."""
        above, _, _ = name.rpartition("/")
        beneath.split_name(name)
        if above:
            self.make_dirs_below(above)

    def link_no_replace(self, source: str, target: str) -> bool:
        """Add a hard link to a file, never over another file. Returns whether the old name is still there.

        On a filesystem without hard links the file is renamed, and the answer is False.

        Raises:
            FileExistsError: the target exists; nothing was changed.
        """
        self.make_parents(target)
        with (
            self._errors(),
            beneath.parent_of(self._root_fd, source) as (source_fd, old),
            beneath.parent_of(self._root_fd, target) as (target_fd, new),
        ):
            try:
                os.link(old, new, src_dir_fd=source_fd, dst_dir_fd=target_fd, follow_symlinks=False)
            except OSError as error:
                if error.errno not in _NO_HARD_LINKS:
                    raise
                beneath.rename_no_replace(source_fd, old, target_fd, new)
                return False
            return True

    def add_link(self, source: str, target: str) -> bool:
        """Add a hard link to a file if the filesystem can. Returns whether the file has that name now."""
        self.make_parents(target)
        with (
            self._errors(),
            beneath.parent_of(self._root_fd, source) as (source_fd, old),
            beneath.parent_of(self._root_fd, target) as (target_fd, new),
        ):
            try:
                os.link(old, new, src_dir_fd=source_fd, dst_dir_fd=target_fd, follow_symlinks=False)
            except FileExistsError:
                return True
            except OSError as error:
                if error.errno not in _NO_HARD_LINKS:
                    raise
                return False
            return True

    def move_no_replace(self, source: str, target: str) -> None:
        """Rename within the volume; raises FileExistsError rather than replace anything."""
        self.make_parents(target)
        with (
            self._errors(),
            beneath.parent_of(self._root_fd, source) as (source_fd, old),
            beneath.parent_of(self._root_fd, target) as (target_fd, new),
        ):
            beneath.rename_no_replace(source_fd, old, target_fd, new)

    def replace_file(self, name: str, data: bytes) -> None:
        """Write a small file whole: readers see the old bytes or the new ones, also after a power cut."""
        partial = f"{name}.new"
        self.unlink(partial)
        fd = self.create_file(partial)
        try:
            with self._errors():
                os.write(fd, data)
                os.fsync(fd)
        finally:
            os.close(fd)
        with self._errors(), beneath.parent_of(self._root_fd, name) as (parent, last):
            os.rename(f"{last}.new", last, src_dir_fd=parent, dst_dir_fd=parent)
            os.fsync(parent)

    def unlink(self, name: str) -> bool:
        """Remove a file's name. Returns whether there was one."""
        try:
            with self._errors(), beneath.parent_of(self._root_fd, name) as (fd, last):
                os.unlink(last, dir_fd=fd)
        except FileNotFoundError:
            return False
        return True

    def remove_empty_dir(self, name: str) -> bool:
        """Remove a directory if it is empty. Returns whether it is gone."""
        try:
            with beneath.parent_of(self._root_fd, name) as (fd, last):
                os.rmdir(last, dir_fd=fd)
        except FileNotFoundError:
            return True
        except OSError as error:
            if error.errno in {errno.ENOTEMPTY, errno.EEXIST, errno.EBUSY}:
                return False
            self.raise_meaning(error)
            raise
        return True

    def free_space(self) -> FreeSpace:
        """Return the room on the filesystem, as an ordinary user may fill it.

        Raises:
            VolumeUnavailable: the filesystem does not say; room is never guessed.
        """
        with self._errors(everything=True):
            facts = os.fstatvfs(self._root_fd)
        if facts.f_blocks <= 0 or facts.f_frsize <= 0:
            raise VolumeUnavailable(f"{self.path} does not say how large it is")
        return FreeSpace(
            total_bytes=facts.f_blocks * facts.f_frsize,
            free_bytes=facts.f_bavail * facts.f_frsize,
            total_inodes=facts.f_files,
            free_inodes=facts.f_favail,
        )

    def is_read_only(self) -> bool:
        """Tell whether the filesystem is mounted, or has turned, read-only."""
        with self._errors(everything=True):
            return bool(os.fstatvfs(self._root_fd).f_flag & os.ST_RDONLY)

    def sync(self) -> None:
        """Make everything written so far survive a power cut.

        Raises:
            VolumeUnavailable: a write has failed; what was written since the last success may be lost, and trying
                again proves nothing.
        """
        with self._errors(everything=True):
            beneath.sync_filesystem(self._root_fd)

    @staticmethod
    def drop_cache(fd: int) -> None:
        """Tell the kernel that a finished file need not stay in memory; it may ignore that."""
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)

    @contextmanager
    def _errors(self, *, everything: bool = False) -> Iterator[None]:
        """Turn system errors that concern the volume into the errors of the domain."""
        try:
            yield
        except OSError as error:
            self.raise_meaning(error)
            if everything:
                raise VolumeUnavailable(f"{self.path} does not work: {error.strerror}") from error
            raise

    def raise_meaning(self, error: OSError) -> None:
        """Raise what the error means for the volume; returns if it concerns a single name."""
        meaning = beneath.as_storage_error(error, self._named_for(error))
        if meaning is not None:
            raise meaning from error

    def _named_for(self, error: OSError) -> str:
        """Return the volume's path for a message, with what ran out if the error is a lack of room."""
        if error.errno != errno.ENOSPC:
            return self.path
        try:
            facts = os.fstatvfs(self._root_fd)
        except OSError:
            return self.path
        if facts.f_files > 0 and facts.f_favail == 0 and facts.f_bavail > 0:
            free = facts.f_bavail * facts.f_frsize
            return f"{self.path} (no inodes are left, though {free} bytes are)"
        return f"{self.path} (no bytes are left)"


def _identity(facts: os.stat_result) -> tuple[int, int]:
    """Return what tells a directory from every other: its device and inode."""
    return facts.st_dev, facts.st_ino
