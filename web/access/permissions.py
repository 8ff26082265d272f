"""The one place that decides whether a request may go on: object, camera, right (SEC-01, SEC-02).

Every route declares an `Access`; a route without one cannot be built (`web.http.routing`). A camera that the caller may not
see answers as if it did not exist.
"""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from storage.open import Storage
from vms.domain.bookmark import Bookmark
from vms.domain.camera import Camera
from vms.domain.errors import NotFound, NotSignedIn, PermissionDenied
from vms.domain.export import Export
from vms.domain.retention import Hold
from vms.domain.saved_view import SavedView
from vms.domain.user import Right, Role, User


class Subject(enum.Enum):
    """What the path of a route names."""

    NOTHING = enum.auto()
    CAMERA = enum.auto()
    """`{camera_id}`, and `{stream_id}` of that camera where the path has one."""
    EXPORT = enum.auto()
    """`{export_id}`: its owner's, for an administrator anybody's; all its cameras must still be the caller's."""
    BOOKMARK = enum.auto()
    """`{bookmark_id}`: one that the caller sees, to change it: its owner's, or for an administrator anybody's."""
    SAVED_VIEW = enum.auto()
    """`{view_id}`: the same of saved views."""
    HOLD = enum.auto()
    """`{hold_id}`: the right is needed for its camera."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a route asks of its caller.

    Attributes:
        is_public: nobody need be signed in. right: needed for the subject; None: being signed in is enough.
    """

    is_public: bool = False
    right: Right | None = None
    subject: Subject = Subject.NOTHING


PUBLIC = Access(is_public=True)
SIGNED_IN = Access()
VIEW_CAMERA = Access(right=Right.VIEW, subject=Subject.CAMERA)
MANAGE_CAMERA = Access(right=Right.MANAGE, subject=Subject.CAMERA)
EXPORT = Access(right=Right.EXPORT)
OWN_EXPORT = Access(right=Right.EXPORT, subject=Subject.EXPORT)
CHANGE_BOOKMARK = Access(right=Right.VIEW, subject=Subject.BOOKMARK)
CHANGE_VIEW = Access(right=Right.VIEW, subject=Subject.SAVED_VIEW)
HOLD = Access(right=Right.HOLD)
RELEASE_HOLD = Access(right=Right.HOLD, subject=Subject.HOLD)
MANAGE = Access(right=Right.MANAGE)


def authorise(
    access: Access, user: User | None, path: Mapping[str, object], storage: Storage
) -> Camera | None:
    """Let the request pass, or raise; return the camera that the path names, None where it names none.

    Args:
        access: what the route declared. user: who asks, None where nobody is signed in.
        path: the path's parameters.

    Raises:
        NotSignedIn: nobody is signed in.
        NotFound: the subject does not exist, or the caller may not know that it does.
        PermissionDenied: the caller sees the subject but lacks this right.
    """
    if access.is_public:
        return None
    if user is None:
        raise NotSignedIn("sign in first")
    if not user.is_enabled:
        raise NotSignedIn("this account is switched off")
    match access.subject:
        case Subject.NOTHING:
            require(user, access.right)
        case Subject.CAMERA:
            camera_id = _number(path, "camera_id")
            require_camera(user, access.right or Right.VIEW, camera_id)
            return _camera(storage, camera_id, path)
        case Subject.EXPORT:
            require(user, access.right)
            _check_export(user, storage.exports.get(_number(path, "export_id")))
        case Subject.BOOKMARK:
            _check_bookmark(user, storage.bookmarks.get(_number(path, "bookmark_id")))
        case Subject.SAVED_VIEW:
            _check_view(user, storage.saved_views.get(_number(path, "view_id")))
        case Subject.HOLD:
            _check_hold(user, access.right or Right.HOLD, storage.holds.get(_number(path, "hold_id")))
    return None


def require(user: User, right: Right | None) -> None:
    """Raise PermissionDenied unless the person holds the right in general."""
    if right is not None and not user.may(right):
        raise PermissionDenied("your account does not have the right to do this")


def require_camera(user: User, right: Right, camera_id: int) -> None:
    """Let the person use that right on that camera.

    Raises:
        NotFound: the person may not see the camera. PermissionDenied: may see it, but no more.
    """
    if not user.may(Right.VIEW, camera_id):
        raise NotFound(f"there is no camera {camera_id}")
    if not user.may(right, camera_id):
        raise PermissionDenied("your account does not have the right to do this with this camera")


def require_cameras(user: User, right: Right, camera_ids: Iterable[int]) -> tuple[int, ...]:
    """Return the cameras, each once, in their order; raises as `require_camera` does where one is not the person's."""
    each_once = tuple(dict.fromkeys(camera_ids))
    for camera_id in each_once:
        require_camera(user, right, camera_id)
    return each_once


def visible_ids(user: User, camera_ids: Iterable[int]) -> list[int]:
    """Return those of the cameras that the person may see, in their order; the others as if they did not exist."""
    return [camera_id for camera_id in camera_ids if user.may(Right.VIEW, camera_id)]


def _camera(storage: Storage, camera_id: int, path: Mapping[str, object]) -> Camera:
    camera = storage.cameras.get(camera_id)
    if "stream_id" in path and _number(path, "stream_id") not in {stream.id for stream in camera.streams}:
        raise NotFound(f"camera {camera_id} has no such stream")
    return camera


def _check_export(user: User, export: Export) -> None:
    if user.role is not Role.ADMIN and export.request.requested_by != user.id:
        raise NotFound(f"there is no export {export.id}")
    for camera_id in export.request.camera_ids:
        require_camera(user, Right.EXPORT, camera_id)


def _check_bookmark(user: User, bookmark: Bookmark) -> None:
    if bookmark.as_seen_by(user) is None:
        raise NotFound(f"there is no bookmark {bookmark.id}")
    if not bookmark.may_be_changed_by(user):
        raise PermissionDenied("only its owner or an administrator may change this bookmark")


def _check_view(user: User, view: SavedView) -> None:
    if view.as_seen_by(user) is None:
        raise NotFound(f"there is no view {view.id}")
    if not view.may_be_deleted_by(user):
        raise PermissionDenied("only its owner or an administrator may delete this view")


def _check_hold(user: User, right: Right, hold: Hold) -> None:
    if not user.may(Right.VIEW, hold.camera_id):
        raise NotFound(f"there is no hold {hold.id}")
    require_camera(user, right, hold.camera_id)


def _number(path: Mapping[str, object], name: str) -> int:
    value = path[name]
    if isinstance(value, int) and 0 <= value < 2**63:
        return value
    raise NotFound("there is nothing at this address")
