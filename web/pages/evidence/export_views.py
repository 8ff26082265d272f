"""Exports as pages and their scripts show them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from urllib.parse import quote

from vms.domain.export import Export, ExportState
from vms.domain.segment import ClockTrust
from vms.domain.time import format_rfc3339
from vms.domain.user import Role, User
from web.http.state import WebServices
from web.pages.cameras.camera_marks import Mark
from web.pages.frame.presenters import DASH, Presenter

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
    """One export on a page; texts are ready to be shown.

    Attributes:
        cameras: their names, with their number where there are several. range, size: of the clip.
        clock_note: what to know about the times; empty where they can be trusted.
        mismatches: footage that is not what was recorded, a line for each file. offers_altered: whether the clip was
            not made for that reason alone, and can be asked for all the same.
        note: what to know about the state. percent, done_bytes, total_bytes: progress, which never goes back.
    """

    id: int
    name: str
    cameras: str
    range: str
    reason: str
    by: str
    state: Mark
    state_id: str
    note: str
    clock_note: str
    mismatches: list[str]
    offers_altered: bool
    size: str
    percent: int
    done_bytes: int
    total_bytes: int
    is_working: bool
    is_cancelling: bool
    is_ready: bool
    file_url: str
    manifest_url: str
    cover_url: str
    open_url: str

    def as_json(self) -> dict[str, object]:
        """Return the same for scripts."""
        return {key: value for key, value in asdict(self).items() if key != "state"}


def exports_of(services: WebServices, user: User) -> list[Export]:
    """Return the exports that a person may see, newest first: their own, for an administrator everybody's."""
    return services.storage.exports.list(None if user.role is Role.ADMIN else user.id)


def camera_names(services: WebServices) -> dict[int, str]:
    """Return the name of every camera by id, with one query; removed ones too, whose clips stay."""
    return {camera.id: camera.name for camera in services.storage.cameras.list(include_removed=True)}


def export_views(services: WebServices, exports: Sequence[Export], present: Presenter) -> list[ExportView]:
    """Return what pages show of some exports, with one query however many they are."""
    names = camera_names(services) if exports else {}
    return [_view(export, names, present) for export in exports]


def _view(export: Export, names: Mapping[int, str], present: Presenter) -> ExportView:
    percent = min(100, export.done_bytes * 100 // export.total_bytes) if export.total_bytes else 0
    shape, tone = _MARKS[export.state]
    request = export.request
    start = quote(format_rfc3339(request.time.start_us))
    end = quote(format_rfc3339(request.time.end_us))
    cameras = ",".join(str(camera_id) for camera_id in request.camera_ids)
    api = f"/api/v1/exports/{export.id}"
    return ExportView(
        id=export.id,
        name=request.name or f"{export.id}",
        cameras=_cameras([names.get(camera_id, f"{camera_id}") for camera_id in request.camera_ids], present),
        range=present.span(request.time),
        reason=request.reason,
        by=export.requester,
        state=Mark(export.state.value, shape, tone, _state_word(export, percent, present)),
        state_id=export.state.value,
        note=_note(export, present),
        clock_note=present.catalogue.text(f"export.clock_{export.clock}") if _is_doubted(export) else "",
        mismatches=[
            present.catalogue.text(
                f"export.{one.problem}",
                camera=names.get(one.camera_id, f"{one.camera_id}"),
                range=present.span(one.time),
            )
            for one in export.mismatches
        ],
        offers_altered=_failed_by_mismatch(export) and not request.takes_altered,
        size=_size(export, present),
        percent=percent,
        done_bytes=export.done_bytes,
        total_bytes=export.total_bytes,
        is_working=not export.state.is_final,
        is_cancelling=export.cancel_requested and not export.state.is_final,
        is_ready=export.state is ExportState.DONE,
        file_url=f"{api}/file",
        manifest_url=f"{api}/manifest",
        cover_url=f"{api}/cover",
        open_url=f"/playback?cam={cameras}&t={start}&in={start}&out={end}",
    )


def _is_doubted(export: Export) -> bool:
    return export.clock not in {None, ClockTrust.SYNCED}


def _failed_by_mismatch(export: Export) -> bool:
    return export.state is ExportState.FAILED and bool(export.mismatches)


def _cameras(names: list[str], present: Presenter) -> str:
    if len(names) == 1:
        return names[0]
    return present.catalogue.count("export.cameras", len(names), names=", ".join(names))


def _state_word(export: Export, percent: int, present: Presenter) -> str:
    if export.state is ExportState.FAILED and percent:
        return present.catalogue.text("export.failed_at", n=percent)
    return present.catalogue.text(f"export.{export.state}", n=percent)


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
            return words.text("export.note_altered" if export.mismatches else "export.note_failed")
        case ExportState.EXPIRED:
            return words.text("export.note_expired")
        case _:
            return ""
