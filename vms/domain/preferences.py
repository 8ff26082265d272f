"""What a person set for the review page, on whatever device they use it."""

import enum
from dataclasses import dataclass


class ReviewMode(enum.StrEnum):
    """How much the review page shows."""

    SIMPLE = "simple"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Preferences:
    """A person's settings; these values where they set none.

    Attributes:
        review_mode: None for what suits their role and device.
        letter_keys: whether single letters are keys (WCAG 2.1.4).
        data_saver: whether the small stream is played in place of the large one.
        skip_gaps: whether playing jumps over time in which no camera has footage.
    """

    review_mode: ReviewMode | None = None
    letter_keys: bool = True
    data_saver: bool = False
    skip_gaps: bool = True
