"""An address opens what it asks for, and one that was damaged on its way still opens something."""

import pytest

from vms.domain.time import parse_rfc3339
from web.pages.review.playback_address import PlaybackAddress, read_address

AT_US = parse_rfc3339("2025-11-25T06:05:09.200Z", field="t")


def test_whole_address_is_read() -> None:
    query = {
        "cam": "12,17",
        "f": "17",
        "t": "2025-11-25T14:05:09.200+08:00",
        "z": "3600",
        "l": "focus",
        "in": "2025-11-25T14:05:00+08:00",
        "out": "2025-11-25T14:06:00+08:00",
        "mode": "simple",
    }
    start_us = parse_rfc3339("2025-11-25T06:05:00Z", field="in")
    assert read_address(query) == PlaybackAddress(
        camera_ids=(12, 17),
        focused_id=17,
        at_us=AT_US,
        clip=(start_us, start_us + 60_000_000),
        zoom_s=3600,
        layout="focus",
        mode="simple",
    )


def test_address_without_anything_asks_for_nothing() -> None:
    assert read_address({}) == PlaybackAddress()


def test_plus_sign_that_nobody_escaped_is_still_an_offset() -> None:
    assert read_address({"t": "2025-11-25T14:05:09.200 08:00"}).at_us == AT_US


def test_camera_named_twice_is_shown_once_and_sixteen_are_the_most() -> None:
    ids = ",".join(str(number) for number in (3, 1, 3, *range(5, 40)))
    assert read_address({"cam": ids}).camera_ids == (3, 1, *range(5, 19))


@pytest.mark.parametrize("text", ["12,x", "12,", "12,-4", "12,1e3", "12,٣", f"12,{'9' * 40}", " 12 , 4 4"])
def test_unreadable_camera_is_left_out_and_noticed(text: str) -> None:
    address = read_address({"cam": text})
    assert address.camera_ids == (12,)
    assert address.has_unreadable


@pytest.mark.parametrize("text", ["", "yesterday", "2025-11-25", "2025-13-01T00:00:00Z", "9" * 30])
def test_unreadable_moment_leads_to_the_newest_footage_and_is_noticed(text: str) -> None:
    address = read_address({"t": text})
    assert address.at_us is None
    assert address.lacks_moment == (text != "")


@pytest.mark.parametrize(
    ("start", "end"),
    [("", "2025-11-25T06:00:00Z"), ("x", "2025-11-25T06:00:00Z"), ("2025-11-25T06:00:00Z",) * 2],
)
def test_half_a_clip_is_none(start: str, end: str) -> None:
    assert read_address({"in": start, "out": end}).clip is None


def test_clip_written_backwards_is_turned_round() -> None:
    clip = read_address({"in": "2025-11-25T06:01:00Z", "out": "2025-11-25T06:00:00Z"}).clip
    assert clip is not None
    assert clip[1] - clip[0] == 60_000_000


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0.01", 1),
        ("1e12", 400 * 86_400),
        ("nan", None),
        ("inf", None),
        ("-5", None),
        ("0", None),
        ("a", None),
    ],
)
def test_zoom_stays_within_what_the_timeline_can_show(text: str, seconds: float | None) -> None:
    assert read_address({"z": text}).zoom_s == seconds


@pytest.mark.parametrize("name", ["l", "mode"])
def test_unknown_layout_and_mode_are_nobodys_choice(name: str) -> None:
    assert read_address({name: "huge"}) == PlaybackAddress()
