"""Pieces: the byte ranges of recorded files that a player fetches one by one, with their place in wall time.

A piece of a closed window is one or more whole groups of pictures, at least six seconds, so that playlists stay short;
a piece of a window that is still growing is one fragment, so that nothing waits for the next keyframe.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from vms.domain.time import SECOND_US, TimeRange
from vms.media.fragment_columns import FragmentColumns
from vms.media.fragment_table import Gop, us_to_ticks

SHORTEST_PIECE_US = 6 * SECOND_US
_TWICE_SECOND_US = 2 * SECOND_US
_BREAK_US = 500_000
"""Media time may leap by less than this between two files of a run (a repaired last sample) without a break."""


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """A recorded file as playback sees it, finished or still growing.

    Attributes:
        start_us, duration_us: wall time that its complete fragments cover.
        init_id: row of its init segment, None where it has none yet; `init_bytes` at the head of the file hold it too.
        fragments: complete ones, in order; times in ticks of `timescale`.
        is_like_before: False where the file before it in its run is known to need another init segment, though not
            both of them have a row for it.
    """

    stream_id: int
    run_id: int
    seq: int
    start_us: int
    duration_us: int
    init_id: int | None
    init_bytes: int
    timescale: int
    fragments: FragmentColumns
    is_like_before: bool = True

    @property
    def end_us(self) -> int:
        """Wall time right after the last complete fragment."""
        return self.start_us + self.duration_us

    @property
    def time(self) -> TimeRange:
        """The wall time covered."""
        return TimeRange(self.start_us, self.end_us)

    def wall_us(self, decode_time: int) -> int:
        """Return the wall time of a decode time of this file; linear between its start and its end."""
        first = self.fragments.decode_start
        ticks = max(1, self.fragments.decode_end - first)
        return self.start_us + (2 * (decode_time - first) * self.duration_us + ticks) // (2 * ticks)

    def begins_anew(self, before: "RecordedFile") -> bool:
        """Tell whether the decode times of a run's later file do not follow those of an earlier one.

        An ffmpeg that fails its self-test may begin at zero in every file (docs/design/media.md).
        """
        return self.fragments.decode_start <= before.fragments.decode_start

    def ticks_at(self, wall_us: int) -> int:
        """Return the decode time at a wall time, rounded down; the inverse of `wall_us`."""
        first = self.fragments.decode_start
        ticks = max(1, self.fragments.decode_end - first)
        return first + (wall_us - self.start_us) * ticks // max(1, self.duration_us)


class Piece(NamedTuple):
    """A byte range that a player can append: whole fragments of one file. A tuple, as a day of them is made at once.

    Attributes:
        start_us, end_us: wall time. media_start_us, media_end_us: media time of the run; their difference, not a
            rounded length, is the piece's duration, so that rounding never adds up.
        offset, size: bytes in the file. is_keyframe: whether decoding can start here.
    """

    file: RecordedFile
    start_us: int
    end_us: int
    media_start_us: int
    media_end_us: int
    offset: int
    size: int
    is_keyframe: bool

    @property
    def media_us(self) -> int:
        """Media duration in microseconds."""
        return self.media_end_us - self.media_start_us

    def continues(self, before: "Piece") -> bool:
        """Tell whether a player can go on from `before` without being told of a break."""
        if abs(self.media_start_us - before.media_end_us) >= _BREAK_US:
            return False
        file, earlier = self.file, before.file
        return file is earlier or (
            file.run_id == earlier.run_id
            and file.timescale == earlier.timescale
            and (file.init_id == earlier.init_id or None in {file.init_id, earlier.init_id})
            and file.is_like_before
            and not file.begins_anew(earlier)
        )


def closed_pieces(files: Iterable[RecordedFile], window: TimeRange) -> list[Piece]:
    """Return the pieces that show the window: groups of pictures joined to at least six seconds, in wall-time order.

    The first may begin before the window and the last end after it: pieces are never cut.
    """
    return [piece for file in files for piece in _joined(file) if _shows(piece, window)]


def growing_pieces(files: Iterable[RecordedFile], window: TimeRange) -> list[Piece]:
    """Return one piece for each fragment of the window, beginning at the keyframe that its start needs."""
    pieces = [piece for file in files for piece in _pieces(file, range(len(file.fragments) + 1))]
    begin: int | None = None
    for number, piece in enumerate(pieces):
        if piece.is_keyframe:
            begin = number
        if piece.end_us > window.start_us and begin is not None:
            return [piece for piece in pieces[begin:] if piece.start_us < window.end_us]
    return []


def playing_order(files: Iterable[RecordedFile]) -> list[RecordedFile]:
    """Return the files in the order in which they are played: run after run, so that no two runs are interleaved.

    Runs overlap in wall time after the recorder's clock was put back.
    """
    first: dict[int, int] = {}
    found = list(files)
    for file in found:
        first[file.run_id] = min(file.start_us, first.get(file.run_id, file.start_us))
    return sorted(found, key=lambda file: (first[file.run_id], file.run_id, file.seq))


def decode_clocks(files: Sequence[RecordedFile]) -> list[str]:
    """Return a name for each file's clock: files with one name have decode times that go on from one to the next.

    Args:
        files: in playing order.
    """
    names: list[str] = []
    for number, file in enumerate(files):
        before = files[number - 1] if number else None
        if before is None or before.run_id != file.run_id or file.begins_anew(before):
            names.append(f"{file.run_id}/{file.seq}")
        else:
            names.append(names[-1])
    return names


def keyframe_pieces(files: Iterable[RecordedFile], window: TimeRange) -> list[Piece]:
    """Return one piece for each keyframe of the window: the head of its fragment up to the end of the picture.

    Each lasts until the next keyframe, as an I-frame playlist wants it.
    """
    return [
        piece
        for file in files
        for piece in _pieces(file, _gop_borders(file.fragments), file.fragments.keyframe_sizes)
        if _shows(piece, window)
    ]


def file_gops(file: RecordedFile) -> tuple[Gop, ...]:
    """Return the groups of pictures of a file; fragments before its first keyframe are left out."""
    columns = file.fragments
    return tuple(
        Gop(
            columns.offsets[first],
            columns.offsets[end - 1] + columns.sizes[end - 1] - columns.offsets[first],
            columns.decode_times[first],
            columns.decode_times[end - 1] + columns.durations[end - 1] - columns.decode_times[first],
            columns.keyframe_sizes[first],
            columns.presentation_times[first],
        )
        for first, end in pairwise(_gop_borders(columns))
    )


def readable(file: RecordedFile, has: Callable[[int], bool]) -> RecordedFile | None:
    """Return the file without the fragments that `has` says are missing from disk, or None where none is left.

    Args:
        file: as the index describes it, with at least one fragment.
        has: tells whether the file really holds its bytes up to an offset.
    """
    if has(file.fragments.end):
        return file
    kept = file.fragments[: sum(has(fragment.end) for fragment in file.fragments)]
    if not kept:
        return None
    return replace(file, duration_us=file.wall_us(kept.decode_end) - file.start_us, fragments=kept)


def _gop_borders(fragments: FragmentColumns) -> list[int]:
    """Return the numbers of the fragments that begin a group of pictures, and the number after the last fragment."""
    borders = [number for number, is_keyframe in enumerate(fragments.keyframes) if is_keyframe]
    return [*borders, len(fragments)]


def _joined(file: RecordedFile) -> list[Piece]:
    """Return the file's groups of pictures joined to at least six seconds; a short rest joins the one before."""
    times, durations = file.fragments.decode_times, file.fragments.durations
    shortest = us_to_ticks(SHORTEST_PIECE_US, file.timescale)
    *begins, count = _gop_borders(file.fragments)
    borders = begins[:1]
    position = 1
    while borders:
        # Times rise, so the search leaps over the groups that are surely too early; fragments need not touch.
        position = bisect_left(begins, times[borders[-1]] + shortest, position, key=times.__getitem__)
        while position < len(begins) and (
            times[begins[position] - 1] + durations[begins[position] - 1] - times[borders[-1]] < shortest
        ):
            position += 1
        if position >= len(begins):
            break
        borders.append(begins[position])
    if len(borders) > 1 and 2 * (file.fragments.decode_end - times[borders[-1]]) < shortest:
        borders.pop()
    return list(_pieces(file, [*borders, count]))


