"""Clips: how large one would be, asking for one, how far it is, and fetching it."""

from collections.abc import Mapping

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from playback.clips.clip_planner import ClipPlanner
from playback.exports.export_job import room_bytes
from storage.volumes.volume_pool import DATA_FOLDER, Work
from vms.domain.audit import AuditAction
from vms.domain.errors import TooManyAttempts
from vms.domain.export import (
    LONGEST_CLIP_NAME,
    LONGEST_CLIP_REASON,
    LONGEST_CLIP_US,
    MOST_CAMERAS,
    ClipRequest,
    Export,
)
from vms.domain.time import TimeRange
from vms.domain.user import Right, Role, User
from web.access.permissions import EXPORT, OWN_EXPORT, require_camera
from web.api.answers import json_answer
from web.api.bodies import camera_ids_from, object_from, text_from
from web.api.parameters import checked_window, instant_from
from web.http.audit import record_action
from web.http.range_response import RangeResponse
from web.http.routing import guarded
from web.http.state import Call, WebServices, address_of, downloads_of, json_of, services_of, user_of

MOST_UNFINISHED = 5
"""Jobs that one person may have waiting or running (SEC-25)."""


def routes() -> list[Route]:
    """Return the routes of this module."""
    one = "/api/v1/exports/{export_id:int}"
    return [
        guarded("/api/v1/exports", exports, EXPORT, name="exports"),
        guarded("/api/v1/exports", create, EXPORT, methods=("POST",), name="create_export"),
        guarded("/api/v1/exports/estimate", estimate, EXPORT, methods=("POST",)),
        guarded(one, export, OWN_EXPORT),
        guarded(f"{one}/cancel", cancel, OWN_EXPORT, methods=("POST",)),
        guarded(f"{one}/file", file, OWN_EXPORT, name="export_file"),
        guarded(f"{one}/manifest", manifest, OWN_EXPORT),
    ]


def exports(request: Call) -> Response:
    """Answer the caller's exports, newest first; an administrator's answer holds everybody's."""
    user = user_of(request)
    found = services_of(request).storage.exports.list(None if user.role is Role.ADMIN else user.id)
    return json_answer(request, [describe_export(export_) for export_ in found])


def create(request: Call) -> Response:
    """Queue an export and answer it."""
    services, user = services_of(request), user_of(request)
    asked = _asked(services, user, object_from(json_of(request)))
    queued = queue_export(request, asked)
    return JSONResponse(describe_export(queued), 201, headers={"Location": f"/api/v1/exports/{queued.id}"})


def queue_export(request: Call, asked: ClipRequest) -> Export:
    """Check the caller's right to every camera, record the request, and queue it; for the interface and the pages.

    Raises:
        NotFound, PermissionDenied: a camera is not theirs to export.
        TooManyAttempts: too many of their exports are waiting.
    """
    services, user = services_of(request), user_of(request)
    for camera_id in asked.camera_ids:
        require_camera(user, Right.EXPORT, camera_id)
    waiting = [e for e in services.storage.exports.list(user.id) if not e.state.is_final]
    if len(waiting) >= MOST_UNFINISHED:
        raise TooManyAttempts("too many of your exports are waiting: let one finish first", wait_seconds=30)
    cameras = ", ".join(str(camera_id) for camera_id in asked.camera_ids)
    # The entry comes first: without it there is no export (COC-07).
    record_action(request, AuditAction.EXPORT_REQUEST, f"cameras {cameras}", asked.reason or asked.name)
    return services.storage.exports.create(asked)


