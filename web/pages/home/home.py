"""The first page: find footage by place, date and time; go on where one was; how the cameras do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from vms.domain.errors import InvalidInput, NotFound
from vms.domain.moments.typed_time import parse_typed_time
from vms.domain.time import HOUR_US, format_rfc3339
from vms.domain.user import Right, Role, User
from web.access.permissions import SIGNED_IN, VIEW_CAMERA
from web.api.values import day_from
from web.http.routing import guarded
from web.http.row_number import row_number
from web.http.state import Call, WebServices, form_of, services_of, user_of
from web.pages.cameras.camera_views import CameraView, camera_views, visible_cameras
from web.pages.evidence.export_views import ExportView, export_views, exports_of
from web.pages.frame.presenters import Presenter
from web.pages.frame.rendering import presenter_of, render, render_part
from web.pages.home.home_links import resume_cards, view_links
from web.pages.home.home_state import STRIP_WIDTH, home_state

_QUICK = {"hour": "quick_hour", "today": "quick_today", "yesterday": "quick_yesterday"}
_QUICK_TIMES = {"today": "today 08:00", "yesterday": "yesterday 14:00"}
_LONGEST_TYPED = 80
_SHOWN_EXPORTS = 3
_SHOWN_RESUME_CARDS = 3
_SHOWN_CAMERAS = 6
"""Cameras that stand in for favourites until there are some."""


@dataclass(frozen=True, slots=True)
class CameraRow:
    """The favourite cameras, or some others while there are none, and those to choose from."""

    shown: Sequence[CameraView]
    favourite_ids: frozenset[int]
    choosable: Sequence[CameraView]


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [
        guarded("/", home, SIGNED_IN),
        guarded("/overview/state", state, SIGNED_IN, name="home_state"),
        guarded("/overview/cameras", cameras, SIGNED_IN, name="home_cameras"),
        guarded("/playback/find", find, SIGNED_IN, name="find_footage"),
        guarded(
            "/favourites/{camera_id:int}", choose_favourite, VIEW_CAMERA, methods=("POST",), name="favourite"
        ),
    ]


def home(request: Call) -> Response:
    """Show the page."""
    return _page(request)


def state(request: Call) -> Response:
    """Answer the panel that says how the cameras do, for the page that stays open."""
    services, user, present = services_of(request), user_of(request), presenter_of(request)
    text = render_part(
        request,
        "home/_state_part.html",
        present=present,
        state=home_state(services, user, present),
        strip_width=STRIP_WIDTH,
        is_leader=user.role is Role.VIEWER,
        may_manage=user.may(Right.MANAGE),
        help_contact=services.settings.help_contact,
    )
    return HTMLResponse(text)


def cameras(request: Call) -> Response:
    """Answer the person's favourite cameras, for the page on which one was just chosen."""
    services, user = services_of(request), user_of(request)
    views = camera_views(services, visible_cameras(services, user), presenter_of(request))
    row = _camera_row(services, user, views)
    return HTMLResponse(render_part(request, "home/_cameras_part.html", row=row))


def choose_favourite(request: Call) -> Response:
    """Make a camera a favourite, or none, and go back to the page: for browsers without scripts."""
    favourites, camera_id = services_of(request).storage.favourites, int(request.path_params["camera_id"])
    change = favourites.remove if form_of(request).get("on") == "0" else favourites.add
    change(user_of(request).id, camera_id)
    return RedirectResponse("/#cameras", 303)


def find(request: Call) -> Response:
    """Go to the footage of a camera at the time that was typed; back to the page where that is no time."""
    services, query = services_of(request), request.query_params
    text, quick = query.get("time", ""), query.get("quick", "")
    now_us = services.clock.now_us()
    try:
        day = day_from(query.get("day", ""))
    except InvalidInput:
        day = services.zone.day_of(now_us)
    try:
        if quick == "hour":
            at_us = now_us - HOUR_US
        else:
            wanted = _QUICK_TIMES.get(quick, text)
            at_us = parse_typed_time(wanted, zone=services.zone, day=day, now_us=now_us)
    except InvalidInput:
        typed = text[:_LONGEST_TYPED]
        problem = presenter_of(request).catalogue.text("player.time_unreadable", typed=typed)
        return _page(request, status=422, day=day, time=typed, time_problem=problem)
    camera = row_number(query.get("cam", ""))
    if camera is None or not user_of(request).may(Right.VIEW, camera):
        raise NotFound("there is no such camera")
    return RedirectResponse(f"/playback?cam={camera}&t={quote(format_rfc3339(at_us))}&play=1", 303)


def _page(
    request: Call, *, status: int = 200, day: date | None = None, time: str = "", time_problem: str = ""
) -> Response:
    services, user = services_of(request), user_of(request)
    present = presenter_of(request)
    views = camera_views(services, visible_cameras(services, user), present)
    today = services.zone.day_of(present.now_us)
    resumable = resume_cards(services, user, present)
    shows_all = request.query_params.get("watched") == "all"
    return render(
        request,
        "home.html",
        section="home",
        status=status,
        script_sections=("home_live",),
        cameras=views,
        groups=_by_agency(views),
        chosen=row_number(request.query_params.get("cam", "")),
        day=(day or today).isoformat(),
        today=today.isoformat(),
        time=time or present.clock_minutes(present.now_us - HOUR_US),
        time_problem=time_problem,
        quick_times=[
            {"value": value, "label": present.catalogue.text(f"home.{key}")} for value, key in _QUICK.items()
        ],
        resumable=resumable if shows_all else resumable[:_SHOWN_RESUME_CARDS],
        hidden_resumable=0 if shows_all else max(0, len(resumable) - _SHOWN_RESUME_CARDS),
        views=view_links(services, user),
        exports=_finished_exports(services, user, present),
        row=_camera_row(services, user, views),
        state=home_state(services, user, present) if views else None,
        strip_width=STRIP_WIDTH,
        is_leader=user.role is Role.VIEWER,
    )


def _by_agency(views: Sequence[CameraView]) -> list[tuple[str, list[CameraView]]]:
    """Return the cameras by the office that owns them, those of nobody last."""
    offices: dict[str, list[CameraView]] = {}
    for view in sorted(views, key=lambda view: (not view.agency, view.agency.lower())):
        offices.setdefault(view.agency, []).append(view)
    return list(offices.items())


def _camera_row(services: WebServices, user: User, views: Sequence[CameraView]) -> CameraRow:
    order = {number: position for position, number in enumerate(services.storage.favourites.list(user.id))}
    favourites = sorted((view for view in views if view.id in order), key=lambda view: order[view.id])
    return CameraRow(
        shown=favourites or views[:_SHOWN_CAMERAS],
        favourite_ids=frozenset(view.id for view in favourites),
        choosable=views,
    )


def _finished_exports(services: WebServices, user: User, present: Presenter) -> list[ExportView]:
    if not user.may(Right.EXPORT):
        return []
    finished = [export for export in exports_of(services, user) if export.state.is_final][:_SHOWN_EXPORTS]
    return export_views(services, finished, present)
