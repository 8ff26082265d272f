"""Adding and editing a camera: every field checked, the password taken in and never given back."""

import ipaddress

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from vms.domain.audit import AuditAction
from vms.domain.camera import Camera, CameraDraft, StreamRole
from vms.domain.camera_address import Credentials, Secret, StreamUrl, is_allowed_address, parse_stream_url
from vms.domain.errors import Conflict, InvalidInput, UnclearLogin
from web.access.permissions import MANAGE, MANAGE_CAMERA
from web.http.audit import record_action
from web.http.routing import guarded
from web.http.state import Call, form_of, services_of
from web.i18n.catalogue import Catalogue
from web.pages.frame.forms import (
    Form,
    number_field,
    required_text,
    secret_field,
    shown,
    text_field,
    whole_field,
)
from web.pages.frame.rendering import render, words_of

_TEXTS = (
    "main_url", "sub_url", "username", "name", "place", "agency", "group", "latitude", "longitude",
    "purpose", "retention_days", "min_days", "quota_gb",
)  # fmt: skip
_BOXES = ("is_enabled", "record_audio", "forget_credentials")
_LONGEST_DAYS = 3650
_GIGABYTE = 1_000_000_000
_LONGEST_TEXT = 120
_LONGEST_PURPOSE = 400


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
        told = _told(draft)
        # The entry comes first: without it there is no camera (COC-07). Its number is not known yet, its name is.
        record_action(request, AuditAction.CAMERA_ADD, "camera", told)
        try:
            camera = services_of(request).storage.cameras.add(draft)
        except (Conflict, InvalidInput) as error:
            record_action(request, AuditAction.CAMERA_ADD_REFUSED, "camera", told)
            _complain(form, error, words_of(request))
        else:
            return RedirectResponse(f"/cameras/{camera.id}?done=added&camera={camera.id}", 303)
    return _page(request, form, None, status=422)


def show_edit(request: Call) -> Response:
    """Show a camera in the form; its password is not in it."""
    camera = _camera(request)
    return _page(request, Form(_values(request, camera)), camera)


def edit(request: Call) -> Response:
    """Store what was changed and go to the camera's page."""
    camera = _camera(request)
    form, draft = _read(request, camera)
    if draft is not None:
        forgets = text_field(form_of(request), "forget_credentials") == "1" and draft.credentials is None
        subject, told = f"camera {camera.id}", _told(draft, forgets=forgets)
        record_action(request, AuditAction.CAMERA_EDIT, subject, told)
        try:
            services_of(request).storage.cameras.edit(camera.id, draft, clear_credentials=forgets)
        except (Conflict, InvalidInput) as error:
            record_action(request, AuditAction.CAMERA_EDIT_REFUSED, subject, told)
            _complain(form, error, words_of(request))
        else:
            return RedirectResponse(f"/cameras/{camera.id}?done=changed&camera={camera.id}", 303)
    return _page(request, form, camera, status=422)


def _page(request: Call, form: Form, camera: Camera | None, *, status: int = 200) -> Response:
    return render(request, "camera_form.html", section="cameras", status=status, form=form, camera=camera)


def _values(request: Call, camera: Camera) -> dict[str, object]:
    credentials = services_of(request).storage.cameras.credentials(camera.id)
    streams = {stream.role: stream for stream in camera.streams if stream.is_enabled}
    main, sub = streams.get(StreamRole.MAIN), streams.get(StreamRole.SUB)
    return {
        "main_url": "" if main is None else str(main.url),
        "sub_url": "" if sub is None else str(sub.url),
        "username": "" if credentials is None else credentials.username,
        "name": camera.name,
        "place": camera.place,
        "agency": camera.agency,
        "group": camera.group,
        "latitude": "" if camera.latitude is None else f"{camera.latitude:g}",
        "longitude": "" if camera.longitude is None else f"{camera.longitude:g}",
        "purpose": camera.purpose,
        "retention_days": camera.retention_days or "",
        "min_days": camera.min_days,
        "quota_gb": "" if camera.quota_bytes is None else f"{camera.quota_bytes / _GIGABYTE:g}",
        "is_enabled": camera.is_enabled,
        "record_audio": main is not None and main.record_audio,
    }


