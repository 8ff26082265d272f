from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.volumes.segment_paths import (
    SegmentName,
    hour_start,
    incoming_path,
    incoming_seq,
    pack_path,
    segment_path,
)
from vms.domain.errors import InvalidInput

STREAM = UUID("0" * 31 + "7")
LATEST_US = 253_402_300_799_999_999

names = st.builds(
    SegmentName,
    start_us=st.integers(0, LATEST_US),
    duration_us=st.integers(1, 600_000_000),
    media_us=st.integers(0, 10**12),
    run_short=st.text("0123456789abcdef", min_size=8, max_size=8),
    seq=st.integers(0, 10**9),
    sha256=st.binary(min_size=32, max_size=32),
)


@given(names)
def test_name_says_what_it_was_made_from(name: SegmentName) -> None:
    assert SegmentName.parse(name.format()) == name


@given(st.uuids(), names)
def test_path_says_stream_and_name(stream_uuid: UUID, name: SegmentName) -> None:
    top, stream, _day, _hour, text = segment_path(stream_uuid, name).split("/")
    assert (top, stream, SegmentName.parse(text)) == ("rec", stream_uuid.hex, name)


@given(st.text(max_size=150))
def test_other_texts_are_no_names(text: str) -> None:
    with pytest.raises(InvalidInput):
        SegmentName.parse(text)


def test_path_holds_utc_date_and_hour() -> None:
    name = SegmentName(1_764_050_709_200_000, 60_000_000, 59_990_000, "0123abcd", 7, bytes(32))
    assert segment_path(STREAM, name) == (
        f"rec/{STREAM.hex}/2025-11-25/06/1764050709200000-60000000-59990000-0123abcd-000007-{'0' * 64}.mp4"
    )
    assert pack_path(STREAM, name.start_us) == f"pic/{STREAM.hex}/2025-11-25/06.pic"
    assert hour_start(name.start_us) == 1_764_050_400_000_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x.mp4",
        f"01764050709200000-60000000-1-0123abcd-000007-{'0' * 64}.mp4",
        f"1764050709200000-60000000-1-0123abcd-7-{'0' * 64}.mp4",
        f"1764050709200000-60000000-1-0123abcd-000007-{'0' * 63}.mp4",
        f"999999999999999999-60000000-1-0123abcd-000007-{'0' * 64}.mp4",
    ],
)
def test_nearly_right_names_are_none(text: str) -> None:
    with pytest.raises(InvalidInput):
        SegmentName.parse(text)


@given(st.uuids(), st.integers(0, 10**9))
def test_incoming_name_says_its_number(run_uuid: UUID, seq: int) -> None:
    folder, _, name = incoming_path(run_uuid, seq).rpartition("/")
    assert folder == f"incoming/{run_uuid.hex}"
    assert incoming_seq(name) == seq


@pytest.mark.parametrize(
    "name",
    ["", "1.mp4", "000001.mp4.tmp", "000001.MP4", "x000001.mp4", "\u0660\u0660\u0660\u0660\u0660\u0661.mp4"],
)
def test_other_incoming_names_have_no_number(name: str) -> None:
    assert incoming_seq(name) is None
