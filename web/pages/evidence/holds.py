"""The list of holds: who protected which footage why, how much that is, and releasing it with a reason."""

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from vms.domain.audit import AuditAction
from vms.domain.errors import InvalidInput
from vms.domain.form_fields import refuse
from vms.domain.retention import Hold, reason_problems
from vms.domain.user import Right
from web.access.permissions import HOLD, require_camera, visible_ids
from web.http.audit import record_action
from web.http.routing import guarded
from web.http.row_number import row_number
from web.http.state import Call, form_of, services_of, user_of
from web.pages.evidence.hold_views import hold_views
from web.pages.frame.forms import text_field
from web.pages.frame.rendering import presenter_of, render

_PER_PAGE = 60
_MOST_TOGETHER = 64


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [
        guarded("/holds", show, HOLD, name="holds_page"),
        guarded("/holds/release", release, HOLD, methods=("POST",), name="release_hold_form"),
    ]


def show(request: Call) -> Response:
    """Show the holds on the cameras that the person may see, newest first: the active ones, or all."""
    services, user, query = services_of(request), user_of(request), request.query_params
    shows_all = query.get("state") == "all"
    before = query.get("before", "")
    cameras = [camera.id for camera in services.storage.cameras.list(include_removed=True)]
    found = services.storage.holds.list(
        active_only=not shows_all,
        camera_ids=visible_ids(user, cameras),
        before_id=row_number(before),
        limit=_PER_PAGE + 1,
    )
    shown = found[:_PER_PAGE]
    state = "state=all&" if shows_all else ""
    return render(
        request,
        "holds.html",
        section="holds",
        holds=hold_views(services, shown, user, presenter_of(request)),
        shows_all=shows_all,
        is_first=not before,
        more_url=f"/holds?{state}before={shown[-1].id}" if len(found) > _PER_PAGE else "",
        is_released=query.get("done") == "released",
    )


def release(request: Call) -> Response:
    """End holds, for one reason, and show the list again; footage then follows its retention."""
    services, user, data = services_of(request), user_of(request), form_of(request)
    reason = text_field(data, "reason")
    refuse(reason_problems(reason))
    holds = [_hold(request, str(text)) for text in data.getlist("hold")[:_MOST_TOGETHER]]
    if not holds:
        raise InvalidInput("name a hold", field="hold")
    for hold in holds:
        require_camera(user, Right.HOLD, hold.camera_id)
    for hold in holds:
        record_action(request, AuditAction.HOLD_RELEASE, f"hold {hold.id}", reason)
        services.storage.holds.release(hold.id, user.name, reason=reason, links_later=True)
    return RedirectResponse("/holds?done=released", 303)


def _hold(request: Call, text: str) -> Hold:
    number = row_number(text)
    if number is None:
        raise InvalidInput("a hold is named by its number", field="hold")
    return services_of(request).storage.holds.get(number)
