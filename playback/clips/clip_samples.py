"""Which recorded samples a clip holds, and when it shows them.

A *span* is as many samples as follow each other without a break in decode time: the files of one
run, one after the other. The clip lays the spans end to end, so that a gap takes no time. Each span starts at a
keyframe. Samples that are needed only for decoding others (before the in-point, or shown after the
out-point) are part of the clip but outside its edit list.

Where a run reorders more frames than the one before it, the frame at the seam is held until decode
times allow the next one: shown frames never overlap.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import add

from playback.clips.clip_source import ClipSource, ClipSpan, Cut
from vms.domain.errors import InvalidInput, NothingRecorded
from vms.media.fragment_table import ticks_to_us
from vms.media.fragments import Fragment, read_samples


@dataclass(frozen=True, slots=True)
class SourceExtent:
    """Bytes of consecutive samples in one source file."""

    source: int
    offset: int
    size: int
    samples: int


@dataclass(frozen=True, slots=True)
class ClipSamples:
    """The samples of a clip in decode order; times in ticks of a clock that starts at 0.

    `deltas`, `composition_offsets` and `sizes` have one number for each sample.
    """

    timescale: int
    deltas: array[int]
    composition_offsets: array[int]
    sizes: array[int]
    sync_samples: array[int]
    """Numbers of the keyframes, counted from 1."""
    extents: tuple[SourceExtent, ...]
    edit_start: int
    """Presentation time of the first shown frame."""
    edit_duration: int
    frames: int
    """Frames shown; `len(sizes) - frames` are hidden."""
    lead_in_frames: int
    """Hidden frames in front, from the keyframe to the asked frame."""
    spans: tuple[ClipSpan, ...]

    @property
    def media_bytes(self) -> int:
        """Bytes of all samples."""
        return sum(extent.size for extent in self.extents)


@dataclass(slots=True)
class _Piece:
    """Part of a span that comes from one source: samples `[first, end)`."""

    source: int
    first: int
    end: int = 0


@dataclass(slots=True)
class _SampleSpan:
    """Samples without a break; times in ticks of their run."""

    run: str
    decode_times: array[int] = field(default_factory=lambda: array("q"))
    composition_offsets: array[int] = field(default_factory=lambda: array("q"))
    sizes: array[int] = field(default_factory=lambda: array("I"))
    sync: bytearray = field(default_factory=bytearray)
    extents: list[SourceExtent] = field(default_factory=list)
    pieces: list[_Piece] = field(default_factory=list)
    end: int = 0
    """Decode time at which the next sample is due."""


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Samples `[first, end)` of a span, of which those in `[shown_from, shown_to)` are shown."""

    span: _SampleSpan
    times: list[int]
    """Presentation time of every sample of the span."""
    first: int
    end: int
    shown_from: int
    shown_to: int


def choose_samples(sources: Sequence[ClipSource], cut: Cut) -> ClipSamples:
    """Return the samples that show exactly the frames in `cut`.

    Args:
        sources: the files in wall-time order.
        cut: the asked part.

    Raises:
        InvalidInput: there is no source, or two sources need different decoders.
        NothingRecorded: no decodable frame lies in the cut.
        MalformedMedia: a file does not hold what its fragment table says.
        OSError: a file cannot be read.
    """
    if not sources:
        raise InvalidInput("a clip needs at least one source")
    first, last = sources[0], sources[-1]
    for source in sources:
        if not source.init.decodes_like(first.init):
            raise InvalidInput("a clip cannot change its codec or resolution inside; cut it in two")
    chosen: list[_Chosen] = []
    for span in _read_spans(sources, cut):
        start = cut.in_ticks if span.run == first.run else None
        stop = cut.out_ticks if span.run == last.run else None
        found = _choose(span, start, stop)
        if found is not None:
            chosen.append(found)
    if not chosen:
        raise NothingRecorded("no frame lies in the asked time")
    return _lay_out(chosen, sources)


def needed_fragments(source: ClipSource, start: int | None, stop: int | None) -> tuple[Fragment, ...]:
    """Return the fragments of a source that a cut can need, from the keyframe before it.

    Args:
        source: the file.
        start: presentation time of the in-point, None when it is before this run.
        stop: presentation time of the out-point, None when it is after this run. A sample is
            never shown before it is decoded, so fragments decoded later than this are not needed.
    """
    first = 0
    if start is not None:
        for index, fragment in enumerate(source.fragments):
            if fragment.is_keyframe and fragment.presentation_time <= start:
                first = index
    return tuple(f for f in source.fragments[first:] if stop is None or f.decode_time < stop)


def _read_spans(sources: Sequence[ClipSource], cut: Cut) -> Iterator[_SampleSpan]:
    """Yield the samples of the needed fragments, a span at a time."""
    first_run, last_run = sources[0].run, sources[-1].run
    span: _SampleSpan | None = None
    for number, source in enumerate(sources):
        start = cut.in_ticks if source.run == first_run else None
        stop = cut.out_ticks if source.run == last_run else None
        fragments = needed_fragments(source, start, stop)
        if not fragments:
            continue
        with source.opened() as descriptor:
            for index, fragment in enumerate(fragments):
                if span is None or not _continues(span, source, fragment):
                    if span is not None:
                        yield span
                    span = _SampleSpan(source.run)
                if index == 0 or not span.pieces:
                    span.pieces.append(_Piece(number, len(span.sizes)))
                _append(span, number, descriptor, fragment, source)
                span.pieces[-1].end = len(span.sizes)
    if span is not None:
        yield span


