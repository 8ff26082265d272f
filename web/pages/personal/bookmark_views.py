"""Bookmarks as their page shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from vms.domain.bookmark import Bookmark
from vms.domain.time import format_rfc3339
from vms.domain.user import User
from web.pages.frame.presenters import Presenter


@dataclass(frozen=True, slots=True)
class BookmarkView:
    """One bookmark on the page; texts are ready to be shown.

    Attributes:
        cameras: names of those that the person may view, "" where there are none any more. when: the moment or range.
        open_url: the playback page there, "" without cameras. owner: "" for the person's own.
    """

    id: int
    title: str
    note: str
    tag: str
    cameras: str
    when: str
    length: str
    open_url: str
    owner: str
    is_shared: bool
    may_change: bool


def bookmark_views(
    bookmarks: Sequence[Bookmark], names: Mapping[int, str], user: User, present: Presenter
) -> list[BookmarkView]:
    """Return what the page shows of some bookmarks; `names` of cameras by id."""
    return [_view(bookmark, names, user, present) for bookmark in bookmarks]


def _view(bookmark: Bookmark, names: Mapping[int, str], user: User, present: Presenter) -> BookmarkView:
    content = bookmark.content
    is_moment = content.time.is_empty
    return BookmarkView(
        id=bookmark.id,
        title=content.title,
        note=content.note,
        tag=content.tag,
        cameras=", ".join(names.get(camera_id, f"{camera_id}") for camera_id in content.camera_ids),
        when=present.moment(content.time.start_us) if is_moment else present.span(content.time),
        length="" if is_moment else present.duration(content.time.duration_us),
        open_url=moment_url(bookmark) if content.camera_ids else "",
        owner="" if bookmark.owner_id == user.id else bookmark.owner,
        is_shared=content.is_shared,
        may_change=bookmark.may_be_changed_by(user),
    )


def moment_url(bookmark: Bookmark) -> str:
    """Return the address of the playback page at the bookmark, a range being marked."""
    content = bookmark.content
    query = {
        "cam": ",".join(str(camera_id) for camera_id in content.camera_ids),
        "t": format_rfc3339(content.time.start_us),
    }
    if not content.time.is_empty:
        query |= {"in": query["t"], "out": format_rfc3339(content.time.end_us)}
    return f"/playback?{urlencode(query, safe=',:')}"
