"""Clips: how large one would be, asking for one, how far it is, and fetching it."""

from typing import Annotated

from msgspec import Meta, Struct
from starlette.responses import Response

from playback.clips.clip_plan import CameraClip
from playback.clips.clip_planner import ClipPlanner
from playback.exports.cover import FILE_NAME as COVER
from playback.exports.export_job import room_bytes
from playback.exports.file_names import name_beside
from playback.exports.manifest import FILE_NAME as MANIFEST
from storage.volumes.volume_pool import DATA_FOLDER, Work
from vms.domain.audit import AuditAction
from vms.domain.camera import OutageCause
from vms.domain.errors import TooManyAttempts
from vms.domain.export import (
    LONGEST_CLIP_NAME,
    LONGEST_CLIP_REASON,
    LONGEST_CLIP_US,
    MOST_UNFINISHED,
    ClipRequest,
    Export,
    ExportState,
    SourceProblem,
)
from vms.domain.form_fields import refuse
from vms.domain.segment import ClockTrust
from vms.domain.user import Right, Role
from web.access.permissions import require_cameras
from web.api.operations import Created
from web.api.values import RangeBody, checked_window
from web.http.audit import record_action
from web.http.range_response import RangeResponse
from web.http.state import Call, address_of, downloads_of, services_of, user_of


class ClipBody(RangeBody, frozen=True, kw_only=True):
    """A clip of at most 24 hours; an end in the future becomes the present."""

    name: Annotated[str, Meta(max_length=LONGEST_CLIP_NAME)] = ""
    reason: Annotated[str, Meta(max_length=LONGEST_CLIP_REASON)] = ""
    takes_altered: bool = False


class NewClipBody(ClipBody, frozen=True, kw_only=True):
    """The same, with the reason for which it is asked."""

    reason: Annotated[str, Meta(min_length=1, max_length=LONGEST_CLIP_REASON)]


class CameraEstimate(Struct, frozen=True):
    """What one camera's part of a clip would be."""

    camera_id: int
    bytes: int
    covered_us: int
    files: int


class ClipGap(Struct, frozen=True):
    """Time that a clip would miss, and why."""

    camera_id: int
    start_us: int
    end_us: int
    cause: OutageCause
    detail: str


class ClipEstimate(Struct, frozen=True):
    """What a clip would be, and whether it fits on disk."""

    bytes: int
    duration_us: int
    covered_us: int
    files: int
    cameras: list[CameraEstimate]
    gaps: list[ClipGap]
    free_bytes: int
    fits: bool


class AlteredFile(Struct, frozen=True):
    """A recorded file that is not what was recorded: altered or shortened, or left out as unreadable or missing."""

    camera_id: int
    start_us: int
    end_us: int
    problem: SourceProblem


class ExportFacts(Struct, frozen=True):
    """What is told about an export; never where it lies."""

    id: int
    name: str
    reason: str
    camera_ids: tuple[int, ...]
    from_us: int
    to_us: int
    requested_by: str
    requested_by_login: str
    requested_by_id: int | None
    state: ExportState
    created_us: int
    updated_us: int
    finished_us: int | None
    expires_us: int | None
    done_bytes: int
    total_bytes: int
    cancel_requested: bool
    file_name: str | None
    file_bytes: int | None
    sha256: str | None
    error: str | None
    clock: ClockTrust | None
    takes_altered: bool
    mismatches: list[AlteredFile]


def exports(request: Call) -> list[ExportFacts]:
    """Your exports, newest first; an administrator's answer holds everybody's."""
    user = user_of(request)
    found = services_of(request).storage.exports.list(None if user.role is Role.ADMIN else user.id)
    return [describe_export(one) for one in found]


def create(request: Call, body: NewClipBody) -> Created[ExportFacts]:
    """Ask for a clip."""
    queued = queue_export(request, _wanted(request, body))
    return Created(describe_export(queued), f"/api/v1/exports/{queued.id}")


def queue_export(request: Call, asked: ClipRequest) -> Export:
    """Check the caller's right to every camera, record the request, and queue it; for the interface and the pages.

    Raises:
        InvalidInput: a field is unusable, or no reason is given.
        NotFound, PermissionDenied: a camera is not theirs to export.
        TooManyAttempts: too many of their exports are waiting.
    """
    require_cameras(user_of(request), Right.EXPORT, asked.camera_ids)
    refuse(asked.problems())
    cameras = ", ".join(str(camera_id) for camera_id in asked.camera_ids)
    # The entry comes first: without it there is no export (COC-07).
    altered = "; also footage that is not what was recorded" if asked.takes_altered else ""
    detail = f"{asked.reason or asked.name}{altered}"
    record_action(request, AuditAction.EXPORT_REQUEST, f"cameras {cameras}", detail)
    try:
        return services_of(request).storage.exports.create(asked, most_unfinished=MOST_UNFINISHED)
    except TooManyAttempts:
        record_action(
            request, AuditAction.EXPORT_REQUEST_REFUSED, f"cameras {cameras}", "too many are waiting"
        )
        raise


