"""What delivered files are called: place, date, time, zone and the export's number, in ASCII, never longer than 100."""

import re
import unicodedata
from collections.abc import Sequence

from vms.domain.camera import Camera
from vms.domain.export import Export
from vms.domain.moments.site_time import SiteZone
from vms.domain.time import TimeRange

LONGEST_PLACE = 40
_LONGEST_ZONE = 8


class FileNames:
    """Names for the files of one export; none twice, and no other export has the same."""

    def __init__(self, export: Export, zone: SiteZone) -> None:
        """Name files of `export` by times in `zone`."""
        self._export = export
        self._zone = zone
        self._used: set[str] = set()

    def clip(self, camera: Camera, time: TimeRange) -> str:
        """Return the name of the clip of a camera's footage."""
        return self._new(_place(camera), time, "mp4")

    def archive(self, cameras: Sequence[Camera]) -> str:
        """Return the name of the ZIP of all cameras' clips."""
        more = f"+{len(cameras) - 1}" if len(cameras) > 1 else ""
        return self._new(f"{_place(cameras[0])}{more}", self._export.request.time, "zip")

    def free(self, name: str) -> None:
        """Let a name be given again: its file is not there any more."""
        self._used.discard(name)

    def _new(self, place: str, time: TimeRange, kind: str) -> str:
        start, end = self._zone.local(time.start_us), self._zone.local(time.end_us)
        # Where clocks go back an hour has two of each time; only the offset tells them apart.
        zone = _slug(self._zone.label, _LONGEST_ZONE) or f"{start:%z}".replace("+", "UTC+")
        times = f"{start:%Y%m%d}_{start:%H%M%S}-{end:%H%M%S}_{zone}"
        base = f"{place}_{times}_{self._export.id}"
        name, number = f"{base}.{kind}", 2
        while name in self._used:
            name, number = f"{base}_{number}.{kind}", number + 1
        self._used.add(name)
        return name


def name_beside(file_name: str, own_name: str) -> str:
    """Return the name under which what lies beside a delivered file, such as `cover.txt`, is handed over."""
    return f"{file_name.rpartition('.')[0] or file_name}-{own_name}"


def _place(camera: Camera) -> str:
    return _slug(camera.name, LONGEST_PLACE) or f"camera-{camera.id}"


def _slug(text: str, longest: int) -> str:
    """Return the text as a part of a file name in ASCII; empty where none of its letters has a form there."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:longest].strip("-")
