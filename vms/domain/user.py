"""People who sign in: their role, the cameras they may see, and what that entitles them to."""

import enum
from dataclasses import dataclass


class Role(enum.StrEnum):
    """What kind of work a person does here."""

    VIEWER = "viewer"
    """Leaders: review the footage of their cameras."""
    OPERATOR = "operator"
    """Investigators and operators: also export clips."""
    ADMIN = "admin"
    """The administrator: everything, every camera."""


class Right(enum.StrEnum):
    """One thing that a person may do with a camera, or with the system."""

    VIEW = "view"
    EXPORT = "export"
    HOLD = "hold"
    MANAGE = "manage"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.VIEWER: frozenset({Right.VIEW}),
    Role.OPERATOR: frozenset({Right.VIEW, Right.EXPORT, Right.HOLD}),
    Role.ADMIN: frozenset(Right),
}


@dataclass(frozen=True, slots=True)
class User:
    """A person.

    Attributes:
        camera_ids: the cameras they may see; ignored for administrators, who see all.
        language: "id" or "en"; None to follow the browser.
        theme: "light", "dark" or None to follow the device.
    """

    id: int
    name: str
    full_name: str
    role: Role
    camera_ids: frozenset[int] = frozenset()
    is_enabled: bool = True
    language: str | None = None
    theme: str | None = None
    created_us: int = 0
    last_seen_us: int | None = None

    def may(self, right: Right, camera_id: int | None = None) -> bool:
        """Tell whether the person holds the right, for that camera where one is named."""
        if not self.is_enabled or right not in RIGHTS[self.role]:
            return False
        return camera_id is None or self.role is Role.ADMIN or camera_id in self.camera_ids
