"""Which samples a clip holds, on small files where every number can be followed."""

import struct
from itertools import accumulate
from pathlib import Path

import pytest

from playback.clips.clip_boxes import ClipLabels, clip_head
from playback.clips.clip_samples import ClipSamples, choose_samples, needed_fragments
from playback.clips.clip_source import ClipSource, Cut
from tests.support.fragmented_mp4 import FRAME, fragment_bytes, init_bytes
from vms.domain.errors import InvalidInput, NothingRecorded
from vms.media.boxes import bytes_reader, find_box, iter_boxes
from vms.media.fragments import walk_fragments
from vms.media.init_segment import parse_init

INIT = parse_init(init_bytes())
LATE = 10**12
GOP = 3 * FRAME
REORDERED = (FRAME, 2 * FRAME, 0)
"""I P B: shown as I B P."""


def source(
    folder: Path, name: str, *fragments: bytes, run: str = "run", init: bytes = INIT.data
) -> ClipSource:
    file = folder / name
    data = init + b"".join(fragments)
    file.write_bytes(data)
    parsed = parse_init(init)
    found = walk_fragments(bytes_reader(data), len(data), len(init), parsed).fragments
    return ClipSource(file, parsed, found, 1_000_000, sum(f.samples for f in found) * 40_000, run)