def _read(request: Call, camera: Camera | None) -> tuple[Form, CameraDraft | None]:
    """Return the form as typed with its problems, and the draft where there are none."""
    data, words = form_of(request), words_of(request)
    networks = services_of(request).settings.camera_networks
    form = Form(shown(data, _TEXTS) | {name: text_field(data, name) == "1" for name in _BOXES})
    main, inside = _url(form, data, "main_url", words, networks)
    sub, inside_sub = _url(form, data, "sub_url", words, networks)
    if main is None:
        form.complain("main_url", words.text("form.required"))
    if main is not None and main == sub:
        form.complain("sub_url", words.text("camera_form.same_streams"))
    retention_days = whole_field(form, data, "retention_days", words, low=1, high=_LONGEST_DAYS)
    min_days = whole_field(form, data, "min_days", words, low=0, high=_LONGEST_DAYS) or 0
    if retention_days is not None and min_days > retention_days:
        form.complain("min_days", words.text("camera_form.min_above_max"))
    quota_gb = number_field(form, data, "quota_gb", words, low=0.1, high=1_000_000)
    latitude = number_field(form, data, "latitude", words, low=-90, high=90)
    longitude = number_field(form, data, "longitude", words, low=-180, high=180)
    if bool(text_field(data, "latitude")) != bool(text_field(data, "longitude")):
        form.complain("latitude", words.text("camera_form.both_coordinates"))
    credentials = _credentials(request, form, data, words, camera, inside or inside_sub)
    name = required_text(form, data, "name", words, longest=_LONGEST_TEXT)
    for field, longest in (
        ("place", _LONGEST_TEXT),
        ("agency", _LONGEST_TEXT),
        ("group", _LONGEST_TEXT),
        ("purpose", _LONGEST_PURPOSE),
    ):
        if len(text_field(data, field)) > longest:
            form.complain(field, words.text("form.too_long"))
    if form.problems or main is None:
        return form, None
    return form, CameraDraft(
        name=name,
        main_url=main,
        sub_url=sub,
        credentials=credentials,
        place=text_field(data, "place"),
        agency=text_field(data, "agency"),
        group=text_field(data, "group"),
        latitude=latitude,
        longitude=longitude,
        purpose=text_field(data, "purpose"),
        retention_days=retention_days,
        min_days=min_days,
        quota_bytes=None if quota_gb is None else int(quota_gb * _GIGABYTE),
        is_enabled=text_field(data, "is_enabled") == "1",
        record_audio=text_field(data, "record_audio") == "1",
    )


def _url(
    form: Form, data: FormData, name: str, words: Catalogue, networks: tuple[str, ...]
) -> tuple[StreamUrl | None, Credentials | None]:
    """Return an address and the credentials in it; the field then shows it without them."""
    text = text_field(data, name)
    if not text:
        return None, None
    try:
        url, credentials = parse_stream_url(text)
    except InvalidInput as error:
        is_unclear = isinstance(error, UnclearLogin)
        form.complain(name, words.text("camera_form.unclear_login" if is_unclear else "camera_form.bad_url"))
        if "@" in text or "=" in text:
            # It may hold a password: what cannot be read is not shown again.
            form.values[name] = ""
        return None, None
    if not _may_be_reached(url, networks):
        form.complain(name, words.text("camera_form.bad_network"))
    form.values[name] = str(url)
    if credentials is not None and not form.values.get("username"):
        form.values["username"] = credentials.username
    return url, credentials


def _may_be_reached(url: StreamUrl, networks: tuple[str, ...]) -> bool:
    """Tell whether the recorder will connect to the address; a name is only looked up, and checked, by the recorder."""
    try:
        ipaddress.ip_address(url.host)
    except ValueError:
        return True
    return is_allowed_address(url.host, networks)


def _credentials(
    request: Call,
    form: Form,
    data: FormData,
    words: Catalogue,
    camera: Camera | None,
    inside: Credentials | None,
) -> Credentials | None:
    """Return what to store: typed, or from inside an address, or the stored password under a new name; else None."""
    username, password = text_field(data, "username"), secret_field(data, "password")
    if password and not username and inside is None:
        form.complain("username", words.text("camera_form.password_without_name"))
    if password:
        return Credentials(username or (inside.username if inside else ""), Secret(password))
    if inside is not None:
        return Credentials(username or inside.username, inside.password)
    stored = services_of(request).storage.cameras.credentials(camera.id) if camera is not None else None
    if stored is None:
        return Credentials(username, Secret("")) if username else None
    return Credentials(username, stored.password) if username and username != stored.username else None


def _complain(form: Form, error: Conflict | InvalidInput, words: Catalogue) -> None:
    field = error.field if isinstance(error, InvalidInput) else "name"
    form.complain(
        "quota_gb" if field == "quota_bytes" else field,
        words.text("form.name_taken" if isinstance(error, Conflict) else "form.unusable"),
    )


def _told(draft: CameraDraft, *, forgets: bool = False) -> str:
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
