"""The fragments of a file as columns of numbers, so that a day of them is looked through without an object for each."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, overload

from typing_extensions import override

from vms.media.fragments import Fragment

_Row = tuple[int, int, int, int, bool, int, int, int]

_values = attrgetter(*(field.name for field in fields(Fragment)))


@dataclass(frozen=True, slots=True)
class FragmentColumns(Sequence[Fragment]):
    """A sequence of fragments, made when they are asked for; one column for each of their fields, in their order."""

    offsets: Sequence[int]
    sizes: Sequence[int]
    decode_times: Sequence[int]
    durations: Sequence[int]
    keyframes: Sequence[bool]
    keyframe_sizes: Sequence[int]
    samples: Sequence[int]
    presentation_times: Sequence[int]

    @classmethod
    def of(cls, fragments: Iterable[Fragment]) -> "FragmentColumns":
        """Return the fragments as columns; the same object where they are columns already."""
        if isinstance(fragments, cls):
            return fragments
        return cls.of_rows([_values(fragment) for fragment in fragments])

    @classmethod
    def of_rows(cls, rows: Sequence[_Row]) -> "FragmentColumns":
        """Return fragments given as tuples of their fields, in order."""
        return cls(*zip(*rows, strict=True)) if rows else cls(*[()] * len(fields(cls)))

    @property
    def decode_start(self) -> int:
        """Decode time of the first fragment, in ticks; IndexError where there is none."""
        return self.decode_times[0]

    @property
    def decode_end(self) -> int:
        """Decode time right after the last fragment, in ticks; IndexError where there is none."""
        return self.decode_times[-1] + self.durations[-1]

    @property
    def end(self) -> int:
        """Offset of the first byte after the last fragment; IndexError where there is none."""
        return self.offsets[-1] + self.sizes[-1]

    @override
    def __len__(self) -> int:
        return len(self.offsets)

    @override
    def __iter__(self) -> Iterator[Fragment]:
        return map(Fragment, *self._columns())

    @overload
    def __getitem__(self, index: int) -> Fragment: ...
    @overload
    def __getitem__(self, index: slice) -> "FragmentColumns": ...
    @override
    def __getitem__(self, index: int | slice) -> "Fragment | FragmentColumns":
        if isinstance(index, slice):
            return FragmentColumns(*(column[index] for column in self._columns()))
        return Fragment(*(column[index] for column in self._columns()))

    def _columns(self) -> tuple[Sequence[Any], ...]:
        return (
            self.offsets,
            self.sizes,
            self.decode_times,
            self.durations,
            self.keyframes,
            self.keyframe_sizes,
            self.samples,
            self.presentation_times,
        )