def presented(samples: ClipSamples) -> list[int]:
    """Return the shown presentation times, from the first shown frame on, in frames."""
    clock = accumulate(samples.deltas[:-1], initial=0)
    times = [d + c - samples.edit_start for d, c in zip(clock, samples.composition_offsets, strict=True)]
    return sorted(time // FRAME for time in times if 0 <= time < samples.edit_duration)


def test_cut_inside_a_gop_keeps_the_lead_in_from_its_keyframe(tmp_path: Path) -> None:
    recorded = source(tmp_path, "a", fragment_bytes(0), fragment_bytes(GOP), fragment_bytes(2 * GOP))
    samples = choose_samples([recorded], Cut(GOP + FRAME, 2 * GOP))
    assert (samples.frames, samples.lead_in_frames, len(samples.sizes)) == (2, 1, 3)
    assert samples.edit_start == FRAME
    assert presented(samples) == [0, 1]


def test_frame_shown_before_the_out_point_but_decoded_after_it_is_kept(tmp_path: Path) -> None:
    """failure mode 11"""
    recorded = source(tmp_path, "a", fragment_bytes(0, composition_offsets=REORDERED))
    samples = choose_samples([recorded], Cut(0, 3 * FRAME))
    assert len(samples.sizes) == 3
    assert (samples.frames, samples.edit_duration) == (2, 2 * FRAME)


def test_in_point_between_two_frames_shows_the_later_one(tmp_path: Path) -> None:
    recorded = source(tmp_path, "a", fragment_bytes(0))
    samples = choose_samples([recorded], Cut(FRAME - 1, LATE))
    assert samples.edit_start == FRAME
    assert samples.frames == 2


def test_long_gop_reaches_back_over_fragments(tmp_path: Path) -> None:
    """failure mode 14"""
    recorded = source(
        tmp_path, "a", fragment_bytes(0), *(fragment_bytes(n * GOP, keyframe=False) for n in range(1, 4))
    )
    samples = choose_samples([recorded], Cut(3 * GOP, LATE))
    assert (samples.lead_in_frames, samples.frames) == (9, 3)
    assert list(samples.sync_samples) == [1]


def test_run_that_begins_without_a_keyframe_starts_at_its_first_one(tmp_path: Path) -> None:
    first = source(tmp_path, "a", fragment_bytes(0), run="a")
    second = source(tmp_path, "b", fragment_bytes(900, keyframe=False), fragment_bytes(900 + GOP), run="b")
    samples = choose_samples([first, second], Cut(0, LATE))
    assert samples.frames == 6
    assert presented(samples) == list(range(6))
    assert list(samples.sync_samples) == [1, 4]


def test_runs_with_other_reordering_never_overlap(tmp_path: Path) -> None:
    first = source(tmp_path, "a", fragment_bytes(0, composition_offsets=REORDERED), run="a")
    second = source(tmp_path, "b", fragment_bytes(77_000), run="b")
    third = source(tmp_path, "c", fragment_bytes(5, composition_offsets=REORDERED), run="c")
    samples = choose_samples([first, second, third], Cut(0, LATE))
    assert presented(samples) == [0, 1, 2, 3, 4, 5, 7, 8, 9]
    assert all(delta > 0 for delta in samples.deltas)


def test_broken_clock_inside_a_run_is_taken_as_a_gap(tmp_path: Path) -> None:
    """failure mode 6"""
    far = GOP + 3600 * 12800
    recorded = source(tmp_path, "a", fragment_bytes(0), fragment_bytes(far), fragment_bytes(far + GOP))
    samples = choose_samples([recorded], Cut(0, LATE))
    assert presented(samples) == list(range(9))
    assert [span.clip_start_us for span in samples.spans] == [0, 120_000]


def test_fragments_outside_the_cut_are_not_read(tmp_path: Path) -> None:
    recorded = source(tmp_path, "a", *(fragment_bytes(n * GOP) for n in range(10)))
    assert needed_fragments(recorded, 3 * GOP + 1, 5 * GOP) == recorded.fragments[3:5]


def test_no_frame_in_the_cut(tmp_path: Path) -> None:
    recorded = source(tmp_path, "a", fragment_bytes(0), fragment_bytes(GOP, keyframe=False))
    with pytest.raises(NothingRecorded):
        choose_samples([recorded], Cut(LATE, LATE + 1))
    undecodable = source(tmp_path, "b", fragment_bytes(0, keyframe=False))
    with pytest.raises(NothingRecorded):
        choose_samples([undecodable], Cut(0, LATE))
    with pytest.raises(InvalidInput):
        choose_samples([], Cut(0, LATE))


def test_inits_that_differ_in_a_comment_alone_go_together(tmp_path: Path) -> None:
    first = source(tmp_path, "a", fragment_bytes(0), run="a")
    second = source(tmp_path, "b", fragment_bytes(0), run="b", init=init_bytes(comment="another"))
    assert choose_samples([first, second], Cut(0, LATE)).frames == 6


def test_head_of_a_clip_over_4_gib_uses_wide_sizes(tmp_path: Path) -> None:
    fragment = fragment_bytes(0)
    recorded = source(tmp_path, "a", fragment)
    small = choose_samples([recorded], Cut(0, LATE))
    huge = ClipSamples(
        timescale=small.timescale,
        deltas=small.deltas,
        composition_offsets=small.composition_offsets,
        sizes=small.sizes,
        sync_samples=small.sync_samples,
        extents=tuple(
            type(extent)(extent.source, extent.offset, 3 * 2**30, extent.samples)
            for extent in small.extents * 2
        ),
        edit_start=2**33,
        edit_duration=2**34,
        frames=small.frames,
        lead_in_frames=0,
        spans=small.spans,
    )
    head = clip_head(huge, INIT, ClipLabels(2_500_000_000_000_000))
    assert head.endswith(struct.pack(">I4sQ", 1, b"mdat", 6 * 2**30 + 16))
    moov = next(box for box in iter_boxes(head[:-16]) if box.kind == b"moov")
    co64 = find_box(head, (b"trak", b"mdia", b"minf", b"stbl", b"co64"), moov.body, moov.end)
    assert co64 is not None
    assert struct.unpack_from(">QQ", head, co64.body + 8) == (len(head), len(head) + 3 * 2**30)
    elst = find_box(head, (b"trak", b"edts", b"elst"), moov.body, moov.end)
    assert elst is not None
    assert struct.unpack_from(">BxxxIQq", head, elst.body) == (1, 1, 2**34, 2**33)
