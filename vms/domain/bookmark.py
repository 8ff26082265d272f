"""Bookmarks: moments or ranges of some cameras that a person named, for themselves or for others too."""

from dataclasses import dataclass, replace

from vms.domain.camera import MOST_TOGETHER
from vms.domain.errors import InvalidInput
from vms.domain.time import DAY_US, TimeRange
from vms.domain.user import Right, Role, User

LONGEST_TITLE = 120
LONGEST_NOTE = 2000
LONGEST_TAG = 40
LONGEST_BOOKMARK_US = 31 * DAY_US
MOST_BOOKMARKS = 1000
"""Bookmarks that one person may keep."""


@dataclass(frozen=True, slots=True)
class BookmarkContent:
    """What a person wrote down.

    Attributes:
        camera_ids: in the order chosen, 1 to 16, each once.
        time: an empty range for a moment.
        is_shared: whether others see it who may view at least one of its cameras.
    """

    camera_ids: tuple[int, ...]
    time: TimeRange
    title: str
    note: str = ""
    tag: str = ""
    is_shared: bool = False

    def checked(self) -> "BookmarkContent":
        """Return the content without stray blanks.

        Raises:
            InvalidInput: something is missing, or too much; the field is named.
        """
        tidy = replace(self, title=self.title.strip(), note=self.note.strip(), tag=self.tag.strip())
        if not tidy.title:
            raise InvalidInput("a bookmark needs a title", field="title")
        for field, text, longest in (
            ("title", tidy.title, LONGEST_TITLE),
            ("note", tidy.note, LONGEST_NOTE),
            ("tag", tidy.tag, LONGEST_TAG),
        ):
            if len(text) > longest:
                raise InvalidInput(f"{field} may have at most {longest} characters", field=field)
        if not 1 <= len(set(self.camera_ids)) == len(self.camera_ids) <= MOST_TOGETHER:
            raise InvalidInput(
                f"a bookmark is of 1 to {MOST_TOGETHER} cameras, each once", field="camera_ids"
            )
        if self.time.duration_us > LONGEST_BOOKMARK_US:
            raise InvalidInput(
                f"a bookmark may be at most {LONGEST_BOOKMARK_US // DAY_US} days long", field="to"
            )
        return tidy


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A stored bookmark; `owner` is what people call its owner."""

    id: int
    owner_id: int
    owner: str
    content: BookmarkContent
    created_us: int
    changed_us: int

    def as_seen_by(self, user: User) -> "Bookmark | None":
        """Return the bookmark with only the cameras that the person may view, or None where it is not for them.

        Owners keep what they wrote, also when they may not view any of its cameras any more.
        """
        visible = tuple(c for c in self.content.camera_ids if user.may(Right.VIEW, c))
        if self.owner_id != user.id and not (self.content.is_shared and visible):
            return None
        return replace(self, content=replace(self.content, camera_ids=visible))

    def may_be_changed_by(self, user: User) -> bool:
        """Tell whether the person, who sees it, may also change and delete it."""
        return self.owner_id == user.id or user.role is Role.ADMIN
