"""Paths of footage below a volume's root, and what their names say; pure.

A published segment's name carries everything that its row needs, so the index can be rebuilt from names alone:
`rec/<stream>/<UTC date>/<UTC hour>/<name_us>-<duration_us>-<media_us>-<run8>-<seq>-<sha256>.mp4`.
"""

import re
from dataclasses import dataclass
from uuid import UUID

from vms.domain.errors import InvalidInput
from vms.domain.time import HOUR_US, to_datetime

INCOMING = "incoming"
RECORDED = "rec"
PICTURES = "pic"
QUARANTINE = "quarantine"
HELD = "hold"
MARKER = ".volume.json"
SIDECAR = "stream.json"

_NAME = re.compile(
    r"(?P<start>\d{1,18})-(?P<duration>\d{1,18})-(?P<media>\d{1,18})"
    r"-(?P<run>[0-9a-f]{8})-(?P<seq>\d{6,12})-(?P<sha256>[0-9a-f]{64})\.mp4",
    re.ASCII,
)
_END_OF_CALENDAR_US = 253_402_300_800_000_000
_INCOMING_NAME = re.compile(r"(?P<seq>\d{6,12})\.mp4", re.ASCII)


@dataclass(frozen=True, slots=True)
class SegmentName:
    """What the name of a published segment says.

    Attributes:
        start_us: wall time of the first frame as first assigned (`Segment.name_us`).
        duration_us, media_us: wall and media duration in microseconds.
        run_short: first 8 hex digits of the run's uuid.
        sha256: digest of the file's bytes.
    """

    start_us: int
    duration_us: int
    media_us: int
    run_short: str
    seq: int
    sha256: bytes

    def format(self) -> str:
        """Return the file name, without folders."""
        return (
            f"{self.start_us}-{self.duration_us}-{self.media_us}"
            f"-{self.run_short}-{self.seq:06d}-{self.sha256.hex()}.mp4"
        )

    @staticmethod
    def parse(text: str) -> "SegmentName":
        """Return what a file name says.

        Raises:
            InvalidInput: the text is not exactly what `format` returns for some value.
        """
        match = _NAME.fullmatch(text)
        if match is None:
            raise InvalidInput(f"{text[:120]!r} is not the name of a segment")
        name = SegmentName(
            int(match["start"]),
            int(match["duration"]),
            int(match["media"]),
            match["run"],
            int(match["seq"]),
            bytes.fromhex(match["sha256"]),
        )
        if name.format() != text or name.start_us >= _END_OF_CALENDAR_US:
            raise InvalidInput(f"{text[:120]!r} has superfluous zeros or lies after the year 9999")
        return name


def hour_folder(stream_uuid: UUID, at_us: int) -> str:
    """Return the folder that holds what began in the UTC hour of `at_us`."""
    return f"{RECORDED}/{stream_uuid.hex}/{to_datetime(at_us):%Y-%m-%d/%H}"


def segment_path(stream_uuid: UUID, name: SegmentName) -> str:
    """Return the path of a published segment below its volume's root."""
    return f"{hour_folder(stream_uuid, name.start_us)}/{name.format()}"


def sidecar_path(stream_uuid: UUID) -> str:
    """Return the path of the sidecar, which tells a rebuild whose footage a stream's folder holds."""
    return f"{RECORDED}/{stream_uuid.hex}/{SIDECAR}"


def incoming_folder(run_uuid: UUID) -> str:
    """Return the folder that ffmpeg writes one run into."""
    return f"{INCOMING}/{run_uuid.hex}"


def incoming_path(run_uuid: UUID, seq: int) -> str:
    """Return the path of a file that is being written, or published and not yet indexed."""
    return f"{incoming_folder(run_uuid)}/{seq:06d}.mp4"


def incoming_seq(name: str) -> int | None:
    """Return the number in the name of a file under incoming/, or None for any other name."""
    match = _INCOMING_NAME.fullmatch(name)
    return None if match is None else int(match["seq"])


def hour_start(at_us: int) -> int:
    """Return the start of the UTC hour that holds the instant."""
    return at_us - at_us % HOUR_US


def pack_path(stream_uuid: UUID, hour_us: int) -> str:
    """Return the path of the picture pack of the UTC hour that holds `hour_us`."""
    return f"{PICTURES}/{stream_uuid.hex}/{to_datetime(hour_us):%Y-%m-%d/%H}.pic"


def held_path(hold_id: int, segment_path_: str) -> str:
    """Return the path of a hold's link to a segment."""
    return f"{HELD}/{hold_id}/{segment_path_.removeprefix(RECORDED + '/')}"
