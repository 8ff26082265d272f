"""Saved views: cameras that open together by name."""

from typing import Annotated

from msgspec import Meta, Struct

from vms.domain.audit import AuditAction
from vms.domain.saved_view import LONGEST_VIEW_NAME, Layout, SavedView, ViewContent
from vms.domain.user import Right, User
from web.access.permissions import require_cameras
from web.api.operations import Created
from web.api.values import CameraIds
from web.http.audit import record_action
from web.http.state import Call, services_of, user_of


class ViewBody(Struct, frozen=True):
    """A view to save."""

    name: Annotated[str, Meta(min_length=1, max_length=LONGEST_VIEW_NAME)]
    camera_ids: CameraIds
    layout: Layout = Layout.FOCUS
    is_shared: bool = False


class ViewFacts(Struct, frozen=True):
    """What is told to a person about a view that they see."""

    id: int
    name: str
    camera_ids: tuple[int, ...]
    layout: Layout
    is_shared: bool
    is_mine: bool
    may_change: bool
    owner: str
    created_us: int


def views(request: Call) -> list[ViewFacts]:
    """Your views, then those that others share with you."""
    user = user_of(request)
    found = services_of(request).storage.saved_views.list(user)
    return [describe_view(view, user) for view in found]


def create(request: Call, body: ViewBody) -> Created[ViewFacts]:
    """Save cameras as a view; at most 100 a person."""
    user = user_of(request)
    camera_ids = require_cameras(user, Right.VIEW, body.camera_ids)
    content = ViewContent(body.name, camera_ids, body.layout, body.is_shared)
    record_action(request, AuditAction.VIEW_ADD, "view", content.name)
    made = services_of(request).storage.saved_views.add(user.id, content)
    return Created(describe_view(made, user))


def remove(request: Call, view_id: int) -> None:
    """Delete a view; its owner or an administrator."""
    store = services_of(request).storage.saved_views
    known = store.get(view_id)
    record_action(request, AuditAction.VIEW_REMOVE, f"view {known.id}", known.content.name)
    store.remove(known.id)


def describe_view(found: SavedView, user: User) -> ViewFacts:
    """Return what is told to a person about a view that they see."""
    return ViewFacts(
        id=found.id,
        name=found.content.name,
        camera_ids=found.content.camera_ids,
        layout=found.content.layout,
        is_shared=found.content.is_shared,
        is_mine=found.owner_id == user.id,
        may_change=found.may_be_deleted_by(user),
        owner=found.owner,
        created_us=found.created_us,
    )
