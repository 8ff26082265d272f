"""The first page: find footage by place, date and time; how the cameras do; the latest exports."""

from datetime import date
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from vms.domain.errors import InvalidInput, NotFound
from vms.domain.time import HOUR_US, format_rfc3339
from vms.domain.typed_time import parse_typed_time
from vms.domain.user import Right
from web.pages.camera_views import camera_views, kept_days, visible_cameras
from web.pages.export_views import export_view, exports_of
from web.pages.rendering import presenter_of, render
from web.permissions import SIGNED_IN
from web.routing import guarded
from web.state import Call, services_of, user_of

_QUICK = {"hour": "quick_hour", "today": "quick_today", "yesterday": "quick_yesterday"}
_QUICK_TIMES = {"today": "today 08:00", "yesterday": "yesterday 14:00"}
_SHOWN_EXPORTS = 4


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [
        guarded("/", home, SIGNED_IN),
        guarded("/playback/find", find, SIGNED_IN, name="find_footage"),
    ]


def home(request: Call) -> Response:
    """Show the page."""
    return _page(request)


def find(request: Call) -> Response:
    """Go to the footage of a camera at the time that was typed; back to the page where that is no time."""
    services, query = services_of(request), request.query_params
    text, quick = query.get("time", ""), query.get("quick", "")
    now_us = services.clock.now_us()
    try:
        day = date.fromisoformat(query.get("day", ""))
    except ValueError:
        day = services.zone.day_of(now_us)
    try:
        if quick == "hour":
            at_us = now_us - HOUR_US
        else:
            wanted = _QUICK_TIMES.get(quick, text)
            at_us = parse_typed_time(wanted, zone=services.zone, day=day, now_us=now_us)
    except InvalidInput:
        problem = presenter_of(request).catalogue.text("player.time_unreadable", typed=text[:40])
        return _page(request, status=422, day=day, time=text[:40], time_problem=problem)
    camera = query.get("cam", "")
    if not camera.isdigit() or not user_of(request).may(Right.VIEW, int(camera)):
        raise NotFound("there is no such camera")
    return RedirectResponse(f"/playback?cam={camera}&t={quote(format_rfc3339(at_us))}", 303)


def _page(
    request: Call, *, status: int = 200, day: date | None = None, time: str = "", time_problem: str = ""
) -> Response:
    services, user = services_of(request), user_of(request)
    present = presenter_of(request)
    views = camera_views(services, visible_cameras(services, user), present)
    oldest_us = min((view.oldest_us for view in views if view.oldest_us is not None), default=None)
    today = services.zone.day_of(present.now_us)
    chosen = request.query_params.get("cam", "")
    exports = exports_of(services, user)[:_SHOWN_EXPORTS] if user.may(Right.EXPORT) else []
    return render(
        request,
        "home.html",
        section="home",
        status=status,
        cameras=views,
        chosen=int(chosen) if chosen.isdigit() else None,
        day=(day or today).isoformat(),
        today=today.isoformat(),
        time=time or present.clock_minutes(present.now_us - HOUR_US),
        time_problem=time_problem,
        quick_times=[
            {"value": value, "label": present.catalogue.text(f"home.{key}")} for value, key in _QUICK.items()
        ],
        connected=sum(view.state.key == "recording" for view in views),
        kept_days=0 if oldest_us is None else kept_days(oldest_us, present.now_us),
        oldest_day="" if oldest_us is None else present.date_plain(oldest_us),
        troubled=[view for view in views if view.state.key != "recording"],
        exports=[export_view(services, export, present) for export in exports],
    )
