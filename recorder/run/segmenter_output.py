"""What ffmpeg's last words mean: the cause of an outage, why the run ended, and a sentence for a person; pure.

The exit status says little: a read time-out ends ffmpeg with status 0 (docs/design/media.md).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from storage.volumes.segment_paths import incoming_seq
from vms.domain.camera import OutageCause
from vms.domain.errors import MalformedMedia
from vms.domain.segment import RunEnd
from vms.domain.time import SECOND_US

_REWRITE = re.compile(r"non-monoton(?:ic|ous) dts", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why there is no footage. The detail holds nothing that a camera or ffmpeg wrote, so no secret either."""

    cause: OutageCause
    end: RunEnd
    detail: str


_RULES: tuple[tuple[str, Verdict], ...] = (
    (
        r"no space left on device|disk quota exceeded",
        Verdict(OutageCause.DISK_FULL, RunEnd.DISK, "the volume is full"),
    ),
    (
        (
            r"read-only file system|failed to open segment|error opening output file"
            r"|(?:could not|error) writ(?:e|ing) (?:header|trailer).*(?:no such file|input/output)"
            r"|structure needs cleaning|stale file handle"
        ),
        Verdict(OutageCause.VOLUME, RunEnd.DISK, "the volume stopped taking files"),
    ),
    (
        r"\b401\b|unauthorized|\b403\b|forbidden",
        Verdict(OutageCause.AUTH, RunEnd.FFMPEG, "the camera refused the user name or password"),
    ),
    (
        r"failed: 404|404 not found|\b454\b",
        Verdict(OutageCause.AUTH, RunEnd.FFMPEG, "the camera knows no stream at this path"),
    ),
    (
        r"returned 4(?!0[134])\d\d|failed: 4(?!0[134])\d\d|returned 5\d\d|failed: 5\d\d|5xx server error",
        Verdict(
            OutageCause.UNREACHABLE, RunEnd.FFMPEG, "the camera answered that it cannot serve the stream now"
        ),
    ),
    (
        r"connection refused",
        Verdict(OutageCause.UNREACHABLE, RunEnd.FFMPEG, "nothing listens at the camera's address and port"),
    ),
    (
        r"no route to host|network is unreachable|host is down|host is unreachable",
        Verdict(OutageCause.UNREACHABLE, RunEnd.FFMPEG, "the network has no way to the camera"),
    ),
    (
        r"connection timed out|operation timed out",
        Verdict(OutageCause.TIMEOUT, RunEnd.TIMEOUT, "the camera stopped answering"),
    ),
    (
        (
            r"matches no streams|does not contain any stream|unspecified size|could not find codec parameters"
            r"|nothing was written into output|unable to decode.*header"
        ),
        Verdict(OutageCause.NO_MEDIA, RunEnd.FFMPEG, "the camera sent no video that can be recorded"),
    ),
    (
        r"incompatible with output codec",
        Verdict(OutageCause.CODEC, RunEnd.CODEC, "the camera's video codec has changed"),
    ),
    (
        r"codec not currently supported in container|could not find tag for codec",
        Verdict(OutageCause.NO_MEDIA, RunEnd.FFMPEG, "the camera sends a video codec that MP4 cannot hold"),
    ),
    (
        r"connection reset|broken pipe|end of file",
        Verdict(OutageCause.CLOSED, RunEnd.EOF, "the camera closed the connection"),
    ),
)
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), verdict) for pattern, verdict in _RULES)

_CLOSED = Verdict(OutageCause.CLOSED, RunEnd.EOF, "the camera ended the stream")
_KILLED = Verdict(OutageCause.FFMPEG, RunEnd.CRASH, "ffmpeg was ended from outside")
_FAILED = Verdict(OutageCause.FFMPEG, RunEnd.FFMPEG, "ffmpeg gave up; its last words are in the log")


def verdict(lines: Sequence[str], status: int, *, had_media: bool) -> Verdict:
    """Return why an ffmpeg that nobody asked to stop has ended.

    Args:
        lines: what it said last on standard error, oldest first.
        status: its exit status, negative for a signal.
        had_media: whether this run put any footage on disk; a camera that never sent any and does not answer is
            unreachable, one that did has timed out.
    """
    if status < 0:
        return _KILLED
    text = "\n".join(lines)
    for pattern, found in _COMPILED:
        if pattern.search(text):
            if found.cause is OutageCause.TIMEOUT and not had_media:
                return Verdict(OutageCause.UNREACHABLE, RunEnd.TIMEOUT, "the camera does not answer")
            return found
    return _CLOSED if status == 0 else _FAILED


def is_rewriting(line: str) -> bool:
    """Tell whether the line says that ffmpeg replaced a timestamp that went backwards.

    It then squeezes minutes into milliseconds, so a camera that keeps doing it needs a new run.
    """
    return _REWRITE.search(line) is not None


@dataclass(frozen=True, slots=True)
class ListLine:
    """One finished file: its number in the run, and the presentation times it covers as ffmpeg counted them."""

    seq: int
    start_us: int
    end_us: int


def parse_list_line(text: str) -> ListLine:
    """Return what a line such as `000007.mp4,421.480000,481.440000` says.

    Raises:
        MalformedMedia: it is not such a line.
    """
    name, _, times = text.partition(",")
    start, _, end = times.partition(",")
    seq = incoming_seq(name)
    try:
        if seq is not None:
            return ListLine(seq, round(float(start) * SECOND_US), round(float(end) * SECOND_US))
    except (ValueError, OverflowError):
        pass
    raise MalformedMedia(f"ffmpeg listed {text[:100]!r}, which names no segment")
