"""What a person typed to name a camera or a volume: one of them, or refused; a number never means another's name."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from vms.domain.camera_address import is_address
from vms.domain.errors import Conflict, NotFound

LARGEST_NUMBER = 2**63 - 1
"""No row has a larger one."""


@dataclass(frozen=True, slots=True)
class Named:
    """One of those that may be meant.

    Attributes:
        name: what people call it; of a volume, its folder.
    """

    id: int
    uuid: UUID
    name: str
    is_removed: bool = False


@dataclass(frozen=True, slots=True)
class TypedReference:
    """A typed text, and what it can mean.

    Attributes:
        text: without blanks at its ends. number, uuid: None where it reads as none.
        is_number_only: written as #7, which is never a name.
    """

    text: str
    number: int | None = None
    uuid: UUID | None = None
    is_number_only: bool = False

    @classmethod
    def of(cls, typed: str) -> "TypedReference":
        """Return what a text can mean."""
        text = typed.strip()
        digits = re.fullmatch(r"(#?)\s*(\d+)", unicodedata.normalize("NFKC", text))
        if digits is None:
            return cls(text, uuid=_uuid(text))
        # Digits beyond the largest number are read as one past it: nobody's.
        number = int(digits[2]) if len(digits[2]) < 20 else LARGEST_NUMBER + 1
        return cls(text, number, None if digits[1] else _uuid(text), bool(digits[1]))

    @property
    def stored_number(self) -> int | None:
        """The number where a row can have it, else None."""
        return self.number if self.number is not None and self.number <= LARGEST_NUMBER else None

    def choose(self, kind: str, known: Iterable[Named]) -> int:
        """Return the number of the one that is meant, preferring names in use to those of removed ones.

        Args:
            kind: "camera" or "volume", for errors.
            known: all that have the number, the uuid, or the name in any case; others do not matter.

        Raises:
            NotFound: none is called that.
            Conflict: several may be meant; says which numbers to give in its place.
        """
        all_known = list(known)
        meant = [one for one in all_known if self._reads_as(one)]
        named = [] if self.is_number_only else [one for one in all_known if self._names(one)]
        if self.number is not None or self.uuid is not None:
            # Also where only a name fits: the number may be another's tomorrow.
            if any(one not in meant for one in named):
                raise Conflict(_ambiguous(self._shown, kind, [*meant, *named]))
        else:
            in_use = [one for one in named if not one.is_removed] or named
            meant = [one for one in in_use if one.name == self.text] or in_use
        if not meant:
            raise NotFound(f"there is no {kind} {self._shown}")
        if len(meant) > 1:
            raise Conflict(_ambiguous(self._shown, kind, meant))
        return meant[0].id

    @property
    def _shown(self) -> str:
        """The text as errors repeat it: not where it may be an address with a password (SEC-20)."""
        return "of that name" if is_address(self.text) or "@" in self.text else repr(self.text)

    def _reads_as(self, one: Named) -> bool:
        return one.id == self.number or one.uuid == self.uuid

    def _names(self, one: Named) -> bool:
        return one.name.casefold() == self.text.casefold()


def reads_as_number(name: str) -> bool:
    """Tell whether a name could be taken for a number or a UUID, of whatever: nothing new may be called so."""
    read = TypedReference.of(name)
    return read.number is not None or read.uuid is not None


def _ambiguous(shown: str, kind: str, candidates: Sequence[Named]) -> str:
    each_once = list(dict.fromkeys(candidates))
    called = ", ".join(f"{kind} {one.id} is called “{one.name}”" for one in each_once)
    numbers = " or ".join(f"'#{one.id}'" for one in each_once)
    return f"{shown} is ambiguous: {called}; say {numbers}. Nothing was done"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