def _continues(span: _SampleSpan, source: ClipSource, fragment: Fragment) -> bool:
    """Tell whether a fragment goes on where the span ends.

    Less than a second ahead is a long frame; anything else is a missing file or a broken clock.
    """
    ahead = fragment.decode_time - span.end
    return span.run == source.run and 0 <= ahead < source.init.timescale


def _append(span: _SampleSpan, number: int, descriptor: int, fragment: Fragment, source: ClipSource) -> None:
    """Add the samples of a fragment to the span."""
    samples = read_samples(descriptor, fragment, source.init)
    run = samples.run
    span.decode_times.extend(run.decode_times())
    span.composition_offsets.extend(run.composition_offsets)
    span.sizes.extend(run.sizes)
    span.sync.extend(run.sync)
    for extent in run.extents:
        offset = samples.moof_offset + extent.offset
        span.extents.append(SourceExtent(number, offset, extent.size, extent.samples))
    span.end = run.decode_time + run.duration


def _choose(span: _SampleSpan, start: int | None, stop: int | None) -> _Chosen | None:
    """Return the samples of a span that the cut needs; None when it shows no frame of it."""
    times = list(map(add, span.decode_times, span.composition_offsets))
    first_key = span.sync.find(1)
    if first_key < 0:
        return None
    earliest = times[first_key] if start is None else max(start, times[first_key])
    wanted = [
        index
        for index in range(first_key, len(times))
        if times[index] >= earliest and (stop is None or times[index] < stop)
    ]
    if not wanted:
        return None
    shown_from = min(map(times.__getitem__, wanted))
    last = max(wanted, key=times.__getitem__)
    later = min((time for time in times if time > times[last]), default=None)
    nominal = _duration(span, last)
    shown_to = times[last] + nominal if later is None else later
    first = span.sync.rfind(1, 0, wanted[0] + 1)
    while times[first] > shown_from:
        first = span.sync.rfind(1, 0, first)
    return _Chosen(span, times, first, wanted[-1] + 1, shown_from, shown_to)


def _duration(span: _SampleSpan, index: int) -> int:
    """Return how long a sample is due until the next one, in decode order."""
    following = span.decode_times[index + 1] if index + 1 < len(span.sizes) else span.end
    return max(1, following - span.decode_times[index])


def _lay_out(chosen: Sequence[_Chosen], sources: Sequence[ClipSource]) -> ClipSamples:
    """Lay the chosen samples end to end on the clip's clock."""
    clock = array("q")
    offsets, sizes, sync_samples = array("q"), array("I"), array("I")
    extents: list[SourceExtent] = []
    spans: list[ClipSpan] = []
    timescale = sources[0].init.timescale
    edit_start = shown_until = due = frames = 0
    for number, part in enumerate(chosen):
        span = part.span
        if number == 0:
            shift = -span.decode_times[part.first]
            edit_start = part.shown_from + shift
        else:
            shift = max(shown_until - part.shown_from, due - span.decode_times[part.first])
        chosen_range = slice(part.first, part.end)
        sync_samples.extend(
            len(clock) + 1 + index - part.first for index in range(part.first, part.end) if span.sync[index]
        )
        clock.extend(time + shift for time in span.decode_times[chosen_range])
        offsets.extend(span.composition_offsets[chosen_range])
        sizes.extend(span.sizes[chosen_range])
        extents += _cut_extents(span, part.first, part.end)
        frames += sum(part.shown_from <= time < part.shown_to for time in part.times[chosen_range])
        spans += _spans(part, shift - edit_start, sources, timescale)
        shown_until = part.shown_to + shift
        due = clock[-1] + _duration(span, part.end - 1)
    clock.append(due)
    deltas = array("q", (after - before for before, after in pairwise(clock)))
    lead_in = sum(time < chosen[0].shown_from for time in chosen[0].times[chosen[0].first : chosen[0].end])
    return ClipSamples(
        timescale=timescale,
        deltas=deltas,
        composition_offsets=offsets,
        sizes=sizes,
        sync_samples=sync_samples,
        extents=tuple(extents),
        edit_start=edit_start,
        edit_duration=shown_until - edit_start,
        frames=frames,
        lead_in_frames=lead_in,
        spans=tuple(spans),
    )


def _cut_extents(span: _SampleSpan, first: int, end: int) -> Iterator[SourceExtent]:
    """Yield the bytes of samples `[first, end)`."""
    position = 0
    for extent in span.extents:
        following = position + extent.samples
        low, high = max(first, position), min(end, following)
        if low < high:
            skipped = sum(span.sizes[position:low])
            size = sum(span.sizes[low:high])
            yield SourceExtent(extent.source, extent.offset + skipped, size, high - low)
        position = following


def _spans(part: _Chosen, shift: int, sources: Sequence[ClipSource], timescale: int) -> Iterator[ClipSpan]:
    """Yield where the sources of a span are in the clip, each up to where the next begins."""
    starts: list[tuple[int, ClipSource]] = []
    for piece in part.span.pieces:
        shown = [
            t
            for t in part.times[max(piece.first, part.first) : min(piece.end, part.end)]
            if part.shown_from <= t < part.shown_to
        ]
        if shown:
            starts.append((min(shown), sources[piece.source]))
    ends = [start for start, _ in starts[1:]] + [part.shown_to]
    for (start, source), end in zip(starts, ends, strict=True):
        yield ClipSpan(
            clip_start_us=ticks_to_us(start + shift, timescale),
            clip_end_us=ticks_to_us(end + shift, timescale),
            wall_start_us=source.wall_at(start),
            wall_end_us=source.wall_at(end),
            run=source.run,
        )
