"""Clips cut from real recordings: exact to the frame, and bit for bit the camera's."""

import itertools
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from playback.clips.clip_writer import ClipSource, Cut, Progress, WrittenClip, estimate_bytes, write_clip
from tests.support.recordings import (
    ENCODINGS,
    Frame,
    ffmpeg,
    joined,
    packets,
    record,
    shown_frames,
    sources_of,
)
from vms.domain.errors import InvalidInput, MalformedMedia, NothingRecorded
from vms.media.boxes import find_box, iter_boxes
from vms.media.fragment_table import ticks_to_us

WALL_US = 1_790_000_000_000_000


@pytest.fixture(scope="module", params=list(ENCODINGS))
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("run") / "segments"
    record(folder, request.param)
    return folder


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    base = tmp_path_factory.mktemp("two-runs")
    record(base / "before", "h264-b-frames", seconds=14, segment_seconds=5)
    record(base / "after", "h264-b-frames", seconds=14, segment_seconds=5, hue=120)
    return base / "before", base / "after"


def write(
    sources: list[ClipSource],
    cut: Cut,
    file: Path,
    *,
    progress: Progress | None = None,
    digest: bool = False,
) -> WrittenClip:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        return write_clip(
            sources, cut, descriptor, title="Simpang Empat", comment="cam", progress=progress, digest=digest
        )
    finally:
        os.close(descriptor)


def is_part_of(part: list[str], whole: list[str]) -> bool:
    start = whole.index(part[0])
    return part == whole[start : start + len(part)]


def test_clip_shows_exactly_the_asked_frames(run: Path, tmp_path: Path) -> None:
    """failure mode 11"""
    sources = sources_of(run, wall_start_us=WALL_US)
    recorded, recorded_packets = shown_frames(joined(run)), packets(joined(run))
    rng = random.Random(11)
    last_time = recorded[-1].time
    cuts = 0
    for number in range(10):
        start, stop = sorted(rng.sample(range(last_time), 2))
        expected = [frame for frame in recorded if start <= frame.time < stop]
        if not expected:
            continue
        cuts += 1
        clip = tmp_path / f"{number}.mp4"
        first, last = covering(sources, start, stop)
        written = write(sources[first:last], Cut(start, stop), clip)
        shown = shown_frames(clip)
        assert [frame.luma for frame in shown] == [frame.luma for frame in expected]
        assert [f.time - shown[0].time for f in shown] == [f.time - expected[0].time for f in expected]
        assert written.frames == len(expected)
        assert is_part_of(packets(clip), recorded_packets)
        assert len(packets(clip)) == written.frames + written.hidden_frames
        assert clip.stat().st_size == written.size_bytes
        wall = WALL_US + ticks_to_us(expected[0].time - recorded[0].time, sources[0].init.timescale)
        assert abs(written.wall_start_us - wall) <= 2
    assert cuts > 7


def covering(sources: list[ClipSource], start: int, stop: int) -> tuple[int, int]:
    """Return the range of sources whose first frame is not after the cut, as the index would."""
    firsts = [source.fragments[0].presentation_time for source in sources]
    first = max((n for n, time in enumerate(firsts) if time <= start), default=0)
    return first, max(first + 1, sum(time < stop for time in firsts))


