"""Copying of sample bytes."""

import hashlib
import os
import zlib
from pathlib import Path

import pytest

from playback.clips.clip_copy import ClipTarget
from vms.domain.errors import MalformedMedia

MIB = 1024 * 1024


def test_bytes_arrive_in_order_and_are_digested(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    data = os.urandom(3 * MIB + 17)
    source.write_bytes(data)
    with source.open("rb") as reader, target.open("wb") as writer:
        clip = ClipTarget(writer.fileno(), 0, None, digest=True)
        clip.write(b"head")
        clip.copy(reader.fileno(), 5, 3 * MIB)
    assert target.read_bytes() == b"head" + data[5 : 5 + 3 * MIB]
    assert clip.sha256() == hashlib.sha256(target.read_bytes()).digest()


def test_checksum_for_a_zip_is_taken_beside_the_digest(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(os.urandom(MIB + 3))
    with source.open("rb") as reader, target.open("wb") as writer:
        clip = ClipTarget(writer.fileno(), 0, None, digest=True, checksum=True)
        clip.write(b"head")
        clip.copy(reader.fileno(), 0, MIB + 3)
    assert clip.crc32() == zlib.crc32(target.read_bytes())


def test_progress_is_told_at_least_every_8_mib_and_at_the_end(tmp_path: Path) -> None:
    source = tmp_path / "source"
    with source.open("wb") as file:
        file.truncate(30 * MIB)
    told: list[int] = []
    with source.open("rb") as reader, (tmp_path / "target").open("wb") as writer:
        clip = ClipTarget(writer.fileno(), 30 * MIB, lambda done, _: told.append(done), digest=False)
        clip.copy(reader.fileno(), 0, 30 * MIB)
    assert told[-1] == 30 * MIB
    assert max(b - a for a, b in zip([0, *told], told, strict=False)) <= 8 * MIB
    assert clip.sha256() is None


def test_source_that_ends_early_is_reported(tmp_path: Path) -> None:
    """failure mode 33"""
    (tmp_path / "source").write_bytes(b"short")
    with (tmp_path / "source").open("rb") as reader, (tmp_path / "target").open("wb") as writer:
        clip = ClipTarget(writer.fileno(), 9, None, digest=False)
        with pytest.raises(MalformedMedia):
            clip.copy(reader.fileno(), 0, 9)


def copy_of_whole(
    tmp_path: Path, data: bytes, parts: list[tuple[int, int]]
) -> tuple[bytes, bytes, bytes | None]:
    """Return what was written of a source, the source's digest as it was read, and the clip's."""
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(data)
    with source.open("rb") as reader, target.open("wb") as writer:
        clip = ClipTarget(writer.fileno(), 0, None, digest=True)
        try:
            read = clip.copy_of_whole(reader.fileno(), parts)
            return target.read_bytes(), read, clip.sha256()
        finally:
            clip.close()


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [(0, 3 * MIB + 17)],
        [(5, 10), (15, MIB), (2 * MIB, MIB + 17)],
        [(MIB // 2 - 1, 2), (MIB // 2 + 1, 0), (MIB // 2 + 1, 1), (3 * MIB + 16, 1)],
    ],
)
def test_whole_source_is_digested_whatever_is_copied_of_it(
    tmp_path: Path, parts: list[tuple[int, int]]
) -> None:
    data = os.urandom(3 * MIB + 17)
    written, read, clip = copy_of_whole(tmp_path, data, parts)
    assert written == b"".join(data[offset : offset + size] for offset, size in parts)
    assert read == hashlib.sha256(data).digest()
    assert clip == hashlib.sha256(written).digest()


@pytest.mark.parametrize("parts", [[(MIB, 5), (0, 5)], [(0, 5), (2 * MIB, 5)]])
def test_parts_out_of_order_or_beyond_the_end_are_reported(
    tmp_path: Path, parts: list[tuple[int, int]]
) -> None:
    """failure mode 33"""
    with pytest.raises(MalformedMedia):
        copy_of_whole(tmp_path, bytes(2 * MIB), parts)
