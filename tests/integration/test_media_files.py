"""The media layer on files that a real ffmpeg wrote."""

import os
import random
import threading
from pathlib import Path

import pytest

from tests.support.recordings import ENCODINGS, ffmpeg, record, sources_of
from vms.domain.errors import MediaError
from vms.media.boxes import bytes_reader
from vms.media.fragment_table import FragmentTable, decode, encode
from vms.media.fragments import read_samples, walk_fragments
from vms.media.init_segment import parse_init, read_init
from vms.media.parameter_sets import first_sample_parameter_sets, has_changed


@pytest.fixture(scope="module", params=list(ENCODINGS))
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("run") / "segments"
    record(folder, request.param, seconds=22, segment_seconds=7)
    return folder


def test_files_of_a_run_share_their_init_and_continue_in_time(run: Path) -> None:
    sources = sources_of(run, wall_start_us=0)
    assert len(sources) >= 2
    assert len({source.init.sha256 for source in sources}) == 1
    end = sources[0].fragments[0].decode_time
    for source in sources:
        assert source.fragments[0].is_keyframe
        for fragment in source.fragments:
            assert fragment.decode_time == end
            end += fragment.duration


def test_real_table_is_packed_and_read_back(run: Path) -> None:
    for source in sources_of(run, wall_start_us=0):
        table = decode(encode(source.fragments, source.init.timescale))
        assert (table.timescale, list(table.fragments)) == (source.init.timescale, list(source.fragments))
        assert abs(table.duration_us - source.wall_duration_us) <= 1


def test_every_gop_starts_where_a_decoder_can(run: Path) -> None:
    """failure mode 14"""
    for source in sources_of(run, wall_start_us=0):
        gops = FragmentTable(source.init.timescale, source.fragments).gops()
        assert sum(gop.size for gop in gops) == sum(fragment.size for fragment in source.fragments)
        with source.opened() as descriptor:
            keys = [f for f in source.fragments if f.is_keyframe]
            assert [gop.offset for gop in gops] == [key.offset for key in keys]
            assert all(read_samples(descriptor, key, source.init).run.sync[0] for key in keys)


def test_parameter_sets_in_band_are_found_and_unchanged(run: Path, tmp_path: Path) -> None:
    """failure mode 12"""
    stream, again = tmp_path / "stream.ts", tmp_path / "again.mp4"
    ffmpeg("-i", run / "000000.mp4", "-c", "copy", "-f", "mpegts", stream)
    fragmented = ("-movflags", "+frag_keyframe+empty_moov+default_base_moof", "-tag:v")
    # The other H.265 tag, hvc1, lets ffmpeg move parameter sets out of the samples.
    tag = "hev1" if sources_of(run, wall_start_us=0)[0].init.codec == "h265" else "avc1"
    ffmpeg("-i", stream, "-c", "copy", *fragmented, tag, again)
    descriptor = os.open(again, os.O_RDONLY)
    try:
        init = read_init(descriptor)
        first = walk_fragments(descriptor, os.fstat(descriptor).st_size, len(init.data), init).fragments[0]
        samples = read_samples(descriptor, first, init)
        sample = os.pread(
            descriptor, samples.run.sizes[0], samples.moof_offset + samples.run.extents[0].offset
        )
    finally:
        os.close(descriptor)
    assert first_sample_parameter_sets(init.parameter_sets, sample) == init.parameter_sets.sps
    assert not has_changed(init.parameter_sets, sample)
    assert not has_changed(init.parameter_sets, sample[:100])


def test_flipped_bits_of_a_real_file_end_the_walk(run: Path) -> None:
    """failure mode 33"""
    source = sources_of(run, wall_start_us=0)[0]
    assert isinstance(source.file, Path)
    whole = source.file.read_bytes()
    rng = random.Random(33)
    headers = [*range(len(source.init.data))]
    for fragment in source.fragments:
        headers += range(fragment.offset, fragment.offset + 400)
    walked = ended = 0
    for _ in range(400):
        body = bytearray(whole)
        for _ in range(rng.randint(1, 5)):
            body[rng.choice(headers)] ^= 1 << rng.randrange(8)
        try:
            init = parse_init(bytes(body))
        except MediaError:
            continue
        found = walk_fragments(bytes_reader(bytes(body)), len(body), len(source.init.data), init)
        assert len(source.init.data) <= found.complete_bytes <= len(body)
        walked += 1
        ended += found.complete_bytes < len(body)
    assert walked > 200
    assert ended > 50


def test_file_is_readable_while_ffmpeg_writes_it(tmp_path: Path) -> None:
    """failure mode 29"""
    writer = threading.Thread(
        target=record, args=(tmp_path / "run", "h264-b-frames"), kwargs={"seconds": 12, "segment_seconds": 60}
    )
    file = tmp_path / "run" / "000000.mp4"
    writer.start()
    position, ends = 0, [0]
    while writer.is_alive() or position == 0 or position < file.stat().st_size:
        if not file.exists():
            continue
        descriptor = os.open(file, os.O_RDONLY)
        try:
            size = os.fstat(descriptor).st_size
            init = read_init(descriptor)
            found = walk_fragments(descriptor, size, position or len(init.data), init)
        except MediaError:
            continue
        finally:
            os.close(descriptor)
        assert found.damage is None
        ends += [fragment.decode_time + fragment.duration for fragment in found.fragments]
        position = found.complete_bytes
    writer.join()
    assert position == file.stat().st_size
    assert ends == sorted(ends)
    assert ends[-1] == 12 * 90_000
