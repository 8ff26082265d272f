"""The record of who did what: the actions it knows, and an entry of it."""

import enum
from dataclasses import dataclass


class AuditAction(enum.StrEnum):
    """What was done; the stored words are stable, as the record outlives every version of the program."""

    BOOKMARK_ADD = "bookmark.add"
    BOOKMARK_EDIT = "bookmark.edit"
    BOOKMARK_REMOVE = "bookmark.remove"
    CAMERA_ADD = "camera.add"
    CAMERA_ADD_REFUSED = "camera.add-refused"
    CAMERA_EDIT = "camera.edit"
    CAMERA_EDIT_REFUSED = "camera.edit-refused"
    CAMERA_REMOVE = "camera.remove"
    CAMERA_TEST = "camera.test"
    EXPORT_CANCEL = "export.cancel"
    EXPORT_DOWNLOAD = "export.download"
    EXPORT_REQUEST = "export.request"
    EXPORT_REQUEST_REFUSED = "export.request-refused"
    HOLD_ADD = "hold.add"
    HOLD_RELEASE = "hold.release"
    KEY_ROTATE = "key.rotate"
    PLAYBACK_OPEN = "playback.open"
    PURGE_ALLOW = "purge.allow"
    USER_ADD = "user.add"
    USER_ADD_REFUSED = "user.add-refused"
    USER_EDIT = "user.edit"
    USER_EDIT_REFUSED = "user.edit-refused"
    USER_PASSWORD = "user.password"  # noqa: S105  # a word of the record, not a password
    USER_SET_UP = "user.set-up"
    USER_SET_UP_REFUSED = "user.set-up-refused"
    USER_SIGN_IN = "user.sign-in"
    USER_SIGN_IN_FAILED = "user.sign-in-failed"
    USER_SIGN_OUT = "user.sign-out"
    VIEW_ADD = "view.add"
    VIEW_REMOVE = "view.remove"
    VOLUME_ADD = "volume.add"
    VOLUME_DISABLE = "volume.disable"
    VOLUME_EDIT = "volume.edit"
    VOLUME_ENABLE = "volume.enable"
    VOLUME_REMOVE = "volume.remove"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the record of who did what; appended, never changed.

    Attributes:
        at_us: when. actor: the person's name, or the program's for what it does by itself.
        action: an `AuditAction` of this version, or the word of an older one.
        subject: what it was done to, such as "camera 4". detail: in which way; never a secret.
        address: network address of the person's device.
    """

    at_us: int
    actor: str
    action: str
    subject: str
    detail: str = ""
    address: str = ""
