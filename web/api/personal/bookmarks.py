"""Bookmarks: listed for who may see them, made on cameras that one may view, changed by their owners."""

from collections.abc import Mapping

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from storage.personal.bookmarks import BookmarkSearch
from vms.domain.audit import AuditAction
from vms.domain.bookmark import LONGEST_NOTE, LONGEST_TAG, LONGEST_TITLE, Bookmark, BookmarkContent
from vms.domain.camera import MOST_TOGETHER
from vms.domain.errors import InvalidInput
from vms.domain.time import TimeRange
from vms.domain.user import Right, User
from web.access.permissions import CHANGE_BOOKMARK, SIGNED_IN, require_camera, visible_ids
from web.api.answers import json_answer
from web.api.bodies import camera_ids_from, flag_from, object_from, text_from
from web.api.parameters import LATEST_US, camera_ids_of, instant_from, instant_of, whole_number_of
from web.http.audit import record_action
from web.http.routing import guarded
from web.http.state import Call, json_of, services_of, user_of

MOST_LISTED = 200
"""Bookmarks in one answer."""
_MOST_CAMERAS_ASKED = 64
_LONGEST_SEARCH = 100
_LONGEST_TIME = 40


def routes() -> list[Route]:
    """Return the routes of this module."""
    one = "/api/v1/bookmarks/{bookmark_id:int}"
    return [
        guarded("/api/v1/bookmarks", bookmarks, SIGNED_IN),
        guarded("/api/v1/bookmarks", create, SIGNED_IN, methods=("POST",), name="create_bookmark"),
        guarded(one, change, CHANGE_BOOKMARK, methods=("PATCH",), name="change_bookmark"),
        guarded(one, remove, CHANGE_BOOKMARK, methods=("DELETE",), name="remove_bookmark"),
    ]


def bookmarks(request: Call) -> Response:
    """Answer the newest bookmarks that the caller sees and asks for."""
    user = user_of(request)
    found = services_of(request).storage.bookmarks.search(user, _search(request), limit=MOST_LISTED)
    return json_answer(request, [describe_bookmark(bookmark, user) for bookmark in found])


def create(request: Call) -> Response:
    """Store a bookmark and answer it."""
    services, user = services_of(request), user_of(request)
    body = object_from(json_of(request))
    content = BookmarkContent(
        camera_ids=_camera_ids(body, user),
        time=_time(body, None),
        title=text_from(body, "title", longest=LONGEST_TITLE),
        note=text_from(body, "note", longest=LONGEST_NOTE, default=""),
        tag=text_from(body, "tag", longest=LONGEST_TAG, default=""),
        is_shared=flag_from(body, "is_shared"),
    )
    # Entries come first: what cannot be recorded is not done.
    record_action(request, AuditAction.BOOKMARK_ADD, "bookmark", _audit_detail(content))
    made = services.storage.bookmarks.add(user.id, content)
    answer = describe_bookmark(made, user)
    return JSONResponse(answer, 201, headers={"Location": f"/api/v1/bookmarks/{made.id}"})


def change(request: Call) -> Response:
    """Change what the body names of a bookmark, and answer it."""
    services, user = services_of(request), user_of(request)
    known = _bookmark(request)
    body, old = object_from(json_of(request)), known.content
    content = BookmarkContent(
        camera_ids=_camera_ids(body, user) if "camera_ids" in body else old.camera_ids,
        time=_time(body, old.time),
        title=text_from(body, "title", longest=LONGEST_TITLE) if "title" in body else old.title,
        note=text_from(body, "note", longest=LONGEST_NOTE, default=old.note),
        tag=text_from(body, "tag", longest=LONGEST_TAG, default=old.tag),
        is_shared=flag_from(body, "is_shared", default=old.is_shared),
    )
    record_action(request, AuditAction.BOOKMARK_EDIT, f"bookmark {known.id}", _audit_detail(content))
    changed = services.storage.bookmarks.change(known.id, content)
    return json_answer(request, describe_bookmark(changed.as_seen_by(user) or changed, user))


def remove(request: Call) -> Response:
    """Delete a bookmark."""
    known = _bookmark(request)
    record_action(request, AuditAction.BOOKMARK_REMOVE, f"bookmark {known.id}", _audit_detail(known.content))
    services_of(request).storage.bookmarks.remove(known.id)
    return Response(status_code=204)


def describe_bookmark(found: Bookmark, user: User) -> dict[str, object]:
    """Return what is told to a person about a bookmark that they see."""
    content = found.content
    return {
        "id": found.id,
        "camera_ids": list(content.camera_ids),
        "start_us": content.time.start_us,
        "end_us": content.time.end_us,
        "title": content.title,
        "note": content.note,
        "tag": content.tag,
        "is_shared": content.is_shared,
        "is_mine": found.owner_id == user.id,
        "may_change": found.may_be_changed_by(user),
        "owner": found.owner,
        "created_us": found.created_us,
        "changed_us": found.changed_us,
    }


def _bookmark(request: Call) -> Bookmark:
    return services_of(request).storage.bookmarks.get(int(request.path_params["bookmark_id"]))


def _audit_detail(content: BookmarkContent) -> str:
    cameras = ", ".join(str(camera_id) for camera_id in content.camera_ids)
    return f"{content.title} (cameras {cameras})"


def _camera_ids(body: Mapping[str, object], user: User) -> tuple[int, ...]:
    """Return the cameras that a body names; raises NotFound where the caller may not view one of them."""
    camera_ids = camera_ids_from(body, most=MOST_TOGETHER)
    for camera_id in camera_ids:
        require_camera(user, Right.VIEW, camera_id)
    return camera_ids


def _time(body: Mapping[str, object], old: TimeRange | None) -> TimeRange:
    """Return the moment or range that a body names; of an old one, what the body does not name stays."""
    start_us = None if old is None else old.start_us
    if start_us is None or "from" in body:
        start_us = instant_from(text_from(body, "from", longest=_LONGEST_TIME), "from")
    if body.get("to") is not None:
        end_us = instant_from(text_from(body, "to", longest=_LONGEST_TIME), "to")
    elif old is None or "to" in body or old.is_empty:
        end_us = start_us
    else:
        end_us = old.end_us
    if end_us < start_us:
        raise InvalidInput("to must not be earlier than from", field="to")
    return TimeRange(start_us, end_us)


def _search(request: Call) -> BookmarkSearch:
    query = request.query_params
    window = None
    if "from" in query or "to" in query:
        start_us = instant_of(request, "from") if "from" in query else 0
        end_us = instant_of(request, "to") if "to" in query else LATEST_US
        if end_us < start_us:
            raise InvalidInput("to must not be earlier than from", field="to")
        window = TimeRange(start_us, end_us)
    asked = camera_ids_of(request, most=_MOST_CAMERAS_ASKED) if "cameras" in query else None
    return BookmarkSearch(
        window=window,
        camera_ids=None if asked is None else visible_ids(user_of(request), asked),
        text=query.get("text", "").strip()[:_LONGEST_SEARCH],
        is_mine=query.get("mine", "0") == "1",
        before_id=whole_number_of(request, "before_id", 0, least=0, most=2**63 - 1) or None,
    )
