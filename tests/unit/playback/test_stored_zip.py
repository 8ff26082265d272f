"""ZIPs written in one pass open in other readers, hold what went in, and are digested as they are written."""

import hashlib
import io
import zipfile
import zlib
from datetime import datetime

import pytest

from playback.exports.stored_zip import StoredZip, ZipEntry
from vms.domain.errors import MalformedMedia

MADE = datetime(2025, 11, 25, 14, 5, 8)  # noqa: DTZ001  # ZIP knows local times only
CONTENTS = {"Balai-Kota_20251125.mp4": b"moov" * 1000, "Menara Pandang é.mp4": b"", "manifest.json": b"{}"}


def packed(contents: dict[str, bytes], **options: int) -> tuple[bytes, str, int]:
    """Return the ZIP, its digest and its size as the writer tells them."""
    target = io.BytesIO()
    archive = StoredZip(target, **options)
    for name, content in contents.items():
        pieces = [content[at : at + 700] for at in range(0, len(content), 700)]
        archive.add(ZipEntry(name, len(content), zlib.crc32(content), MADE), pieces)
    digest = archive.finish()
    return target.getvalue(), digest, archive.size


@pytest.mark.parametrize("largest_small", [10_000_000, 0, 2_000], ids=["32-bit", "64-bit", "mixed"])
def test_other_readers_find_names_contents_and_times(largest_small: int) -> None:
    data, _, size = packed(CONTENTS, largest_small=largest_small)
    assert size == len(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == CONTENTS
        assert {entry.date_time for entry in archive.infolist()} == {(2025, 11, 25, 14, 5, 8)}


def test_digest_is_that_of_the_finished_file() -> None:
    data, digest, _ = packed(CONTENTS)
    assert digest == hashlib.sha256(data).hexdigest()


def test_sizes_stand_before_the_content_for_readers_that_stream() -> None:
    data, _, _ = packed({"clip.mp4": b"frames"})
    assert int.from_bytes(data[14:18], "little") == zlib.crc32(b"frames")
    assert int.from_bytes(data[18:22], "little") == len(b"frames")


def test_progress_counts_the_bytes_of_the_file() -> None:
    told: list[int] = []
    StoredZip(io.BytesIO()).add(
        ZipEntry("clip.mp4", 6, zlib.crc32(b"frames"), MADE), [b"fra", b"mes"], told.append
    )
    assert told == [3, 6]


def test_file_that_changed_meanwhile_is_refused() -> None:
    with pytest.raises(MalformedMedia, match="6 of 9 bytes"):
        StoredZip(io.BytesIO()).add(ZipEntry("clip.mp4", 9, 0, MADE), [b"frames"])