def _pieces(
    file: RecordedFile, borders: Sequence[int], sizes: Sequence[int] | None = None
) -> Iterator[Piece]:
    """Yield the pieces of a file between fragments with these numbers, up to before the last number.

    Args:
        file: whose. borders: rising.
        sizes: bytes of each piece by the number of its first fragment; None: up to where the next one begins.
    """
    columns = file.fragments
    times, durations, offsets = columns.decode_times, columns.durations, columns.offsets
    keyframes, lengths = columns.keyframes, columns.sizes
    reached, wall_us, media_us = -1, 0, 0
    # What `wall_us` and `ticks_to_us` do, which would look everything up anew for each piece.
    zero = times[0] if times else 0
    ticks = max(1, columns.decode_end - zero) if times else 1
    start_us, twice_us, twice_ticks = file.start_us, 2 * file.duration_us, 2 * ticks
    timescale, twice_timescale = file.timescale, 2 * file.timescale
    for first, until in pairwise(borders):
        begin, last = times[first], until - 1
        if begin != reached:
            wall_us = start_us + ((begin - zero) * twice_us + ticks) // twice_ticks
            media_us = (begin * _TWICE_SECOND_US + timescale) // twice_timescale
        from_us, media_from_us = wall_us, media_us
        reached = times[last] + durations[last]
        wall_us = start_us + ((reached - zero) * twice_us + ticks) // twice_ticks
        media_us = (reached * _TWICE_SECOND_US + timescale) // twice_timescale
        size = offsets[last] + lengths[last] - offsets[first] if sizes is None else sizes[first]
        yield Piece(file, from_us, wall_us, media_from_us, media_us, offsets[first], size, keyframes[first])


def _shows(piece: Piece, window: TimeRange) -> bool:
    return piece.end_us > window.start_us and piece.start_us < window.end_us
