"""Pieces: the byte ranges of recorded files that a player fetches one by one, with their place in wall time.

A piece of a closed window is one or more whole groups of pictures, at least six seconds, so that playlists stay short;
a piece of a window that is still growing is one fragment, so that nothing waits for the next keyframe.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from vms.domain.time import SECOND_US, TimeRange
from vms.media.fragment_table import Gop, ticks_to_us
from vms.media.fragments import Fragment

SHORTEST_PIECE_US = 6 * SECOND_US
_BREAK_US = 500_000
"""Media time may leap by less than this between two files of a run (a repaired last sample) without a break."""


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """A recorded file as playback sees it, finished or still growing.

    Attributes:
        start_us, duration_us: wall time that its complete fragments cover.
        init_id: row of its init segment, None where it has none yet; `init_bytes` at the head of the file hold it too.
        fragments: complete ones, in order; times in ticks of `timescale`.
    """

    stream_id: int
    run_id: int
    seq: int
    start_us: int
    duration_us: int
    init_id: int | None
    init_bytes: int
    timescale: int
    fragments: tuple[Fragment, ...]

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
        first, last = self.fragments[0], self.fragments[-1]
        ticks = max(1, last.decode_time + last.duration - first.decode_time)
        return self.start_us + (2 * (decode_time - first.decode_time) * self.duration_us + ticks) // (
            2 * ticks
        )

    def ticks_at(self, wall_us: int) -> int:
        """Return the decode time at a wall time, rounded down; the inverse of `wall_us`."""
        first, last = self.fragments[0], self.fragments[-1]
        ticks = max(1, last.decode_time + last.duration - first.decode_time)
        return first.decode_time + (wall_us - self.start_us) * ticks // max(1, self.duration_us)


@dataclass(frozen=True, slots=True)
class Piece:
    """A byte range that a player can append: whole fragments of one file.

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
        return (
            self.file.run_id == before.file.run_id
            and self.file.timescale == before.file.timescale
            and (self.file.init_id == before.file.init_id or None in {self.file.init_id, before.file.init_id})
            and abs(self.media_start_us - before.media_end_us) < _BREAK_US
        )


def closed_pieces(files: Iterable[RecordedFile], window: TimeRange) -> list[Piece]:
    """Return the pieces that show the window: groups of pictures joined to at least six seconds, in wall-time order.

    The first may begin before the window and the last end after it: pieces are never cut.
    """
    return [piece for file in files for piece in _joined(file) if _shows(piece, window)]


def growing_pieces(files: Iterable[RecordedFile], window: TimeRange) -> list[Piece]:
    """Return one piece for each fragment of the window, beginning at the keyframe that its start needs."""
    pieces = [_piece(file, (fragment,)) for file in files for fragment in file.fragments]
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


def keyframe_pieces(files: Iterable[RecordedFile], window: TimeRange) -> list[Piece]:
    """Return one piece for each keyframe of the window: the head of its fragment up to the end of the picture.

    Each lasts until the next keyframe, as an I-frame playlist wants it.
    """
    return [
        Piece(
            file,
            file.wall_us(gop.decode_time),
            file.wall_us(gop.decode_time + gop.duration),
            ticks_to_us(gop.decode_time, file.timescale),
            ticks_to_us(gop.decode_time + gop.duration, file.timescale),
            gop.offset,
            gop.keyframe_size,
            is_keyframe=True,
        )
        for file in files
        for gop in file_gops(file)
        if file.wall_us(gop.decode_time + gop.duration) > window.start_us
        and file.wall_us(gop.decode_time) < window.end_us
    ]


def file_gops(file: RecordedFile) -> tuple[Gop, ...]:
    """Return the groups of pictures of a file; fragments before its first keyframe are left out."""
    return tuple(
        Gop(
            group[0].offset,
            group[-1].end - group[0].offset,
            group[0].decode_time,
            group[-1].decode_time + group[-1].duration - group[0].decode_time,
            group[0].keyframe_size,
            group[0].presentation_time,
        )
        for group in _groups(file.fragments)
    )


def readable(file: RecordedFile, has: Callable[[int], bool]) -> RecordedFile | None:
    """Return the file without the fragments that `has` says are missing from disk, or None where none is left.

    Args:
        file: as the index describes it.
        has: tells whether the file really holds its bytes up to an offset.
    """
    kept = tuple(fragment for fragment in file.fragments if has(fragment.end))
    if len(kept) == len(file.fragments):
        return file
    if not kept:
        return None
    end_us = file.wall_us(kept[-1].decode_time + kept[-1].duration)
    return replace(file, duration_us=end_us - file.start_us, fragments=kept)


def _groups(fragments: Sequence[Fragment]) -> Iterator[tuple[Fragment, ...]]:
    """Yield the fragments of each group of pictures."""
    starts = [number for number, fragment in enumerate(fragments) if fragment.is_keyframe]
    for start, end in pairwise([*starts, len(fragments)]):
        yield tuple(fragments[start:end])


def _joined(file: RecordedFile) -> list[Piece]:
    """Return the file's groups of pictures joined to at least six seconds; a short rest joins the one before."""
    bundles: list[list[Fragment]] = []
    for group in _groups(file.fragments):
        if bundles and _length_us(file, bundles[-1]) < SHORTEST_PIECE_US:
            bundles[-1].extend(group)
        else:
            bundles.append(list(group))
    if len(bundles) > 1 and _length_us(file, bundles[-1]) < SHORTEST_PIECE_US // 2:
        rest = bundles.pop()
        bundles[-1].extend(rest)
    return [_piece(file, bundle) for bundle in bundles]


def _piece(file: RecordedFile, fragments: Sequence[Fragment]) -> Piece:
    first, last = fragments[0], fragments[-1]
    end = last.decode_time + last.duration
    return Piece(
        file,
        file.wall_us(first.decode_time),
        file.wall_us(end),
        ticks_to_us(first.decode_time, file.timescale),
        ticks_to_us(end, file.timescale),
        first.offset,
        last.end - first.offset,
        is_keyframe=first.is_keyframe,
    )


def _length_us(file: RecordedFile, fragments: Sequence[Fragment]) -> int:
    last = fragments[-1]
    return ticks_to_us(last.decode_time + last.duration - fragments[0].decode_time, file.timescale)


def _shows(piece: Piece, window: TimeRange) -> bool:
    return piece.end_us > window.start_us and piece.start_us < window.end_us
