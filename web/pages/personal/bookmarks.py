"""The list of bookmarks: finding one by text, camera, owner or day, going to its moment, changing and deleting it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from storage.personal.bookmarks import BookmarkSearch
from vms.domain.audit import AuditAction
from vms.domain.bookmark import LONGEST_NOTE, LONGEST_TAG, LONGEST_TITLE
from vms.domain.errors import InvalidInput
from vms.domain.moments.site_time import SiteZone
from vms.domain.time import TimeRange
from vms.domain.user import Right, User
from web.access.permissions import CHANGE_BOOKMARK, SIGNED_IN
from web.api.values import LATEST_US, day_from
from web.http.audit import record_action
from web.http.routing import guarded
from web.http.row_number import row_number
from web.http.state import Call, form_of, services_of, user_of
from web.pages.cameras.camera_views import visible_cameras
from web.pages.evidence.export_views import camera_names
from web.pages.frame.forms import text_field
from web.pages.frame.rendering import presenter_of, render
from web.pages.personal.bookmark_views import bookmark_views

_PER_PAGE = 50
_LONGEST_SEARCH = 100
_OWNERS = ("all", "mine", "shared")
_DONE = ("changed", "removed")


def routes() -> list[Route]:
    """Return the routes of this module."""
    one = "/bookmarks/{bookmark_id:int}"
    return [
        guarded("/bookmarks", show, SIGNED_IN, name="bookmarks_page"),
        guarded(one, change, CHANGE_BOOKMARK, methods=("POST",), name="change_bookmark_form"),
        guarded(f"{one}/remove", remove, CHANGE_BOOKMARK, methods=("POST",), name="remove_bookmark_form"),
    ]


def show(request: Call) -> Response:
    """Show the bookmarks that the person sees and looks for, newest first."""
    services, user = services_of(request), user_of(request)
    asked = _asked(request.query_params)
    found = services.storage.bookmarks.search(user, _search(asked, services.zone, user), limit=_PER_PAGE + 1)
    shown = found[:_PER_PAGE]
    more = {**asked, "before": str(shown[-1].id)} if len(found) > _PER_PAGE else {}
    return render(
        request,
        "bookmarks.html",
        section="bookmarks",
        script_sections=("bookmark",),
        bookmarks=bookmark_views(shown, camera_names(services), user, presenter_of(request)),
        cameras=visible_cameras(services, user),
        asked=asked,
        owners=_OWNERS,
        is_searched=any(asked[name] for name in ("q", "cam", "from", "to")) or asked["whose"] != "all",
        more_url=_address(more) if more else "",
        first_url=_address({**asked, "before": ""}) if asked["before"] else "",
        done=request.query_params.get("done", "") if request.query_params.get("done") in _DONE else "",
        back=_address(asked),
    )


def change(request: Call) -> Response:
    """Give a bookmark other words, and show the list again."""
    services, data = services_of(request), form_of(request)
    known = services.storage.bookmarks.get(int(request.path_params["bookmark_id"]))
    content = replace(
        known.content,
        title=text_field(data, "title")[:LONGEST_TITLE],
        note=text_field(data, "note")[:LONGEST_NOTE],
        tag=text_field(data, "tag")[:LONGEST_TAG],
        is_shared=text_field(data, "is_shared") == "1",
    ).checked()
    record_action(request, AuditAction.BOOKMARK_EDIT, f"bookmark {known.id}", content.title)
    services.storage.bookmarks.change(known.id, content)
    return _back(request, "changed")


def remove(request: Call) -> Response:
    """Delete a bookmark, and show the list again."""
    services = services_of(request)
    known = services.storage.bookmarks.get(int(request.path_params["bookmark_id"]))
    record_action(request, AuditAction.BOOKMARK_REMOVE, f"bookmark {known.id}", known.content.title)
    services.storage.bookmarks.remove(known.id)
    return _back(request, "removed")


def _asked(query: Mapping[str, str]) -> dict[str, str]:
    """Return what the address asks for; what is not readable is left out."""
    whose = query.get("whose", "all")
    return {
        "q": query.get("q", "").strip()[:_LONGEST_SEARCH],
        "cam": _number(query.get("cam", "")),
        "whose": whose if whose in _OWNERS else "all",
        "from": _day(query.get("from", "")),
        "to": _day(query.get("to", "")),
        "before": _number(query.get("before", "")),
    }


def _search(asked: Mapping[str, str], zone: SiteZone, user: User) -> BookmarkSearch:
    window = None
    if asked["from"] or asked["to"]:
        start_us = zone.day_start_us(date.fromisoformat(asked["from"])) if asked["from"] else 0
        end_us = zone.day_range(date.fromisoformat(asked["to"])).end_us if asked["to"] else LATEST_US
        window = TimeRange(min(start_us, end_us), max(start_us, end_us))
    camera_ids = None
    if asked["cam"]:
        camera_ids = [int(asked["cam"])] if user.may(Right.VIEW, int(asked["cam"])) else []
    return BookmarkSearch(
        window=window,
        camera_ids=camera_ids,
        text=asked["q"],
        is_mine=asked["whose"] == "mine",
        is_shared=asked["whose"] == "shared",
        before_id=int(asked["before"]) if asked["before"] else None,
    )


def _number(text: str) -> str:
    return "" if row_number(text) is None else text


def _day(text: str) -> str:
    """Return a day as the address writes it, "" for one that cannot be read or that no clock here ever shows."""
    try:
        return day_from(text).isoformat()
    except InvalidInput:
        return ""


def _address(asked: Mapping[str, str]) -> str:
    """Return the address of the list as asked for."""
    query = urlencode({name: value for name, value in asked.items() if value and value != "all"})
    return f"/bookmarks?{query}" if query else "/bookmarks"


def _back(request: Call, done: str) -> Response:
    """Go to the list as it was, which says what was done."""
    asked = dict(parse_qsl(urlsplit(text_field(form_of(request), "back")).query))
    query = {**_asked(asked), "done": done}
    return RedirectResponse(_address(query), 303)
