"""Passes over volumes side by side: whom they wait for, and for how long."""

import logging
import threading

import pytest

from storage.purge.volume_passes import VolumePasses
from tests.support.deadline import wait_until


def test_passes_run_side_by_side() -> None:
    both = threading.Barrier(2)
    passes: VolumePasses[int] = VolumePasses(30)
    assert passes.run({1: lambda: both.wait(20) * 0 + 1, 2: lambda: both.wait(20) * 0 + 2}) == {1: 1, 2: 2}
    passes.close()


def test_a_pass_that_does_not_end_is_never_begun_twice() -> None:
    answers = threading.Event()
    begun: list[int] = []

    def hang() -> str:
        begun.append(1)
        answers.wait(60)
        return "ended"

    passes: VolumePasses[str] = VolumePasses(0.1)
    assert passes.run({1: hang}) == {}
    wait_until(lambda: begun, seconds=60, what="the first pass to begin")
    assert passes.run({1: hang}) == {}
    assert begun == [1]
    answers.set()
    wait_until(lambda: passes.run({1: hang}) == {1: "ended"}, seconds=30, what="an answer")
    passes.close()


def test_closing_lets_whoever_waits_go() -> None:
    answers, begun, gone = threading.Event(), threading.Event(), threading.Event()

    def hang() -> None:
        begun.set()
        answers.wait(60)

    passes: VolumePasses[None] = VolumePasses(600)

    def run() -> None:
        passes.run({1: hang})
        gone.set()

    waiting = threading.Thread(target=run)
    waiting.start()
    assert begun.wait(10)
    passes.close()
    assert gone.wait(10)
    assert passes.run({2: hang}) == {}
    answers.set()
    waiting.join(10)


def test_a_pass_that_failed_is_told_after_all_others_have_ended() -> None:
    others = threading.Event()

    def fail() -> None:
        raise ValueError("no database")

    passes: VolumePasses[None] = VolumePasses(30)
    with pytest.raises(ValueError, match="no database"):
        passes.run({1: fail, 2: others.set})
    assert others.is_set()
    passes.close()


def test_a_late_pass_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    answers = threading.Event()

    def fail_late() -> None:
        answers.wait(60)
        raise ValueError("the volume failed")

    passes: VolumePasses[None] = VolumePasses(0.1)
    with caplog.at_level(logging.ERROR):
        passes.run({1: fail_late})
        answers.set()
        wait_until(lambda: not passes.run({}) and caplog.text, seconds=30, what="a word in the log")
    assert "a late pass over a volume failed: the volume failed" in caplog.text
    passes.close()
