"""The manifest that goes with every clip: what was asked, what is delivered, what is missing, and from what it was made.

It never holds an address, a password or a path (EXP-10). Times are UTC with microseconds; the site's zone is named.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from playback.clips.clip_writer import WrittenClip
from vms.domain.camera import Camera
from vms.domain.export import Export, Mismatch
from vms.domain.moments.site_time import SiteZone
from vms.domain.segment import Gap, InitRecord, Run, Segment
from vms.domain.time import TimeRange, format_rfc3339

SCHEMA = "siring.export/1"
FILE_NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class ManifestSource:
    """A recorded file that a clip was copied from.

    Attributes:
        segment: None while it was still being written. read_sha256: of all of it as it was read; None likewise.
    """

    time: TimeRange
    seq: int
    run: Run
    segment: Segment | None
    read_sha256: bytes | None


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """One delivered media file."""

    name: str
    sha256: str
    clip: WrittenClip
    init: InitRecord
    delivered: TimeRange
    sources: tuple[ManifestSource, ...]


@dataclass(frozen=True, slots=True)
class ManifestCamera:
    """What one camera contributed."""

    camera: Camera
    files: tuple[ManifestFile, ...]
    gaps: tuple[Gap, ...]
    mismatches: tuple[Mismatch, ...]


def manifest_text(
    export: Export,
    cameras: Sequence[ManifestCamera],
    *,
    zone: SiteZone,
    version: str,
    made_us: int,
) -> str:
    """Return the manifest as JSON with sorted keys.

    Args:
        export: the job. cameras: in the order asked.
        zone: the site's. version: of this software. made_us: when the clip was finished.
    """
    body = {
        "schema": SCHEMA,
        "export": {
            "id": export.id,
            "name": export.request.name,
            "reason": export.request.reason,
            "requested_by": export.requested_by_name,
            "requested_by_login": export.requested_by_login,
            "requested_by_id": export.request.requested_by,
            "requested_at": format_rfc3339(export.created_us),
            "made_at": format_rfc3339(made_us),
        },
        "software": {"name": "Siring", "version": version},
        "processing": "stream copy: the camera's own samples, cut by an edit list; nothing was re-encoded",
        "zone": {
            "name": zone.name,
            "label": zone.label,
            "offset_us": zone.offset_us(export.request.time.start_us),
        },
        "requested": _range(export.request.time),
        "cameras": [_camera(entry) for entry in cameras],
    }
    return json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _camera(entry: ManifestCamera) -> Mapping[str, object]:
    camera = entry.camera
    return {
        "uuid": str(camera.uuid),
        "name": camera.name,
        "place": camera.place,
        "agency": camera.agency,
        "is_gap_free": not entry.gaps,
        "is_as_recorded": not entry.mismatches,
        "mismatches": [
            {**_range(mismatch.time), "problem": mismatch.problem.value} for mismatch in entry.mismatches
        ],
        "gaps": [{**_range(gap.time), "cause": gap.cause.value, "detail": gap.detail} for gap in entry.gaps],
        "files": [_file(file) for file in entry.files],
    }


def _file(file: ManifestFile) -> Mapping[str, object]:
    clip = file.clip
    return {
        "name": file.name,
        "bytes": clip.size_bytes,
        "sha256": file.sha256,
        "codec": file.init.codec,
        "codecs": file.init.rfc6381,
        "width": file.init.width,
        "height": file.init.height,
        "duration_us": clip.duration_us,
        "frames": clip.frames,
        "hidden_frames": clip.hidden_frames,
        "lead_in": {"frames": clip.lead_in_frames, "duration_us": clip.lead_in_us},
        "delivered": _range(file.delivered),
        "spans": [
            {
                "clip_start_us": span.clip_start_us,
                "clip_end_us": span.clip_end_us,
                "start": format_rfc3339(span.wall_start_us),
                "end": format_rfc3339(span.wall_end_us),
            }
            for span in clip.spans
        ],
        "sources": [_source(source) for source in file.sources],
    }


def _source(source: ManifestSource) -> Mapping[str, object]:
    segment = source.segment
    return {
        **_range(source.time),
        "run": str(source.run.uuid),
        "seq": source.seq,
        "clock": source.run.trust.value,
        "sha256": None if segment is None else segment.sha256.hex(),
        "read_sha256": None if source.read_sha256 is None else source.read_sha256.hex(),
        "is_as_recorded": None if segment is None else segment.sha256 == source.read_sha256,
        "bytes": None if segment is None else segment.size_bytes,
        "flags": [] if segment is None else [flag.name for flag in segment.flags],
    }


def _range(time: TimeRange) -> dict[str, object]:
    return {"start": format_rfc3339(time.start_us), "end": format_rfc3339(time.end_us)}
