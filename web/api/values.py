"""The values in paths, queries and bodies: how each is read, what is refused, and how it is described."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, field, structs
from typing_extensions import override

from vms.domain.camera import MOST_TOGETHER, Camera, Stream, StreamRole
from vms.domain.errors import InvalidInput, NotFound
from vms.domain.time import TimeRange, parse_rfc3339

FIRST_YEAR, LAST_YEAR = 1970, 9998
LATEST_US = 253_370_764_800_000_000
"""The end of the year 9998: calendars stop a year later, and a local time of any zone must still be in them."""
_LONGEST_NUMBER = 19
"""Digits of the largest numbers that name anything."""
_MOST_CAMERAS_ASKED = 64

RowId = Annotated[int, Meta(ge=0, le=2**63 - 1)]
CameraIds = Annotated[tuple[RowId, ...], Meta(min_length=1, max_length=MOST_TOGETHER)]
ZeroOrOne = Literal["0", "1"]


class Written:
    """A value that stands as text in queries and bodies; made from that text, which a subclass reads."""

    MEANING: ClassVar[str]
    """What has to be written, in words."""
    PATTERN: ClassVar[str] = ""
    """What every text that says one looks like."""

    def __init__(self, text: str) -> None:
        """Read `text`; raises InvalidInput or ValueError where it says no such value."""
        raise NotImplementedError(text)


class Instant(Written):
    """A time, as UTC microseconds since 1970: `us`."""

    MEANING = f"a time with offset (RFC 3339) or UTC microseconds, in the years {FIRST_YEAR} to {LAST_YEAR}"

    @override
    def __init__(self, text: str) -> None:
        self.us = instant_from(text, "")


class Month(Written):
    """A month, by its first day: `first`."""

    MEANING = f"a month of the years {FIRST_YEAR} to {LAST_YEAR}, such as 2025-11"
    PATTERN = "^[0-9]{4}-[0-9]{2}$"

    @override
    def __init__(self, text: str) -> None:
        self.first = day_from(f"{text}-01", "")


class AskedCameras(Written):
    """Numbers of cameras, each once, in their order: `ids`; those too large to be anybody's are left out."""

    MEANING = f"1 to {_MOST_CAMERAS_ASKED} numbers of cameras, such as 3,7,12"
    PATTERN = "^[0-9, ]*[0-9][0-9, ]*$"

    @override
    def __init__(self, text: str) -> None:
        is_short = len(text) <= _MOST_CAMERAS_ASKED * (_LONGEST_NUMBER + 1)
        parts = [part.strip(" ") for part in text.split(",") if part.strip(" ")] if is_short else []
        is_list = all(part.isascii() and part.isdigit() for part in parts)
        if not is_list or not 1 <= len(parts) <= _MOST_CAMERAS_ASKED:
            raise ValueError(text)
        self.ids = [number for number in dict.fromkeys(map(int, parts)) if number < 2**63]


class Window(Struct, frozen=True, kw_only=True):
    """Time from an instant up to another."""

    from_: Instant = field(name="from")
    to: Instant

    def checked(self, *, longest_us: int) -> TimeRange:
        """Return the window; raises InvalidInput where it is empty, backwards or too long."""
        return checked_window(self.from_.us, self.to.us, longest_us=longest_us)


class RangeBody(Window, frozen=True, kw_only=True):
    """A window of some cameras."""

    camera_ids: CameraIds


def named_in(body: Struct) -> dict[str, Any]:
    """Return what a body names, of fields that stay as they are where it does not."""
    return {name: value for name, value in structs.asdict(body).items() if value is not UNSET}


def stream_of(camera: Camera, role: StreamRole) -> Stream:
    """Return the camera's stream of that role, or the other one where it has only that; raises NotFound."""
    stream = shown_stream(camera, role)
    if stream is None:
        raise NotFound(f"camera {camera.id} has no stream")
    return stream


def shown_stream(camera: Camera, role: StreamRole = StreamRole.MAIN) -> Stream | None:
    """Return the camera's stream of that role; the other one where it has only that, None where it has none."""
    return camera.stream(role) or next(iter(camera.streams), None)


def instant_from(text: str, field: str) -> int:
    """Return UTC microseconds of an RFC 3339 time with offset, or of microseconds since 1970 written as a number.

    Raises:
        InvalidInput: it is neither, or outside of 1970 to 9998: somebody else's page could not show it.
    """
    is_number = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    at_us = int(text) if is_number else parse_rfc3339(text, field=field)
    if not 0 <= at_us < LATEST_US:
        message = f"{text[:40]!r} is not in the years {FIRST_YEAR} to {LAST_YEAR}"
        raise InvalidInput(message, field=field)
    return at_us


def checked_window(start_us: int, end_us: int, *, longest_us: int) -> TimeRange:
    """Return the window; raises InvalidInput where it is empty, backwards or too long."""
    if end_us <= start_us:
        raise InvalidInput("to must be later than from", field="to")
    if end_us - start_us > longest_us:
        raise InvalidInput(f"the window may be at most {longest_us // 3_600_000_000} hours long", field="to")
    return TimeRange(start_us, end_us)


def day_from(text: str, field: str = "day") -> date:
    """Return a calendar day written as YYYY-MM-DD.

    Raises:
        InvalidInput: it is none, or outside of 1970 to 9998.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"{field} must be given as YYYY-MM-DD", field=field) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InvalidInput(f"{field} must be in the years {FIRST_YEAR} to {LAST_YEAR}", field=field)
    return day
