"""Steps at which a crash may come: named, so that a test can stop the process there."""

from collections.abc import Callable

OnStep = Callable[[str], None]


def ignore_step(_step: str) -> None:
    """Do nothing; the default for `on_step`."""
