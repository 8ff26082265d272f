"""Saved views: cameras in an order and a layout that a person opens together by name."""

import enum
from dataclasses import dataclass, replace

from vms.domain.camera import MOST_TOGETHER
from vms.domain.errors import InvalidInput
from vms.domain.user import Right, Role, User

LONGEST_VIEW_NAME = 120
MOST_VIEWS = 100
"""Views that one person may keep."""


class Layout(enum.StrEnum):
    """How several cameras are arranged."""

    ONE = "one"
    """The focused camera alone."""
    FOCUS = "focus"
    """The focused camera large, the others beside it."""
    GRID = "grid"
    """All cameras equally large."""


@dataclass(frozen=True, slots=True)
class ViewContent:
    """What a person saved; `camera_ids` in page order, 1 to 16, each once."""

    name: str
    camera_ids: tuple[int, ...]
    layout: Layout = Layout.FOCUS
    is_shared: bool = False

    def checked(self) -> "ViewContent":
        """Return the content without stray blanks.

        Raises:
            InvalidInput: something is missing, or too much; the field is named.
        """
        name = self.name.strip()
        if not 1 <= len(name) <= LONGEST_VIEW_NAME:
            raise InvalidInput(f"a view needs a name of at most {LONGEST_VIEW_NAME} characters", field="name")
        if not 1 <= len(set(self.camera_ids)) == len(self.camera_ids) <= MOST_TOGETHER:
            raise InvalidInput(f"a view has 1 to {MOST_TOGETHER} cameras, each once", field="camera_ids")
        return replace(self, name=name)


@dataclass(frozen=True, slots=True)
class SavedView:
    """A stored view; `owner` is what people call its owner."""

    id: int
    owner_id: int
    owner: str
    content: ViewContent
    created_us: int

    def as_seen_by(self, user: User) -> "SavedView | None":
        """Return the view with only the cameras that the person may view, or None where it is not for them."""
        visible = tuple(c for c in self.content.camera_ids if user.may(Right.VIEW, c))
        if self.owner_id != user.id and not (self.content.is_shared and visible):
            return None
        return replace(self, content=replace(self.content, camera_ids=visible))

    def may_be_deleted_by(self, user: User) -> bool:
        """Tell whether the person, who sees it, may also delete it."""
        return self.owner_id == user.id or user.role is Role.ADMIN
