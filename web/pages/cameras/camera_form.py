"""Adding and editing a camera: what was typed, what is wrong with it, and a password that is never given back."""

import re
from dataclasses import replace

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from vms.domain.audit import AuditAction
from vms.domain.camera import Camera, CameraDraft
from vms.domain.camera_address import parse_stream_url
from vms.domain.camera_text import CameraText
from vms.domain.errors import Conflict, InvalidInput
from web.access.permissions import MANAGE, MANAGE_CAMERA
from web.http.audit import record_action
from web.http.routing import guarded
from web.http.state import Call, form_of, services_of
from web.i18n.catalogue import Catalogue
from web.pages.frame.forms import Form, secret_field, shown, text_field
from web.pages.frame.rendering import render, words_of

_TEXTS = (
    "main_url", "sub_url", "username", "name", "place", "agency", "group", "latitude", "longitude",
    "purpose", "retention_days", "min_days", "quota_gb",
)  # fmt: skip
_PLAIN_ADDRESS = re.compile(r"[a-z]+://[a-z\d.-]*(:\d*)?(/[\w./-]*)?", re.IGNORECASE)
_BOXES = ("is_enabled", "record_audio", "forget_credentials")


def routes() -> list[Route]:
    """Return the routes of this module."""
    one = "/cameras/{camera_id:int}/edit"
    return [
        guarded("/cameras/new", show_new, MANAGE, name="new_camera"),
        guarded("/cameras/new", add, MANAGE, methods=("POST",), name="add_camera"),
        guarded(one, show_edit, MANAGE_CAMERA, name="edit_camera"),
        guarded(one, edit, MANAGE_CAMERA, methods=("POST",), name="save_camera"),
    ]


def show_new(request: Call) -> Response:
    """Show an empty form."""
    return _page(request, Form({"is_enabled": True, "retention_days": "30", "min_days": "0"}), None)


def add(request: Call) -> Response:
    """Store a new camera and go to its page."""
    form, draft = _read(request, None)
    if draft is not None:
        detail = audit_detail(draft)
        # The entry comes first: without it there is no camera (COC-07). Its number is not known yet, its name is.
        record_action(request, AuditAction.CAMERA_ADD, "camera", detail)
        try:
            camera = services_of(request).storage.cameras.add(draft)
        except (Conflict, InvalidInput) as error:
            record_action(request, AuditAction.CAMERA_ADD_REFUSED, "camera", detail)
            _complain(form, error, words_of(request))
        else:
            return RedirectResponse(f"/cameras/{camera.id}?done=added&camera={camera.id}", 303)
    return _page(request, form, None, status=422)


def show_edit(request: Call) -> Response:
    """Show a camera in the form; its password is not in it, nor an address that may hold one."""
    camera = _camera(request)
    form = Form(_values(request, camera))
    for stream in camera.streams:
        if stream.is_enabled and not stream.url.is_clear:
            form.complain(f"{stream.role}_url", words_of(request).text("camera_form.address_hidden"))
    return _page(request, form, camera)


def edit(request: Call) -> Response:
    """Store what was changed and go to the camera's page."""
    camera = _camera(request)
    form, draft = _read(request, camera)
    if draft is not None:
        forgets = text_field(form_of(request), "forget_credentials") == "1" and draft.credentials is None
        subject, detail = f"camera {camera.id}", audit_detail(draft, forgets=forgets)
        record_action(request, AuditAction.CAMERA_EDIT, subject, detail)
        try:
            services_of(request).storage.cameras.edit(camera.id, draft, clear_credentials=forgets)
        except (Conflict, InvalidInput) as error:
            record_action(request, AuditAction.CAMERA_EDIT_REFUSED, subject, detail)
            _complain(form, error, words_of(request))
        else:
            return RedirectResponse(f"/cameras/{camera.id}?done=changed&camera={camera.id}", 303)
    return _page(request, form, camera, status=422)


def _page(request: Call, form: Form, camera: Camera | None, *, status: int = 200) -> Response:
    return render(request, "camera_form.html", section="cameras", status=status, form=form, camera=camera)


def _values(request: Call, camera: Camera) -> dict[str, object]:
    written = CameraText.of(camera, services_of(request).storage.cameras.credentials(camera.id))
    return {name: getattr(written, name) for name in (*_TEXTS, "is_enabled", "record_audio")}


def _read(request: Call, camera: Camera | None) -> tuple[Form, CameraDraft | None]:
    """Return the form as typed with its problems, and the draft where there are none."""
    data, services = form_of(request), services_of(request)
    form = Form(shown(data, _TEXTS) | {name: text_field(data, name) == "1" for name in _BOXES})
    texts = {name: text_field(data, name) for name in _TEXTS} | {"password": secret_field(data, "password")}
    written = replace(
        CameraText().with_texts(texts),
        is_enabled=form.values["is_enabled"] is True,
        record_audio=form.values["record_audio"] is True,
    )
    stored = services.storage.cameras.credentials(camera.id) if camera is not None else None
    known_name = "" if camera is None else camera.name
    checked = written.read(services.settings.camera_networks, stored, known_name)
    form.complain_all(checked.problems, words_of(request))
    for name in ("main_url", "sub_url"):
        _hide_login(form, name)
    return form, checked.draft


def _hide_login(form: Form, name: str) -> None:
    """Show an address without the login in it, and the user name of that login in its own field."""
    text = str(form.values[name])
    try:
        url, credentials = parse_stream_url(text)
    except InvalidInput:
        # It may hold a password: what cannot be read is shown again only where it is too plain for one.
        if not _PLAIN_ADDRESS.fullmatch(text):
            form.values[name] = ""
        return
    form.values[name] = str(url)
    if credentials is not None and not form.values["username"]:
        form.values["username"] = credentials.username


def _complain(form: Form, error: Conflict | InvalidInput, words: Catalogue) -> None:
    field = error.field if isinstance(error, InvalidInput) else "name"
    form.complain(field, words.text("form.name_taken" if isinstance(error, Conflict) else "form.unusable"))


def audit_detail(draft: CameraDraft, *, forgets: bool = False) -> str:
    """Return what matters for privacy: retention, sound, whether the password changes; never an address or a secret."""
    password = (
        " password=changed" if draft.credentials is not None else " password=forgotten" if forgets else ""
    )
    rules = f"retention_days={draft.retention_days} audio={draft.record_audio} enabled={draft.is_enabled}"
    return f"{rules}{password} name={draft.name}"


def _camera(request: Call) -> Camera:
    camera = services_of(request).storage.cameras.get(int(request.path_params["camera_id"]))
    if camera.removed_us is not None:
        raise Conflict("a removed camera cannot be changed")
    return camera
