"""Holds as their page shows them: those that were placed together are one entry with all its cameras."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlencode

from playback.timeline.held_footage import HeldFootage, held_footage
from vms.domain.camera import Camera
from vms.domain.retention import Hold
from vms.domain.time import MINUTE_US, TimeRange, format_rfc3339
from vms.domain.user import Right, User
from web.http.state import WebServices
from web.pages.cameras.camera_marks import Mark
from web.pages.frame.presenters import DASH, Presenter


@dataclass(frozen=True, slots=True)
class HoldView:
    """One entry; texts are ready to be shown.

    Attributes:
        hold_ids: one for each camera. reason, by, placed: of all of them. when: the range.
        size: about what they keep. missing: what is not there to be kept, "" where all is.
        state: active or over, as a mark. ended: who released it when, and why; "" while it is active.
        open_url: the playback page with the range marked. may_release: by the person who looks.
    """

    hold_ids: tuple[int, ...]
    cameras: str
    reason: str
    by: str
    placed: str
    when: str
    until: str
    size: str
    missing: str
    state: Mark
    ended: str
    open_url: str
    may_release: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """What entries are written with: cameras by id, what people call accounts by name, the present."""

    services: WebServices
    cameras: Mapping[int, Camera]
    people: Mapping[str, str]
    present: Presenter

    def person(self, name: str) -> str:
        return self.people.get(name, name)

    def camera_name(self, camera_id: int) -> str:
        return self.cameras[camera_id].name if camera_id in self.cameras else f"{camera_id}"

    def kept(self, hold: Hold) -> HeldFootage:
        streams, now_us = self.services.storage.many_streams, self.present.now_us
        return held_footage(streams, self.cameras[hold.camera_id], hold.time, now_us=now_us)


def hold_views(
    services: WebServices, holds: Sequence[Hold], user: User, present: Presenter
) -> list[HoldView]:
    """Return what the page shows of some holds, in their order."""
    known = _Known(
        services,
        {camera.id: camera for camera in services.storage.cameras.list(include_removed=True)},
        {person.name: person.full_name or person.name for person in services.storage.users.list()},
        present,
    )
    groups = [list(group) for _, group in groupby(holds, key=_placed_together)]
    return [_view(known, sorted(group, key=lambda hold: hold.id), user) for group in groups]


def _placed_together(hold: Hold) -> tuple[object, ...]:
    """Return what holds have in common that one person placed with one form, and that have shared their fate since."""
    released = None if hold.released_us is None else (hold.released_us // MINUTE_US, hold.release_reason)
    return (
        *(hold.time, hold.reason, hold.created_by, hold.created_us // MINUTE_US),
        *(hold.expires_us, hold.released_by, released),
    )


def _view(known: _Known, group: Sequence[Hold], user: User) -> HoldView:
    present, first = known.present, group[0]
    words, is_active = present.catalogue, first.is_active(present.now_us)
    kept = [known.kept(hold) for hold in group if is_active and hold.camera_id in known.cameras]
    missing_us = sum(gap.duration_us for held in kept for gap in held.missing)
    size = present.size(sum(held.size_bytes for held in kept))
    return HoldView(
        hold_ids=tuple(hold.id for hold in group),
        cameras=", ".join(known.camera_name(hold.camera_id) for hold in group),
        reason=first.reason,
        by=known.person(first.created_by),
        placed=present.moment(first.created_us),
        when=_range(first, present),
        until=""
        if first.expires_us is None
        else words.text("hold.until_day", time=present.since(first.expires_us)),
        size=words.text("export.about", size=size) if is_active else DASH,
        missing=words.text("hold.gone", length=present.duration(missing_us)) if missing_us else "",
        state=_mark(first, present, is_active=is_active),
        ended=_ended(first, known),
        open_url=_open_url(group),
        may_release=is_active and all(user.may(Right.HOLD, hold.camera_id) for hold in group),
    )


def _range(hold: Hold, present: Presenter) -> str:
    if hold.end_us is None:
        return present.catalogue.text("hold.without_end", time=present.moment(hold.time.start_us))
    return present.span(TimeRange(hold.time.start_us, hold.end_us))


def _mark(hold: Hold, present: Presenter, *, is_active: bool) -> Mark:
    words = present.catalogue
    if is_active:
        return Mark("active", "tick", "ok", words.text("hold.active"))
    return Mark("over", "ring", "off", words.text("hold.over" if hold.released_us is None else "hold.let_go"))


def _ended(hold: Hold, known: _Known) -> str:
    present = known.present
    words = present.catalogue
    if hold.released_us is not None:
        name, time = known.person(hold.released_by or ""), present.moment(hold.released_us)
        ended = words.text("hold.ended_by", name=name, time=time)
        return f"{ended}: {hold.release_reason}" if hold.release_reason else ended
    if hold.expires_us is not None and not hold.is_active(present.now_us):
        return words.text("hold.ended_itself", time=present.moment(hold.expires_us))
    return ""


def _open_url(group: Sequence[Hold]) -> str:
    time = group[0].time
    start = format_rfc3339(time.start_us)
    query = {"cam": ",".join(str(hold.camera_id) for hold in group), "t": start}
    if group[0].end_us is not None:
        query |= {"in": start, "out": format_rfc3339(time.end_us)}
    return f"/playback?{urlencode(query, safe=',:')}"
