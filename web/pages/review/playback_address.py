"""What the address of the playback page asks for; a part damaged on its way falls back, so that a mangled link opens."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from vms.domain.camera import MOST_TOGETHER
from vms.domain.errors import InvalidInput
from vms.domain.time import parse_rfc3339
from web.api.values import LATEST_US
from web.http.row_number import row_number

LAYOUTS = ("one", "focus", "grid")
MODES = ("simple", "full")
_LONGEST_ZOOM_S = 400 * 24 * 3600


@dataclass(frozen=True, slots=True)
class PlaybackAddress:
    """One reading of an address.

    Attributes:
        camera_ids: in page order, at most 16, each once; None where the address names none.
        focused_id: the camera shown large; None for the first.
        at_us: the moment; None for the newest footage. clip: its marked ends, in order.
        zoom_s: seconds that the timeline shows. layout, mode: None where the address does not say.
        has_unreadable: whether something in the place of a camera is none. lacks_moment: a moment was named that is none.
    """

    camera_ids: tuple[int, ...] | None = None
    focused_id: int | None = None
    at_us: int | None = None
    clip: tuple[int, int] | None = None
    zoom_s: float | None = None
    layout: str | None = None
    mode: str | None = None
    has_unreadable: bool = False
    lacks_moment: bool = False


def read_address(query: Mapping[str, str]) -> PlaybackAddress:
    """Return what the query of an address asks for."""
    named = [part.strip() for part in query.get("cam", "").split(",")] if "cam" in query else None
    ids = None if named is None else [number for part in named if (number := row_number(part)) is not None]
    at_us = _instant(query, "t")
    return PlaybackAddress(
        camera_ids=None if ids is None else tuple(dict.fromkeys(ids))[:MOST_TOGETHER],
        focused_id=row_number(query.get("f", "")),
        at_us=at_us,
        clip=_clip(query),
        zoom_s=_zoom(query.get("z", "")),
        layout=_one_of(query.get("l"), LAYOUTS),
        mode=_one_of(query.get("mode"), MODES),
        has_unreadable=named is not None and ids is not None and len(ids) < len(named),
        lacks_moment=at_us is None and query.get("t", "").strip() != "",
    )


def _one_of(text: str | None, known: tuple[str, ...]) -> str | None:
    return text if text in known else None


def _instant(query: Mapping[str, str], name: str) -> int | None:
    # A plus sign that nobody escaped arrives as a blank: "14:05:09 08:00".
    text = query.get(name, "").strip().replace(" ", "+")
    if not text:
        return None
    try:
        return min(max(0, parse_rfc3339(text, field=name)), LATEST_US - 1)
    except InvalidInput:
        return None


def _clip(query: Mapping[str, str]) -> tuple[int, int] | None:
    start_us, end_us = _instant(query, "in"), _instant(query, "out")
    if start_us is None or end_us is None or start_us == end_us:
        return None
    return min(start_us, end_us), max(start_us, end_us)


def _zoom(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return max(1.0, min(seconds, _LONGEST_ZOOM_S)) if math.isfinite(seconds) and seconds > 0 else None