def estimate(request: Call) -> Response:
    """Answer how large a clip would be, what it would miss, and whether it fits on disk."""
    services, user = services_of(request), user_of(request)
    asked = _asked(services, user, object_from(json_of(request)))
    for camera_id in asked.camera_ids:
        require_camera(user, Right.EXPORT, camera_id)
    planner = ClipPlanner(services.storage, services.footage, services.clock)
    clips = [
        planner.plan(services.storage.cameras.get(camera_id), asked.time) for camera_id in asked.camera_ids
    ]
    free = services.exports.free_bytes()
    return json_answer(
        request,
        {
            "bytes": sum(clip.estimated_bytes for clip in clips),
            "duration_us": asked.time.duration_us,
            "covered_us": sum(clip.covered_us for clip in clips),
            "files": sum(len(clip.parts) for clip in clips),
            "cameras": [
                {
                    "camera_id": clip.camera_id,
                    "bytes": clip.estimated_bytes,
                    "covered_us": clip.covered_us,
                    "files": len(clip.parts),
                }
                for clip in clips
            ],
            "gaps": [
                {
                    "camera_id": clip.camera_id,
                    "start_us": gap.time.start_us,
                    "end_us": gap.time.end_us,
                    "cause": gap.cause.value,
                    "detail": gap.detail,
                }
                for clip in clips
                for gap in clip.gaps
            ],
            "free_bytes": free,
            "fits": room_bytes(clips) <= free,
        },
    )


def export(request: Call) -> Response:
    """Answer one export."""
    return json_answer(request, describe_export(_export(request)))


def cancel(request: Call) -> Response:
    """Ask an export to stop and answer it; one that has ended stays as it is."""
    services, export_id = services_of(request), _export(request).id
    record_action(request, AuditAction.EXPORT_CANCEL, f"export {export_id}")
    return json_answer(request, describe_export(services.storage.exports.request_cancel(export_id)))


def file(request: Call) -> Response:
    """Answer the delivered file, or a range of it; recorded (COC-21)."""
    services, found = services_of(request), _export(request)
    fd, size = services.exports.open_file(found)
    name = found.file_name or "clip"
    answer = RangeResponse(
        request,
        services.storage.volume_pool.threads(DATA_FOLDER, Work.SEND),
        fd,
        size,
        media_type="application/zip" if name.endswith(".zip") else "video/mp4",
        etag=f'"{found.sha256}"',
        file_name=name,
    )
    return _recorded(request, found, "clip", answer)


def manifest(request: Call) -> Response:
    """Answer the export's manifest, or a range of it; recorded (COC-21)."""
    services, found = services_of(request), _export(request)
    fd, size = services.exports.open_manifest(found)
    threads, name = services.storage.volume_pool.threads(DATA_FOLDER, Work.SEND), f"export-{found.id}"
    answer = RangeResponse(
        request, threads, fd, size, media_type="application/json", file_name=f"{name}-manifest.json"
    )
    return _recorded(request, found, "manifest", answer)


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


def describe_export(found: Export) -> dict[str, object]:
    """Return what is told about an export; never where it lies."""
    return {
        "id": found.id,
        "name": found.request.name,
        "reason": found.request.reason,
        "camera_ids": list(found.request.camera_ids),
        "from_us": found.request.time.start_us,
        "to_us": found.request.time.end_us,
        "requested_by": found.requested_by_name,
        "state": found.state.value,
        "created_us": found.created_us,
        "updated_us": found.updated_us,
        "finished_us": found.finished_us,
        "expires_us": found.expires_us,
        "done_bytes": found.done_bytes,
        "total_bytes": found.total_bytes,
        "cancel_requested": found.cancel_requested,
        "file_name": found.file_name,
        "file_bytes": found.file_bytes,
        "sha256": found.sha256,
        "error": found.error,
    }


def _export(request: Call) -> Export:
    return services_of(request).storage.exports.get(int(request.path_params["export_id"]))


def _asked(services: WebServices, user: User, body: Mapping[str, object]) -> ClipRequest:
    """Return what a JSON body asks for; an end in the future becomes the present."""
    start_us = instant_from(text_from(body, "from", longest=40), "from")
    end_us = min(instant_from(text_from(body, "to", longest=40), "to"), services.clock.now_us())
    return ClipRequest(
        camera_ids=camera_ids_from(body, most=MOST_CAMERAS),
        time=checked_clip_time(start_us, end_us),
        name=text_from(body, "name", longest=LONGEST_CLIP_NAME, default=""),
        reason=text_from(body, "reason", longest=LONGEST_CLIP_REASON, default=""),
        requested_by=user.id,
    )


def checked_clip_time(start_us: int, end_us: int) -> TimeRange:
    """Return the time of a clip; raises InvalidInput where it is empty, backwards, in the future or too long."""
    return checked_window(start_us, end_us, longest_us=LONGEST_CLIP_US)
