"""The cover of a clip: what a person who opens the delivery must know first, in Indonesian and in English (EXP-12).

It is plain text, so that it can be read and printed anywhere; the manifest says the same to programs, and more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from playback.exports.manifest import ManifestCamera
from vms.domain.export import Export, SourceProblem
from vms.domain.moments.site_time import SiteZone
from vms.domain.segment import ClockTrust
from vms.domain.time import TimeRange

FILE_NAME: Final = "cover.txt"


@dataclass(frozen=True, slots=True)
class _Words:
    title: str
    clock: dict[ClockTrust, str]
    as_recorded: str
    mismatches: str
    problems: dict[SourceProblem, str]
    number: str
    reason: str
    by: str
    command: str
    made: str
    asked: str
    cameras: str
    no_gaps: str
    gap: str
    until: str


_INDONESIAN: Final = _Words(
    title="Sampul ekspor rekaman",
    clock={
        ClockTrust.SYNCED: "Jam server tersinkron selama rekaman ini dibuat.",
        ClockTrust.UNSYNCED: "PERHATIAN: jam server TIDAK tersinkron saat sebagian rekaman ini dibuat. "
        "Waktu pada klip dapat meleset.",
        ClockTrust.UNKNOWN: "PERHATIAN: tidak diketahui apakah jam server tersinkron saat sebagian rekaman ini dibuat. "
        "Waktu pada klip dapat meleset.",
    },
    as_recorded="Setiap berkas sumber dibaca utuh dan sama dengan yang direkam.",
    mismatches="PERHATIAN: sebagian rekaman TIDAK sama dengan yang direkam:",
    problems={
        SourceProblem.ALTERED: "isinya berubah",
        SourceProblem.SHORTENED: "terpotong",
        SourceProblem.UNREADABLE: "tidak terbaca, tidak ikut",
        SourceProblem.MISSING: "berkasnya hilang, tidak ikut",
    },
    number="Ekspor",
    reason="Keperluan",
    by="Diminta oleh",
    command="baris perintah",
    made="Dibuat",
    asked="Rentang",
    cameras="Kamera",
    no_gaps="tanpa celah",
    gap="celah",
    until="s.d.",
)
_ENGLISH: Final = _Words(
    title="Cover of an export of footage",
    clock={
        ClockTrust.SYNCED: "The server's clock was synchronised while this footage was recorded.",
        ClockTrust.UNSYNCED: "ATTENTION: the server's clock was NOT synchronised while some of this footage was recorded. "
        "Times in the clip may be off.",
        ClockTrust.UNKNOWN: "ATTENTION: it is not known whether the server's clock was synchronised while some of this "
        "footage was recorded. Times in the clip may be off.",
    },
    as_recorded="Each source file was read as a whole and is what was recorded.",
    mismatches="ATTENTION: some of the footage is NOT what was recorded:",
    problems={
        SourceProblem.ALTERED: "its content was altered",
        SourceProblem.SHORTENED: "cut off",
        SourceProblem.UNREADABLE: "unreadable, left out",
        SourceProblem.MISSING: "its file is gone, left out",
    },
    number="Export",
    reason="Reason",
    by="Requested by",
    command="command line",
    made="Made",
    asked="Range",
    cameras="Cameras",
    no_gaps="no gaps",
    gap="gap",
    until="to",
)


def worst_trust(cameras: Sequence[ManifestCamera]) -> ClockTrust:
    """Return how far the times of all that is delivered can be trusted: as far as those of its worst source."""
    found = {source.run.trust for camera in cameras for file in camera.files for source in file.sources}
    for trust in (ClockTrust.UNSYNCED, ClockTrust.UNKNOWN):
        if trust in found:
            return trust
    return ClockTrust.SYNCED


def cover_text(export: Export, cameras: Sequence[ManifestCamera], *, zone: SiteZone, made_us: int) -> str:
    """Return the cover, its first paragraph in each language on how far the times can be trusted.

    Args:
        export: the job. cameras: in the order asked. zone: the site's. made_us: when the clip was finished.
    """
    return "\n\n".join(_in_words(words, export, cameras, zone, made_us) for words in (_INDONESIAN, _ENGLISH))


def _in_words(
    words: _Words, export: Export, cameras: Sequence[ManifestCamera], zone: SiteZone, made_us: int
) -> str:
    asked = export.request
    lines = [words.title.upper(), "", words.clock[worst_trust(cameras)]]
    mismatches = [
        f"  - {entry.camera.name}, {_range(one.time, zone, words)}: {words.problems[one.problem]}"
        for entry in cameras
        for one in entry.mismatches
    ]
    # A file that was still being written has no digest to be compared with.
    is_compared = all(
        source.segment is not None for entry in cameras for file in entry.files for source in file.sources
    )
    if mismatches:
        lines += [words.mismatches, *mismatches]
    elif is_compared:
        lines.append(words.as_recorded)
    lines += [
        "",
        f"{words.number}: {export.id} {asked.name}".rstrip(),
        f"{words.reason}: {asked.reason}",
        f"{words.by}: {export.requester or words.command}",
        f"{words.made}: {_moment(made_us, zone)}",
        f"{words.asked}: {_range(asked.time, zone, words)}",
        f"{words.cameras}:",
    ]
    for entry in cameras:
        gaps = [f"      {words.gap} {_range(gap.time, zone, words)}" for gap in entry.gaps]
        lines += [f"  - {entry.camera.name}" + ("" if gaps else f": {words.no_gaps}"), *gaps]
        lines += [f"      {file.name}  SHA-256 {file.sha256}" for file in entry.files]
    return "\n".join(lines) + "\n"


def _moment(at_us: int, zone: SiteZone) -> str:
    return f"{zone.local(at_us):%d/%m/%Y %H:%M:%S} {zone.label}"


def _range(time: TimeRange, zone: SiteZone, words: _Words) -> str:
    start, end = zone.local(time.start_us), zone.local(time.end_us)
    until = f"{end:%H:%M:%S}" if start.date() == end.date() else f"{end:%d/%m/%Y %H:%M:%S}"
    return f"{start:%d/%m/%Y %H:%M:%S} {words.until} {until} {zone.label}"
