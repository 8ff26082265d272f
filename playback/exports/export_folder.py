"""Where delivered clips lie: one folder for each export below the data folder, complete or not there at all."""

import os
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Final

from playback.stream.segment_source import file_etag
from vms.domain.errors import IndexMismatch, NotFound, Purged
from vms.domain.export import Export, ExportState

EXPORTS: Final = "exports"
"""Name of the folder below the data folder."""
_PARTIAL: Final = ".partial"


class ExportFolder:
    """The folder of all exports; whoever writes works in a partial folder, which becomes visible by one rename."""

    def __init__(self, root: Path) -> None:
        """Keep exports below `root`, which is made if need be."""
        self._root = root

    def begin(self, export: Export) -> Path:
        """Return an empty folder to write into; what an earlier attempt left behind is removed."""
        partial = self._partial(export)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o750, parents=True)
        return partial

    def publish(self, export: Export) -> None:
        """Make what was written visible, all of it, safe from a power cut."""
        partial, final = self._partial(export), self._final(export)
        for path in partial.iterdir():
            _sync(path)
        _sync(partial)
        shutil.rmtree(final, ignore_errors=True)
        partial.rename(final)
        _sync(self._root)

    def give_up(self, export: Export) -> None:
        """Remove what an attempt has written so far."""
        shutil.rmtree(self._partial(export), ignore_errors=True)

    def remove(self, export: Export) -> None:
        """Delete a delivered clip."""
        shutil.rmtree(self._final(export), ignore_errors=True)

    def remove_strays(self, running: Collection[str]) -> int:
        """Remove the partial folders of jobs that are not in `running` (tokens), and return how many there were."""
        strays = [p for p in self._root.glob(f"*{_PARTIAL}") if p.name.removesuffix(_PARTIAL) not in running]
        for path in strays:
            shutil.rmtree(path, ignore_errors=True)
        return len(strays)

    def free_bytes(self) -> int:
        """Return the room left for clips, in bytes."""
        self._root.mkdir(mode=0o750, parents=True, exist_ok=True)
        return shutil.disk_usage(self._root).free

    def open_file(self, export: Export) -> tuple[int, int, str]:
        """Return a descriptor of the delivered file, which the caller closes, its size and its ETag.

        Raises:
            Purged, NotFound: as `open_part` does. IndexMismatch: the file has another length than was delivered.
        """
        fd, size = self.open_part(export, export.file_name or "")
        if size != export.file_bytes:
            os.close(fd)
            raise IndexMismatch("this clip is damaged on disk: ask for it again")
        return fd, size, file_etag(export.sha256 or "", os.fstat(fd))

    def open_part(self, export: Export, name: str) -> tuple[int, int]:
        """Return a descriptor of one delivered file, and its size.

        Raises:
            Purged: it was deleted when its time was over. NotFound: there is none yet, or never was.
        """
        if export.state is ExportState.EXPIRED:
            raise Purged("this clip was deleted when its time was over: ask for it again")
        if export.state is not ExportState.DONE or not name or "/" in name:
            raise NotFound("this clip is not ready")
        try:
            fd = os.open(self._final(export) / name, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            raise Purged("this clip is not on disk any more: ask for it again") from None
        return fd, os.fstat(fd).st_size

    def _final(self, export: Export) -> Path:
        return self._root / export.token

    def _partial(self, export: Export) -> Path:
        return self._root / f"{export.token}{_PARTIAL}"


def _sync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
