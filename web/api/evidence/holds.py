"""Holds: what one would keep, footage protected from every deletion on several cameras at once, and released again."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, field, structs

from playback.timeline.held_footage import HeldFootage, held_footage
from storage.holds.hold_store import HoldResult
from vms.domain.audit import AuditAction
from vms.domain.form_fields import refuse
from vms.domain.retention import LONGEST_HOLD_US, LONGEST_REASON, OPEN_END_US, Hold, hold_problems
from vms.domain.time import TimeRange
from vms.domain.user import Right
from web.access.permissions import require_cameras, visible_ids
from web.api.operations import Created
from web.api.values import AskedCameras, CameraIds, Instant, RangeBody, RowId, ZeroOrOne, checked_window
from web.http.audit import record_action
from web.http.state import Call, services_of, user_of

MOST_LISTED = 200
"""Holds in one answer."""
MOST_GAPS = 200
"""Gaps of one camera in an estimate, the first ones; `missing_us` counts them all."""

Reason = Annotated[str, Meta(min_length=1, max_length=LONGEST_REASON)]


class HoldsQuery(Struct, frozen=True):
    """Which holds: of some cameras, with `all=1` released and lapsed ones too, before a number."""

    cameras: AskedCameras | UnsetType = UNSET
    all: ZeroOrOne = "0"
    before_id: RowId = 0


class HoldBody(Struct, frozen=True):
    """A hold; without `to` it also holds whatever will be recorded, without `expires` until somebody releases it."""

    camera_ids: CameraIds
    from_: Instant = field(name="from")
    reason: Reason
    to: Instant | None = None
    expires: Instant | None = None


class ReleaseBody(Struct, frozen=True):
    """Why a hold is released."""

    reason: Reason


class HoldFacts(Struct, frozen=True):
    """What is told about a hold; `end_us` is null for one that also holds whatever will be recorded."""

    id: int
    camera_ids: tuple[int, ...]
    start_us: int
    end_us: int | None
    reason: str
    placed_by: str
    created_us: int
    expires_us: int | None
    is_active: bool
    released_us: int | None
    released_by: str | None
    release_reason: str | None


class PlacedHold(HoldFacts, frozen=True):
    """A hold with what it protects already and what it came too late for (B4)."""

    covered_us: int
    gaps: list[TimeRange]


class HeldCamera(Struct, frozen=True):
    """What a hold would keep of one camera: bytes of all its streams (about), time and the first gaps of the main one."""

    camera_id: int
    bytes: int
    covered_us: int
    missing_us: int
    gaps: tuple[TimeRange, ...]


class HoldEstimate(Struct, frozen=True):
    """What a hold would keep."""

    bytes: int
    cameras: list[HeldCamera]


def holds(request: Call, asked: HoldsQuery) -> list[HoldFacts]:
    """The newest 200 holds on cameras that you may view: the active ones, or with `all=1` the others too."""
    services = services_of(request)
    if asked.cameras is UNSET:
        cameras = [camera.id for camera in services.storage.cameras.list(include_removed=True)]
    else:
        cameras = asked.cameras.ids
    found = services.storage.holds.list(
        active_only=asked.all != "1",
        camera_ids=visible_ids(user_of(request), cameras),
        before_id=asked.before_id or None,
        limit=MOST_LISTED,
    )
    now_us = services.clock.now_us()
    return [describe_hold(hold, now_us) for hold in found]


def place(request: Call, body: HoldBody) -> Created[list[PlacedHold]]:
    """Protect a range of each camera from every deletion; the answer says what of it there is and what was missing.

    `covered_us` is how much there is, `gaps` are what is not.
    """
    services, user = services_of(request), user_of(request)
    camera_ids = require_cameras(user, Right.HOLD, body.camera_ids)
    for camera_id in camera_ids:
        services.storage.cameras.get(camera_id)
    time = _protected(body)
    expires_us = None if body.expires is None else body.expires.us
    refuse(hold_problems(time, body.reason, expires_us, services.clock.now_us()))
    placed: list[HoldResult] = []
    for camera_id in camera_ids:
        # The entry comes first: without it there is no hold.
        record_action(request, AuditAction.HOLD_ADD, f"camera {camera_id}", body.reason)
        placed.append(
            services.storage.holds.place(
                camera_id, time, body.reason, user.name, expires_us=expires_us, links_later=True
            )
        )
    now_us = services.clock.now_us()
    return Created([_placed(result, now_us) for result in placed])


def estimate(request: Call, body: RangeBody) -> HoldEstimate:
    """What a hold would keep of each camera, told before it is placed."""
    services = services_of(request)
    camera_ids = require_cameras(user_of(request), Right.HOLD, body.camera_ids)
    time, now_us = body.checked(longest_us=LONGEST_HOLD_US), services.clock.now_us()
    archive, known = services.storage.many_streams, services.storage.cameras
    cameras = [
        _held(camera_id, held_footage(archive, known.get(camera_id), time, now_us=now_us))
        for camera_id in camera_ids
    ]
    return HoldEstimate(sum(camera.bytes for camera in cameras), cameras)


def release(request: Call, hold_id: int, body: ReleaseBody) -> HoldFacts:
    """End a hold; its footage follows its retention again."""
    services = services_of(request)
    record_action(request, AuditAction.HOLD_RELEASE, f"hold {hold_id}", body.reason)
    released = services.storage.holds.release(
        hold_id, user_of(request).name, reason=body.reason, links_later=True
    )
    return describe_hold(released, services.clock.now_us())


def describe_hold(found: Hold, now_us: int) -> HoldFacts:
    """Return what is told about a hold."""
    return HoldFacts(
        id=found.id,
        camera_ids=(found.camera_id,),
        start_us=found.time.start_us,
        end_us=found.end_us,
        reason=found.reason,
        placed_by=found.created_by,
        created_us=found.created_us,
        expires_us=found.expires_us,
        is_active=found.is_active(now_us),
        released_us=found.released_us,
        released_by=found.released_by,
        release_reason=found.release_reason,
    )


def _placed(result: HoldResult, now_us: int) -> PlacedHold:
    facts = structs.asdict(describe_hold(result.hold, now_us))
    return PlacedHold(**facts, covered_us=result.covered_us, gaps=list(result.missing))


def _held(camera_id: int, held: HeldFootage) -> HeldCamera:
    missing_us = sum(gap.duration_us for gap in held.missing)
    return HeldCamera(camera_id, held.size_bytes, held.covered_us, missing_us, held.missing[:MOST_GAPS])


def _protected(body: HoldBody) -> TimeRange:
    """Return the range to protect; without an end it also holds whatever will be recorded."""
    if body.to is None:
        return TimeRange(body.from_.us, OPEN_END_US)
    return checked_window(body.from_.us, body.to.us, longest_us=LONGEST_HOLD_US)
