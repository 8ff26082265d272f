"""What the playback page's scripts are told: the cameras chosen, those to choose from, the moment, what the person may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from storage.footage.many_streams import StreamFacts
from vms.domain.camera import Camera, StreamRole
from vms.domain.preferences import ReviewMode
from vms.domain.time import MINUTE_US, SECOND_US, format_rfc3339
from vms.domain.user import Right, Role, User
from web.http.state import WebServices
from web.pages.cameras.camera_views import CameraView, camera_views
from web.pages.frame.presenters import Presenter
from web.pages.review.playback_address import PlaybackAddress
from web.pages.review.review_keys import key_commands

_YOUNG_US = 2 * MINUTE_US
_BEFORE_END_US = 10 * SECOND_US
_FIRST_PICTURE_WIDTH = 320
"""Of this width pictures lie ready in their packs."""


@dataclass(frozen=True, slots=True)
class ChosenCameras:
    """The cameras of one page.

    Attributes:
        cameras: in page order. offered: every camera that the person may choose, those on the page included.
        some_unavailable: the address named others, which the person may not see or which do not exist.
    """

    cameras: tuple[Camera, ...]
    offered: tuple[Camera, ...]
    some_unavailable: bool


def choose_cameras(services: WebServices, user: User, address: PlaybackAddress) -> ChosenCameras:
    """Return the cameras that the address names and the person may see; the first one where it names none.

    Removed cameras are found too: their footage is kept until retention takes it.
    """
    visible = [
        camera
        for camera in services.storage.cameras.list(include_removed=True)
        if user.may(Right.VIEW, camera.id)
    ]
    in_use = [camera for camera in visible if camera.removed_us is None]
    if address.camera_ids is None:
        return ChosenCameras(tuple(in_use[:1]), tuple(visible), some_unavailable=False)
    by_id = {camera.id: camera for camera in visible}
    chosen = tuple(by_id[camera_id] for camera_id in address.camera_ids if camera_id in by_id)
    is_short = address.has_unreadable or len(chosen) < len(address.camera_ids)
    return ChosenCameras(chosen, tuple(visible), some_unavailable=is_short)


@dataclass(frozen=True, slots=True)
class PlaybackFacts:
    """The page's facts.

    Attributes:
        views: of the cameras on the page, in page order. focused: the one shown large.
        at_us: the moment. is_live: whether to follow the recording.
        first_picture: address of what a single camera shows until its video is there, None where it has no footage or
            there are several, whose places on the page the scripts choose.
        script: what scripts are given; typedef PlaybackFacts in static/js/page/page_data.js.
    """

    views: tuple[CameraView, ...]
    focused: CameraView
    at_us: int
    is_live: bool
    first_picture: str | None
    mode: str
    script: dict[str, object]


def playback_facts(
    services: WebServices, user: User, chosen: ChosenCameras, address: PlaybackAddress, present: Presenter
) -> PlaybackFacts:
    """Return what the page shows and tells its scripts, with a fixed number of queries."""
    all_views = {view.id: view for view in camera_views(services, chosen.offered, present)}
    views = tuple(all_views[camera.id] for camera in chosen.cameras)
    focused = next((view for view in views if view.id == address.focused_id), views[0])
    at_us, is_live = _moment(address, focused, present.now_us)
    wishes = services.storage.preferences.get(user.id)
    mode = address.mode or wishes.review_mode or _usual_mode(user)
    script: dict[str, object] = {
        "cameras": camera_facts(services, user, chosen.cameras, views),
        "all_cameras": [
            _choice(view, camera)
            for camera in chosen.offered
            if (view := all_views[camera.id]).oldest_us is not None or camera.removed_us is None
        ],
        "focused_id": focused.id,
        "at_us": at_us,
        "is_live": is_live,
        "asked_clip": address.clip,
        "zoom_s": address.zoom_s,
        "layout": address.layout or ("focus" if len(views) > 1 else "one"),
        "mode": mode,
        "is_mode_chosen": address.mode is not None or wishes.review_mode is not None,
        "letter_keys": wishes.letter_keys,
        "data_saver": wishes.data_saver,
        "skip_gaps": wishes.skip_gaps,
        "may_export": any(user.may(Right.EXPORT, camera.id) for camera in chosen.cameras),
        "may_hold": any(user.may(Right.HOLD, camera.id) for camera in chosen.cameras),
        "some_unavailable": chosen.some_unavailable,
        "keys": key_commands(),
    }
    return PlaybackFacts(views, focused, at_us, is_live, _first_picture(views, at_us), mode, script)


def _first_picture(views: Sequence[CameraView], at_us: int) -> str | None:
    """Return the address, written as the page's scripts write it, so that the browser fetches the picture once."""
    if len(views) > 1 or views[0].oldest_us is None:
        return None
    query = urlencode({"at": format_rfc3339(at_us), "width": _FIRST_PICTURE_WIDTH})
    return f"/api/v1/cameras/{views[0].id}/picture?{query}"


def _usual_mode(user: User) -> ReviewMode:
    """Return what suits a person's role: leaders look something up, others work here for hours."""
    return ReviewMode.SIMPLE if user.role is Role.VIEWER else ReviewMode.FULL


def camera_facts(
    services: WebServices, user: User, cameras: Sequence[Camera], views: Sequence[CameraView]
) -> list[dict[str, object]]:
    """Return what scripts are told of the cameras on the page, numbered by their place there."""
    stream_ids = [stream.id for camera in cameras for stream in camera.streams]
    streams = services.storage.many_streams.facts(stream_ids)
    return [
        _camera(number, camera, view, streams, user)
        for number, (camera, view) in enumerate(zip(cameras, views, strict=True), start=1)
    ]


def _camera(
    number: int, camera: Camera, view: CameraView, streams: dict[int, StreamFacts], user: User
) -> dict[str, object]:
    main, sub = camera.stream(StreamRole.MAIN), camera.stream(StreamRole.SUB)
    facts = streams.get(main.id) if main is not None else None
    sub_facts = streams.get(sub.id) if sub is not None else None
    return {
        "id": camera.id,
        "number": number,
        "name": view.name,
        "place": view.place,
        "title": view.title,
        "oldest_us": view.oldest_us,
        "newest_us": view.newest_us,
        "purged_until_us": facts.purged_until_us if facts is not None else None,
        "removed_us": camera.removed_us,
        "has_sub": sub_facts is not None and sub_facts.codec is not None,
        "codec": facts.codec if facts is not None else None,
        "may_export": user.may(Right.EXPORT, camera.id) and main is not None,
    }


def _choice(view: CameraView, camera: Camera) -> dict[str, object]:
    return {
        "id": view.id,
        "name": view.name,
        "place": view.place,
        "agency": view.agency,
        "title": view.title,
        "tone": view.state.tone,
        "shape": view.state.shape,
        "state": view.state.word,
        "picture_url": view.picture_url,
        "is_removed": camera.removed_us is not None,
    }


def _moment(address: PlaybackAddress, view: CameraView, now_us: int) -> tuple[int, bool]:
    """Return the instant to show and whether to follow the recording."""
    if address.at_us is not None:
        return min(address.at_us, now_us), False
    if view.newest_us is None or now_us - view.newest_us < _YOUNG_US:
        return now_us, True
    return max(view.oldest_us or 0, view.newest_us - _BEFORE_END_US), False


def audited_subject(cameras: Sequence[Camera]) -> str:
    """Return how the record names the cameras of a page."""
    return ", ".join(f"camera {camera.id}" for camera in cameras)
