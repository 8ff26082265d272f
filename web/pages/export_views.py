"""Exports as pages and their scripts show them."""

from dataclasses import asdict, dataclass
from urllib.parse import quote

from vms.domain.errors import NotFound
from vms.domain.export import Export, ExportState
from vms.domain.time import format_rfc3339
from vms.domain.user import Role, User
from web.camera_marks import Mark
from web.presenters import DASH, Presenter
from web.state import WebServices

_MARKS = {
    ExportState.QUEUED: ("ring", "off"),
    ExportState.RUNNING: ("half", "run"),
    ExportState.DONE: ("tick", "ok"),
    ExportState.FAILED: ("square", "bad"),
    ExportState.CANCELLED: ("ring", "off"),
    ExportState.EXPIRED: ("ring", "off"),
}


@dataclass(frozen=True, slots=True)
class ExportView:
    """One export on a page; texts are ready to be shown."""

    id: int
    name: str
    cameras: str
    range: str
    reason: str
    by: str
    state: Mark
    state_id: str
    note: str
    size: str
    percent: int
    is_working: bool
    is_cancelling: bool
    is_ready: bool
    file_url: str
    manifest_url: str
    again_url: str

    def as_json(self) -> dict[str, object]:
        """Return the same for scripts."""
        return {key: value for key, value in asdict(self).items() if key != "state"}


def exports_of(services: WebServices, user: User) -> list[Export]:
    """Return the exports that a person may see, newest first: their own, for an administrator everybody's."""
    return services.storage.exports.list(None if user.role is Role.ADMIN else user.id)


def export_view(services: WebServices, export: Export, present: Presenter) -> ExportView:
    """Return what pages show of an export."""
    words = present.catalogue
    percent = min(100, export.done_bytes * 100 // export.total_bytes) if export.total_bytes else 0
    shape, tone = _MARKS[export.state]
    request = export.request
    start = quote(format_rfc3339(request.time.start_us))
    end = quote(format_rfc3339(request.time.end_us))
    api = f"/api/v1/exports/{export.id}"
    return ExportView(
        id=export.id,
        name=request.name or f"{export.id}",
        cameras=", ".join(_camera_name(services, camera_id) for camera_id in request.camera_ids),
        range=present.span(request.time),
        reason=request.reason,
        by=export.requested_by_name,
        state=Mark(export.state.value, shape, tone, words.text(f"export.{export.state}", n=percent)),
        state_id=export.state.value,
        note=_note(export, present),
        size=_size(export, present),
        percent=percent,
        is_working=not export.state.is_final,
        is_cancelling=export.cancel_requested and not export.state.is_final,
        is_ready=export.state is ExportState.DONE,
        file_url=f"{api}/file",
        manifest_url=f"{api}/manifest",
        again_url=f"/playback?cam={request.camera_ids[0]}&t={start}&in={start}&out={end}",
    )


def _camera_name(services: WebServices, camera_id: int) -> str:
    try:
        return services.storage.cameras.get(camera_id).name
    except NotFound:
        return f"{camera_id}"


def _size(export: Export, present: Presenter) -> str:
    if export.file_bytes is not None:
        return present.size(export.file_bytes)
    if export.total_bytes:
        return present.catalogue.text("export.about", size=present.size(export.total_bytes))
    return DASH


def _note(export: Export, present: Presenter) -> str:
    words = present.catalogue
    match export.state:
        case ExportState.QUEUED:
            return words.text("export.note_queued")
        case ExportState.RUNNING:
            done, total = present.size(export.done_bytes), present.size(export.total_bytes)
            return words.text("export.note_done", done=done, total=total) if export.total_bytes else ""
        case ExportState.DONE if export.expires_us is not None:
            return words.text("export.note_until", time=present.since(export.expires_us))
        case ExportState.FAILED:
            return words.text("export.note_failed")
        case ExportState.EXPIRED:
            return words.text("export.note_expired")
        case _:
            return ""
