"""Waiting in tests: for a condition, with a deadline, never for a time to pass."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_LOOK_SECONDS = 0.02


def wait_until(condition: Callable[[], T], *, seconds: float, what: str) -> T:
    """Return the first truthy answer of `condition`.

    Args:
        condition: asked every 20 ms; what it raises ends the wait.
        seconds: patience, on the monotonic clock; generous, for a busy machine costs nothing here.
        what: completes the sentence "waited in vain for …".

    Raises:
        AssertionError: the deadline passed; the message carries the last answer.
    """
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() >= deadline:
            message = f"waited {seconds:g} s in vain for {what}; last answer: {answer!r}"
            raise AssertionError(message)
        time.sleep(_LOOK_SECONDS)
    return answer
