"""A volume that hangs takes a few threads, and nobody else's patience."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from playback.stream.volume_gate import VolumeGate
from vms.domain.errors import VolumeUnavailable


@contextmanager
def hanging(gate: VolumeGate, volume_id: int, count: int) -> Iterator[threading.Event]:
    """Threads that look at a volume until the event is set."""
    answered, inside = threading.Event(), threading.Barrier(count + 1)

    def look() -> None:
        with gate.inside(volume_id):
            inside.wait(timeout=10)
            answered.wait(timeout=10)

    with ThreadPoolExecutor(count) as threads:
        looks = [threads.submit(look) for _ in range(count)]
        try:
            inside.wait(timeout=10)
            yield answered
        finally:
            answered.set()
            for one in looks:
                one.result(timeout=10)


def test_who_comes_to_a_volume_that_hangs_is_told_so() -> None:
    gate = VolumeGate(most=2, patience_seconds=0.01)
    with hanging(gate, 1, 2), pytest.raises(VolumeUnavailable), gate.inside(1):
        pass


def test_nobody_waits_once_it_is_known_that_the_volume_hangs() -> None:
    now = [0.0]
    gate = VolumeGate(most=2, patience_seconds=3600, monotonic=lambda: now[0])
    with hanging(gate, 1, 2):
        now[0] = 3600
        with pytest.raises(VolumeUnavailable), gate.inside(1):
            pass


def test_other_volumes_are_looked_at_meanwhile() -> None:
    gate = VolumeGate(most=2, patience_seconds=0.01)
    with hanging(gate, 1, 2), gate.inside(2):
        pass


def test_volume_that_answers_again_is_looked_at_again() -> None:
    gate = VolumeGate(most=2, patience_seconds=10)
    with hanging(gate, 1, 2) as answered:
        answered.set()
        with gate.inside(1):
            pass


def test_who_is_inside_needs_no_second_place() -> None:
    gate = VolumeGate(most=1, patience_seconds=0.01)
    with gate.inside(1), gate.inside(1):
        pass
    with gate.inside(1):
        pass