def test_ffmpeg_shows_the_asked_frame_first(run: Path, tmp_path: Path) -> None:
    recorded = shown_frames(joined(run))
    asked = recorded[len(recorded) // 3]
    clip = tmp_path / "clip.mp4"
    write(sources_of(run, wall_start_us=WALL_US), Cut(asked.time, recorded[-1].time), clip)
    (first,) = framemd5(clip, tmp_path / "first", "-frames:v", "1")
    assert first == framemd5(joined(run), tmp_path / "all", "-fps_mode", "passthrough")[recorded.index(asked)]


def framemd5(file: Path, listing: Path, *options: str) -> list[str]:
    """Return the digests of the frames that the ffmpeg program shows of a file."""
    ffmpeg("-f", "mp4", "-i", file, *options, "-f", "framemd5", listing)
    return [line.split(",")[-1] for line in listing.read_text().splitlines() if not line.startswith("#")]


def test_wall_time_cut_gives_the_frames_of_the_wall_range(run: Path, tmp_path: Path) -> None:
    sources = sources_of(run, wall_start_us=WALL_US)
    recorded = shown_frames(joined(run))
    cut = Cut(
        sources[0].presentation_at(WALL_US + 3_330_000), sources[0].presentation_at(WALL_US + 5_010_000)
    )
    written = write(sources[:1], cut, tmp_path / "clip.mp4")
    scale = sources[0].init.timescale
    offsets = [ticks_to_us(frame.time - recorded[0].time, scale) for frame in recorded]
    assert written.frames == sum(3_330_000 <= offset < 5_010_000 for offset in offsets)


def test_moov_comes_first_and_chunks_point_at_the_samples(run: Path, tmp_path: Path) -> None:
    sources = sources_of(run, wall_start_us=WALL_US)
    clip = tmp_path / "clip.mp4"
    written = write(sources, Cut(0, 10**12), clip)
    data = clip.read_bytes()
    assert [box.kind for box in iter_boxes(data)] == [b"ftyp", b"moov", b"mdat"]
    stbl = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
    stsd = find_box(data, (*stbl, b"stsd"))
    assert stsd is not None
    assert data[stsd.offset : stsd.end] == sources[0].init.sample_description
    mvhd = find_box(data, (b"moov", b"mvhd"))
    assert mvhd is not None
    created = int.from_bytes(data[mvhd.body + 4 : mvhd.body + 8], "big") - 2_082_844_800
    assert created == written.wall_start_us // 1_000_000
    assert estimate_bytes(sources, Cut(0, 10**12)) == pytest.approx(written.size_bytes, rel=0.05)


def test_runs_follow_each_other_without_the_gap(two_runs: tuple[Path, Path], tmp_path: Path) -> None:
    """failure mode 2"""
    before = sources_of(two_runs[0], wall_start_us=WALL_US, run="a")
    after = sources_of(two_runs[1], wall_start_us=WALL_US + 3_600_000_000, run="b")
    frames_a, frames_b = shown_frames(joined(two_runs[0])), shown_frames(joined(two_runs[1]))
    start, stop = frames_a[100].time + 1, frames_b[61].time
    clip = tmp_path / "clip.mp4"
    written = write(before + after, Cut(start, stop), clip)
    expected = [f for f in frames_a if f.time >= start] + [f for f in frames_b if f.time < stop]
    shown = shown_frames(clip)
    assert [frame.luma for frame in shown] == [frame.luma for frame in expected]
    assert {b.time - a.time for a, b in itertools.pairwise(shown)} == {3600}
    spans = written.spans
    assert all(a.clip_end_us == b.clip_start_us for a, b in itertools.pairwise(spans))
    leap = next(b for a, b in itertools.pairwise(spans) if a.run != b.run)
    assert leap.wall_start_us == WALL_US + 3_600_000_000
    assert spans[0].clip_start_us == 0
    assert spans[-1].clip_end_us == written.duration_us == len(expected) * 40_000


def test_missing_file_of_a_run_is_a_gap(two_runs: tuple[Path, Path], tmp_path: Path) -> None:
    """failure mode 33"""
    first, _, last = sources_of(two_runs[0], wall_start_us=WALL_US)
    frames = shown_frames(joined(two_runs[0]))
    clip = tmp_path / "clip.mp4"
    written = write([first, last], Cut(frames[10].time, frames[340].time), clip)
    inside = last.fragments[0].presentation_time
    border = first.fragments[-1].presentation_time + first.fragments[-1].duration
    expected = [f for f in frames[10:340] if f.time < border or f.time >= inside]
    assert [frame.luma for frame in shown_frames(clip)] == [frame.luma for frame in expected]
    assert written.spans[1].wall_start_us - written.spans[0].wall_end_us == pytest.approx(5_000_000, abs=2)


def test_sound_is_left_out_of_the_clip(tmp_path: Path) -> None:
    record(tmp_path / "run", "h264-b-frames", seconds=6, segment_seconds=2, sound=True)
    frames = shown_frames(joined(tmp_path / "run"))
    clip = tmp_path / "clip.mp4"
    write(sources_of(tmp_path / "run", wall_start_us=WALL_US), Cut(frames[30].time, frames[120].time), clip)
    assert [frame.luma for frame in shown_frames(clip)] == [frame.luma for frame in frames[30:120]]
    assert is_part_of(packets(clip), packets(joined(tmp_path / "run")))
    moov = find_box(clip.read_bytes(), (b"moov",))
    assert moov is not None
    assert [b.kind for b in iter_boxes(clip.read_bytes(), moov.body, moov.end)].count(b"trak") == 1


def test_progress_is_told_and_can_cancel(two_runs: tuple[Path, Path], tmp_path: Path) -> None:
    sources = sources_of(two_runs[0], wall_start_us=WALL_US)
    told: list[tuple[int, int]] = []
    written = write(
        sources, Cut(0, 10**9), tmp_path / "clip.mp4", progress=lambda *now: told.append(now), digest=True
    )
    assert told[-1] == (written.size_bytes, written.size_bytes)
    assert written.sha256 is not None

    class Stopped(Exception):
        """Raised by the callback."""

    def stop(_done: int, _total: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        write(sources, Cut(0, 10**9), tmp_path / "cancelled.mp4", progress=stop)


def test_nothing_in_the_cut_is_said(two_runs: tuple[Path, Path], tmp_path: Path) -> None:
    sources = sources_of(two_runs[0], wall_start_us=WALL_US)
    with pytest.raises(NothingRecorded):
        write(sources, Cut(10**9, 10**9 + 10), tmp_path / "clip.mp4")
    with pytest.raises(InvalidInput):
        write([], Cut(0, 1), tmp_path / "clip.mp4")


def test_codec_change_inside_a_clip_is_refused(two_runs: tuple[Path, Path], tmp_path: Path) -> None:
    """failure mode 12"""
    record(tmp_path / "h265", "h265", seconds=2)
    a = sources_of(two_runs[0], wall_start_us=WALL_US, run="a")
    b = sources_of(tmp_path / "h265", wall_start_us=WALL_US + 60_000_000, run="b")
    with pytest.raises(InvalidInput):
        write(a + b, Cut(0, 10**9), tmp_path / "clip.mp4")


@pytest.mark.parametrize("cut_off", [1, 100_000])
def test_truncated_source_is_reported(two_runs: tuple[Path, Path], tmp_path: Path, cut_off: int) -> None:
    """failure mode 33"""
    sources = sources_of(two_runs[0], wall_start_us=WALL_US)
    broken = tmp_path / "broken.mp4"
    source = sources[0].file
    assert isinstance(source, Path)
    broken.write_bytes(source.read_bytes()[:-cut_off])
    opener: Callable[[], int] = lambda: os.open(broken, os.O_RDONLY)  # noqa: E731  # shows the opener form
    short = ClipSource(
        opener, sources[0].init, sources[0].fragments, WALL_US, sources[0].wall_duration_us, "run"
    )
    with pytest.raises(MalformedMedia):
        write([short, *sources[1:]], Cut(0, 10**9), tmp_path / "clip.mp4")


def test_frames_are_told_apart_by_their_luma(run: Path) -> None:
    frames: list[Frame] = shown_frames(joined(run))
    assert len({frame.luma for frame in frames}) == len(frames)