def estimate(request: Call, body: ClipBody) -> ClipEstimate:
    """How large a clip would be, what it would miss, and whether it fits on disk."""
    services, wanted = services_of(request), _wanted(request, body)
    require_cameras(user_of(request), Right.EXPORT, wanted.camera_ids)
    planner = ClipPlanner(services.storage, services.footage, services.clock)
    clips = [planner.plan(services.storage.cameras.get(one), wanted.time) for one in wanted.camera_ids]
    free = services.exports.free_bytes()
    return ClipEstimate(
        bytes=sum(clip.estimated_bytes for clip in clips),
        duration_us=wanted.time.duration_us,
        covered_us=sum(clip.covered_us for clip in clips),
        files=sum(len(clip.parts) for clip in clips),
        cameras=[
            CameraEstimate(clip.camera_id, clip.estimated_bytes, clip.covered_us, len(clip.parts))
            for clip in clips
        ],
        gaps=[gap for clip in clips for gap in _gaps(clip)],
        free_bytes=free,
        fits=room_bytes(clips) <= free,
    )


def export(request: Call, export_id: int) -> ExportFacts:
    """One export and how far it is."""
    return describe_export(services_of(request).storage.exports.get(export_id))


def cancel(request: Call, export_id: int) -> ExportFacts:
    """Ask an export to stop; one that has ended stays as it is."""
    record_action(request, AuditAction.EXPORT_CANCEL, f"export {export_id}")
    return describe_export(services_of(request).storage.exports.request_cancel(export_id))


def file(request: Call, export_id: int) -> Response:
    """The delivered clip, or a range of it: MP4, or ZIP of several; recorded (COC-21)."""
    services = services_of(request)
    found = services.storage.exports.get(export_id)
    fd, size, etag = services.exports.open_file(found)
    name = found.file_name or "clip"
    answer = RangeResponse(
        request,
        services.storage.volume_pool.threads(DATA_FOLDER, Work.SEND),
        fd,
        size,
        media_type="application/zip" if name.endswith(".zip") else "video/mp4",
        etag=etag,
        file_name=name,
    )
    return _recorded(request, found, "clip", answer)


def manifest(request: Call, export_id: int) -> Response:
    """What the clip holds, misses, and was made from, or a range of it; recorded (COC-21)."""
    return _beside(request, export_id, MANIFEST, "application/json")


def cover(request: Call, export_id: int) -> Response:
    """What a person must know first of the clip, in words, or a range of it; recorded (COC-21)."""
    return _beside(request, export_id, COVER, "text/plain; charset=utf-8")


def _beside(request: Call, export_id: int, own_name: str, media_type: str) -> Response:
    """Answer with what lies beside a clip."""
    services = services_of(request)
    found = services.storage.exports.get(export_id)
    fd, size = services.exports.open_part(found, own_name)
    threads = services.storage.volume_pool.threads(DATA_FOLDER, Work.SEND)
    name = name_beside(found.file_name or "", own_name)
    answer = RangeResponse(request, threads, fd, size, media_type=media_type, file_name=name)
    return _recorded(request, found, own_name.partition(".")[0], answer)


def _recorded(request: Call, found: Export, part: str, answer: RangeResponse) -> Response:
    """Return the answer, on the record before any byte of it is sent.

    What counts is whether it carries bytes, not how they were asked for: Range headers say the same in many ways.
    """
    if request.method == "GET" and answer.status_code in {200, 206}:
        user, address = user_of(request), address_of(request)
        subject, detail = f"export {found.id}", f"{part}; one entry for an hour's requests"
        downloads_of(request).once_an_hour(
            (user.id, found.id, part, address),
            lambda: record_action(request, AuditAction.EXPORT_DOWNLOAD, subject, detail),
        )
    return answer


def describe_export(found: Export) -> ExportFacts:
    """Return what is told about an export; never where it lies."""
    return ExportFacts(
        id=found.id,
        name=found.request.name,
        reason=found.request.reason,
        camera_ids=found.request.camera_ids,
        from_us=found.request.time.start_us,
        to_us=found.request.time.end_us,
        requested_by=found.requested_by_name,
        requested_by_login=found.requested_by_login,
        requested_by_id=found.request.requested_by,
        state=found.state,
        created_us=found.created_us,
        updated_us=found.updated_us,
        finished_us=found.finished_us,
        expires_us=found.expires_us,
        done_bytes=found.done_bytes,
        total_bytes=found.total_bytes,
        cancel_requested=found.cancel_requested,
        file_name=found.file_name,
        file_bytes=found.file_bytes,
        sha256=found.sha256,
        error=found.error,
        clock=found.clock,
        takes_altered=found.request.takes_altered,
        mismatches=[
            AlteredFile(one.camera_id, one.time.start_us, one.time.end_us, one.problem)
            for one in found.mismatches
        ],
    )


def _gaps(clip: CameraClip) -> list[ClipGap]:
    return [
        ClipGap(clip.camera_id, gap.time.start_us, gap.time.end_us, gap.cause, gap.detail)
        for gap in clip.gaps
    ]


def _wanted(request: Call, body: ClipBody) -> ClipRequest:
    """Return the clip that a body asks for; an end in the future becomes the present."""
    end_us = min(body.to.us, services_of(request).clock.now_us())
    return ClipRequest(
        camera_ids=tuple(dict.fromkeys(body.camera_ids)),
        time=checked_window(body.from_.us, end_us, longest_us=LONGEST_CLIP_US),
        name=body.name,
        reason=body.reason,
        requested_by=user_of(request).id,
        takes_altered=body.takes_altered,
    )
