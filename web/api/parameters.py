"""Reads what the interface's callers put into paths, queries and bodies."""

from datetime import date

from vms.domain.camera import Camera, Stream, StreamRole
from vms.domain.errors import InvalidInput, NotFound
from vms.domain.time import TimeRange, parse_rfc3339
from web.http.state import Call, path_camera

FIRST_YEAR, LAST_YEAR = 1970, 9998
LATEST_US = 253_370_764_800_000_000
"""The end of the year 9998: calendars stop a year later, and a local time of any zone must still be in them."""
_LONGEST_NUMBER = 19
"""Digits of the largest numbers that name anything."""


def camera_of(request: Call) -> Camera:
    """Return the camera that the path names; the right to it was checked before the view ran."""
    return path_camera(request)


def stream_of(request: Call, camera: Camera) -> Stream:
    """Return the stream of the `role` asked for (main by default); the other one where the camera has only that.

    Raises:
        InvalidInput: there is no such role. NotFound: the camera has no stream.
    """
    text = request.query_params.get("role", StreamRole.MAIN)
    if text not in set(StreamRole):
        raise InvalidInput("role must be main or sub", field="role")
    stream = shown_stream(camera, StreamRole(text))
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


def instant_of(request: Call, name: str) -> int:
    """Return the instant that a query parameter names.

    Raises:
        InvalidInput: it is missing or no time.
    """
    text = request.query_params.get(name)
    if not text:
        raise InvalidInput(f"the parameter {name} is missing: a time with an offset", field=name)
    return instant_from(text, name)


def window_of(request: Call, *, longest_us: int) -> TimeRange:
    """Return the window between the parameters `from` and `to`.

    Raises:
        InvalidInput: one is missing or no time, they are in the wrong order, or too far apart.
    """
    return checked_window(instant_of(request, "from"), instant_of(request, "to"), longest_us=longest_us)


def checked_window(start_us: int, end_us: int, *, longest_us: int) -> TimeRange:
    """Return the window; raises InvalidInput where it is empty, backwards or too long."""
    if end_us <= start_us:
        raise InvalidInput("to must be later than from", field="to")
    if end_us - start_us > longest_us:
        raise InvalidInput(f"the window may be at most {longest_us // 3_600_000_000} hours long", field="to")
    return TimeRange(start_us, end_us)


def whole_number_of(request: Call, name: str, default: int, *, least: int, most: int) -> int:
    """Return a number from the query, kept within its bounds.

    Raises:
        InvalidInput: it is no whole number.
    """
    text = request.query_params.get(name)
    if text is None:
        return default
    try:
        return max(least, min(int(text), most))
    except ValueError:
        raise InvalidInput(f"{name} must be a whole number", field=name) from None


def camera_ids_of(request: Call, *, most: int) -> list[int]:
    """Return the numbers of cameras that the query's `cameras` lists, each once, in their order.

    Numbers that are too large to be anybody's are left out, as cameras are that do not exist.

    Raises:
        InvalidInput: it lists none, too many, or something else.
    """
    text = request.query_params.get("cameras", "")
    is_short = len(text) <= most * (_LONGEST_NUMBER + 1)
    parts = [part.strip() for part in text.split(",") if part.strip()] if is_short else []
    if not 1 <= len(parts) <= most or not all(part.isascii() and part.isdigit() for part in parts):
        raise InvalidInput(
            f"cameras must list 1 to {most} numbers of cameras, such as 3,7,12", field="cameras"
        )
    return [number for number in dict.fromkeys(int(part) for part in parts) if number < 2**63]


def month_of(request: Call) -> date:
    """Return the first day of the month that the query names as YYYY-MM.

    Raises:
        InvalidInput: it is no month.
    """
    text = request.query_params.get("month", "")
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise InvalidInput("month must be given as YYYY-MM, such as 2025-11", field="month") from None
    if not FIRST_YEAR <= month.year <= LAST_YEAR:
        raise InvalidInput(f"month must be in the years {FIRST_YEAR} to {LAST_YEAR}", field="month")
    return month


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
