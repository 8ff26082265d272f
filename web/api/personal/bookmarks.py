"""Bookmarks: listed for who may see them, made on cameras that one may view, changed by their owners."""

from dataclasses import replace
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, field

from storage.personal.bookmarks import BookmarkSearch
from vms.domain.audit import AuditAction
from vms.domain.bookmark import LONGEST_NOTE, LONGEST_TAG, LONGEST_TITLE, Bookmark, BookmarkContent
from vms.domain.errors import InvalidInput
from vms.domain.time import TimeRange
from vms.domain.user import Right, User
from web.access.permissions import require_cameras, visible_ids
from web.api.operations import Created
from web.api.values import LATEST_US, AskedCameras, CameraIds, Instant, RowId, ZeroOrOne, named_in
from web.http.audit import record_action
from web.http.state import Call, services_of, user_of

MOST_LISTED = 200
"""Bookmarks in one answer."""
_LONGEST_SEARCH = 100

Title = Annotated[str, Meta(min_length=1, max_length=LONGEST_TITLE)]
Note = Annotated[str, Meta(max_length=LONGEST_NOTE)]
Tag = Annotated[str, Meta(max_length=LONGEST_TAG)]


class BookmarksQuery(Struct, frozen=True):
    """Which bookmarks: those that reach into a window, of some cameras, with a text in them, before a number."""

    from_: Instant | UnsetType = field(name="from", default=UNSET)
    to: Instant | UnsetType = UNSET
    cameras: AskedCameras | UnsetType = UNSET
    text: str = ""
    mine: ZeroOrOne = "0"
    before_id: RowId = 0


class BookmarkBody(Struct, frozen=True):
    """A bookmark: of a moment, or of a range of at most 31 days where `to` ends it.

    A shared one is seen by others who may view one of its cameras.
    """

    camera_ids: CameraIds
    from_: Instant = field(name="from")
    title: Title
    to: Instant | None = None
    note: Note = ""
    tag: Tag = ""
    is_shared: bool = False


class BookmarkChange(Struct, frozen=True):
    """What is to change of a bookmark; `to` is null to make it one of a moment."""

    camera_ids: CameraIds | UnsetType = UNSET
    from_: Instant | UnsetType = field(name="from", default=UNSET)
    title: Title | UnsetType = UNSET
    to: Instant | UnsetType | None = UNSET
    note: Note | UnsetType = UNSET
    tag: Tag | UnsetType = UNSET
    is_shared: bool | UnsetType = UNSET


class BookmarkFacts(Struct, frozen=True):
    """What is told to a person about a bookmark that they see."""

    id: int
    camera_ids: tuple[int, ...]
    start_us: int
    end_us: int
    title: str
    note: str
    tag: str
    is_shared: bool
    is_mine: bool
    may_change: bool
    owner: str
    created_us: int
    changed_us: int


def bookmarks(request: Call, asked: BookmarksQuery) -> list[BookmarkFacts]:
    """The newest 200 bookmarks that are yours, or shared and of a camera that you may view.

    `text` is part of title, note or tag; `mine=1` leaves only your own; `before_id` goes on from an earlier answer.
    """
    user = user_of(request)
    window = None
    if asked.from_ is not UNSET or asked.to is not UNSET:
        start_us = 0 if asked.from_ is UNSET else asked.from_.us
        window = _range(start_us, LATEST_US if asked.to is UNSET else asked.to.us)
    search = BookmarkSearch(
        window=window,
        camera_ids=None if asked.cameras is UNSET else visible_ids(user, asked.cameras.ids),
        text=asked.text[:_LONGEST_SEARCH],
        is_mine=asked.mine == "1",
        before_id=asked.before_id or None,
    )
    found = services_of(request).storage.bookmarks.search(user, search, limit=MOST_LISTED)
    return [describe_bookmark(bookmark, user) for bookmark in found]


def create(request: Call, body: BookmarkBody) -> Created[BookmarkFacts]:
    """Bookmark a moment or a range; at most 1000 a person."""
    user = user_of(request)
    content = BookmarkContent(
        camera_ids=require_cameras(user, Right.VIEW, body.camera_ids),
        time=_range(body.from_.us, (body.to or body.from_).us),
        title=body.title,
        note=body.note,
        tag=body.tag,
        is_shared=body.is_shared,
    )
    # Entries come first: what cannot be recorded is not done.
    record_action(request, AuditAction.BOOKMARK_ADD, "bookmark", _audit_detail(content))
    made = services_of(request).storage.bookmarks.add(user.id, content)
    return Created(describe_bookmark(made, user), f"/api/v1/bookmarks/{made.id}")


def change(request: Call, bookmark_id: int, body: BookmarkChange) -> BookmarkFacts:
    """Change what you name of it; its owner or an administrator."""
    user, store = user_of(request), services_of(request).storage.bookmarks
    known = store.get(bookmark_id)
    named = named_in(body)
    named["time"] = _changed_time(known.content.time, named.pop("from_", None), named.pop("to", UNSET))
    if body.camera_ids is not UNSET:
        named["camera_ids"] = require_cameras(user, Right.VIEW, body.camera_ids)
    content = replace(known.content, **named)
    record_action(request, AuditAction.BOOKMARK_EDIT, f"bookmark {known.id}", _audit_detail(content))
    changed = store.change(known.id, content)
    return describe_bookmark(changed.as_seen_by(user) or changed, user)


def remove(request: Call, bookmark_id: int) -> None:
    """Delete it; its owner or an administrator."""
    store = services_of(request).storage.bookmarks
    known = store.get(bookmark_id)
    record_action(request, AuditAction.BOOKMARK_REMOVE, f"bookmark {known.id}", _audit_detail(known.content))
    store.remove(known.id)


def describe_bookmark(found: Bookmark, user: User) -> BookmarkFacts:
    """Return what is told to a person about a bookmark that they see."""
    content = found.content
    return BookmarkFacts(
        id=found.id,
        camera_ids=content.camera_ids,
        start_us=content.time.start_us,
        end_us=content.time.end_us,
        title=content.title,
        note=content.note,
        tag=content.tag,
        is_shared=content.is_shared,
        is_mine=found.owner_id == user.id,
        may_change=found.may_be_changed_by(user),
        owner=found.owner,
        created_us=found.created_us,
        changed_us=found.changed_us,
    )


def _audit_detail(content: BookmarkContent) -> str:
    cameras = ", ".join(str(camera_id) for camera_id in content.camera_ids)
    return f"{content.title} (cameras {cameras})"


def _range(start_us: int, end_us: int) -> TimeRange:
    if end_us < start_us:
        raise InvalidInput("to must not be earlier than from", field="to")
    return TimeRange(start_us, end_us)


def _changed_time(old: TimeRange, start: Instant | None, end: Instant | UnsetType | None) -> TimeRange:
    """Return the moment or range that a bookmark is of; what is not named of the old one stays."""
    start_us = old.start_us if start is None else start.us
    if end is UNSET and not old.is_empty:
        return _range(start_us, old.end_us)
    return _range(start_us, end.us if isinstance(end, Instant) else start_us)
