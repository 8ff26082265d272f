"""What people set for themselves alone: preferences, favourite cameras, and where they were in which footage."""

from dataclasses import replace

from msgspec import UNSET, Struct, UnsetType, field

from vms.domain.errors import InvalidInput
from vms.domain.preferences import Preferences, ReviewMode
from vms.domain.resume_point import ResumePoint
from vms.domain.time import DAY_US, TimeRange
from vms.domain.user import Right
from web.access.permissions import require_cameras, visible_ids
from web.api.values import CameraIds, Instant, checked_window, named_in
from web.http.state import Call, path_camera, services_of, user_of

_LONGEST_WATCHED_US = DAY_US


class PreferencesBody(Struct, frozen=True):
    """What is to change."""

    review_mode: ReviewMode | UnsetType | None = UNSET
    letter_keys: bool | UnsetType = UNSET
    data_saver: bool | UnsetType = UNSET
    skip_gaps: bool | UnsetType = UNSET


class ResumePointBody(Struct, frozen=True):
    """Where one is, and, if told, what one looks at around it: at most a day."""

    camera_ids: CameraIds
    at: Instant
    from_: Instant | None = field(name="from", default=None)
    to: Instant | None = None


class ResumePointFacts(Struct, frozen=True):
    """Where somebody was in the footage of these cameras, and what they looked at around it."""

    camera_ids: tuple[int, ...]
    at_us: int
    from_us: int
    to_us: int
    seen_us: int


def preferences(request: Call) -> Preferences:
    """What you set for the review page."""
    return services_of(request).storage.preferences.get(user_of(request).id)


def change_preferences(request: Call, body: PreferencesBody) -> Preferences:
    """Change what you name; the answer holds all of them."""
    store, user = services_of(request).storage.preferences, user_of(request)
    changed = replace(store.get(user.id), **named_in(body))
    store.set(user.id, changed)
    return changed


def add_favourite(request: Call) -> None:
    """Make a camera one of your favourites; at most 64."""
    services_of(request).storage.favourites.add(user_of(request).id, path_camera(request).id)


def remove_favourite(request: Call) -> None:
    """Make it none of them."""
    services_of(request).storage.favourites.remove(user_of(request).id, path_camera(request).id)


def resume_points(request: Call) -> list[ResumePointFacts]:
    """Where you were, at most eight places, the newest first; cameras that you may not view any more are left out."""
    user = user_of(request)
    return [
        _described(point, visible)
        for point in services_of(request).storage.resume_points.list(user.id)
        if (visible := tuple(visible_ids(user, point.camera_ids)))
    ]


def note_watching(request: Call, body: ResumePointBody) -> ResumePointFacts:
    """Note where you are; without a range it grows from moment to moment."""
    services, user = services_of(request), user_of(request)
    camera_ids = require_cameras(user, Right.VIEW, body.camera_ids)
    if len(services.storage.cameras.some(camera_ids)) < len(camera_ids):
        raise InvalidInput("one of the cameras does not exist", field="camera_ids")
    point = services.storage.resume_points.note(user.id, camera_ids, body.at.us, watched=_watched(body))
    return _described(point, point.camera_ids)


def _watched(body: ResumePointBody) -> TimeRange | None:
    """Return what is looked at around the moment, None where that is not told."""
    if body.from_ is None and body.to is None:
        return None
    if body.from_ is None or body.to is None:
        missing = "from" if body.from_ is None else "to"
        raise InvalidInput(f"{missing} is missing: a range has both ends", field=missing)
    watched = checked_window(body.from_.us, body.to.us, longest_us=_LONGEST_WATCHED_US)
    if not watched.start_us <= body.at.us <= watched.end_us:
        raise InvalidInput("at must lie between from and to", field="at")
    return watched


def _described(point: ResumePoint, camera_ids: tuple[int, ...]) -> ResumePointFacts:
    return ResumePointFacts(
        camera_ids, point.at_us, point.watched.start_us, point.watched.end_us, point.seen_us
    )
