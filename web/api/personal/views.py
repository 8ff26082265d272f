"""Saved views: cameras that open together by name."""

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vms.domain.audit import AuditAction
from vms.domain.camera import MOST_TOGETHER
from vms.domain.errors import InvalidInput
from vms.domain.saved_view import LONGEST_VIEW_NAME, Layout, SavedView, ViewContent
from vms.domain.user import Right, User
from web.access.permissions import CHANGE_VIEW, SIGNED_IN, require_camera
from web.api.answers import json_answer
from web.api.bodies import camera_ids_from, flag_from, object_from, text_from
from web.http.audit import record_action
from web.http.routing import guarded
from web.http.state import Call, json_of, services_of, user_of


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [
        guarded("/api/v1/views", views, SIGNED_IN),
        guarded("/api/v1/views", create, SIGNED_IN, methods=("POST",), name="create_view"),
        guarded("/api/v1/views/{view_id:int}", remove, CHANGE_VIEW, methods=("DELETE",), name="remove_view"),
    ]


def views(request: Call) -> Response:
    """Answer the caller's views, then those that others share with them."""
    user = user_of(request)
    found = services_of(request).storage.saved_views.list(user)
    return json_answer(request, [describe_view(view, user) for view in found])


def create(request: Call) -> Response:
    """Store a view and answer it."""
    services, user = services_of(request), user_of(request)
    body = object_from(json_of(request))
    layout = text_from(body, "layout", longest=10, default=Layout.FOCUS.value)
    if layout not in set(Layout):
        raise InvalidInput("layout must be one, focus or grid", field="layout")
    content = ViewContent(
        name=text_from(body, "name", longest=LONGEST_VIEW_NAME),
        camera_ids=camera_ids_from(body, most=MOST_TOGETHER),
        layout=Layout(layout),
        is_shared=flag_from(body, "is_shared"),
    )
    for camera_id in content.camera_ids:
        require_camera(user, Right.VIEW, camera_id)
    record_action(request, AuditAction.VIEW_ADD, "view", content.name)
    made = services.storage.saved_views.add(user.id, content)
    return JSONResponse(describe_view(made, user), 201)


def remove(request: Call) -> Response:
    """Delete a view."""
    views = services_of(request).storage.saved_views
    known = views.get(int(request.path_params["view_id"]))
    record_action(request, AuditAction.VIEW_REMOVE, f"view {known.id}", known.content.name)
    views.remove(known.id)
    return Response(status_code=204)


def describe_view(found: SavedView, user: User) -> dict[str, object]:
    """Return what is told to a person about a view that they see."""
    return {
        "id": found.id,
        "name": found.content.name,
        "camera_ids": list(found.content.camera_ids),
        "layout": found.content.layout.value,
        "is_shared": found.content.is_shared,
        "is_mine": found.owner_id == user.id,
        "may_change": found.may_be_deleted_by(user),
        "owner": found.owner,
        "created_us": found.created_us,
    }
