"""Work on volumes of which some hang: who waits, for how long, and what becomes of what comes too late."""

import asyncio
import logging
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.volumes.volume_pool import VolumePool, Work
from tests.support.deadline import wait_until
from vms.domain.errors import VolumeUnavailable

PATIENCE = 60.0


@contextmanager
def pool_of() -> Iterator[VolumePool]:
    pool = VolumePool()
    try:
        yield pool
    finally:
        pool.close()


@contextmanager
def hanging(pool: VolumePool, volume_id: int, work: Work) -> Iterator[threading.Event]:
    """All threads of one kind of work on a volume in calls that nobody waits for, until the event is set."""
    answered, inside = threading.Event(), threading.Barrier(work.threads + 1)

    def hang() -> None:
        inside.wait(PATIENCE)
        answered.wait(PATIENCE)

    for _ in range(work.threads):
        pool.threads(volume_id, work).submit(hang)
    inside.wait(PATIENCE)
    try:
        yield answered
    finally:
        answered.set()


@given(st.lists(st.tuples(st.integers(1, 3), st.booleans()), max_size=12))
def test_each_call_is_answered_or_let_go_or_never_begun(calls: list[tuple[int, bool]]) -> None:
    """And the calls on a volume of which none hangs are all answered, and none has more threads than it may."""
    answered, lock = threading.Event(), threading.Lock()
    begun: list[int] = []
    let_go: list[int] = []
    inside: Counter[int] = Counter()
    most: Counter[int] = Counter()

    def make(number: int, volume_id: int, *, hangs: bool) -> int:
        with lock:
            begun.append(number)
            inside[volume_id] += 1
            most[volume_id] = max(most[volume_id], inside[volume_id])
        if hangs:
            answered.wait(PATIENCE)
        with lock:
            inside[volume_id] -= 1
        return number

    told: list[int] = []
    hung = {volume_id for volume_id, hangs in calls if hangs}
    with pool_of() as pool:
        for number, (volume_id, hangs) in enumerate(calls):
            try:
                found = pool.threads(volume_id, Work.FINISH).call(
                    partial(make, number, volume_id, hangs=hangs),
                    seconds=0.002 if volume_id in hung else PATIENCE,
                    if_late=let_go.append,
                )
            except VolumeUnavailable:
                assert volume_id in hung
            else:
                assert found == number
                told.append(number)
        answered.set()
        wait_until(
            lambda: sorted(begun) == sorted(told + let_go), seconds=PATIENCE, what="all that has begun"
        )
    assert all(count <= Work.FINISH.threads for count in most.values())


def test_who_comes_to_a_volume_that_hangs_is_told_so() -> None:
    with (
        pool_of() as pool,
        hanging(pool, 1, Work.READ),
        pytest.raises(VolumeUnavailable, match="volume 1 does not answer"),
    ):
        pool.threads(1, Work.READ).call(int, seconds=0.01)


def test_nobody_waits_in_line_for_what_hangs_where_the_work_has_no_patience() -> None:
    assert Work.PURGE.patience_seconds == 0
    with pool_of() as pool, hanging(pool, 1, Work.PURGE):
        with pytest.raises(VolumeUnavailable):
            pool.threads(1, Work.PURGE).call(int, seconds=3600)
        assert pool.threads(2, Work.PURGE).call(int, seconds=PATIENCE) == 0
        assert pool.threads(1, Work.SEND).call(int, seconds=PATIENCE) == 0


def test_volume_that_answers_again_is_asked_again() -> None:
    with pool_of() as pool, hanging(pool, 1, Work.CHECK) as answered:
        answered.set()
        assert pool.threads(1, Work.CHECK).call(int, seconds=PATIENCE) == 0


def test_thread_is_free_for_whoever_has_its_answer() -> None:
    """Nobody waits in line for this work; one call after the other must find the one thread free."""
    assert (Work.PICTURE.threads, Work.PICTURE.patience_seconds) == (1, 0)
    with pool_of() as pool:
        assert [pool.threads(1, Work.PICTURE).call(int, seconds=PATIENCE) for _ in range(500)] == [0] * 500


def test_call_within_a_call_needs_no_second_thread() -> None:
    with pool_of() as pool:
        inner = lambda: pool.threads(1, Work.CHECK).call(int, seconds=PATIENCE)  # noqa: E731  # as short as it can be said
        assert pool.threads(1, Work.CHECK).call(inner, seconds=PATIENCE) == 0


def test_error_of_a_call_reaches_who_asked() -> None:
    def time_out() -> None:
        raise TimeoutError("the server said so")

    with pool_of() as pool, pytest.raises(TimeoutError, match="the server said so"):
        pool.threads(1, Work.READ).call(time_out, seconds=PATIENCE)


def test_calls_on_several_volumes_are_made_side_by_side() -> None:
    both = threading.Barrier(2)
    with pool_of() as pool:
        calls = {n: lambda: both.wait(PATIENCE) in {0, 1} for n in (1, 2)}
        assert pool.call_each(Work.PURGE, calls, seconds=PATIENCE) == {1: True, 2: True}


def test_volume_is_left_out_until_its_late_call_has_ended() -> None:
    answers = threading.Event()
    begun: list[int] = []

    def hang() -> str:
        begun.append(1)
        answers.wait(PATIENCE)
        return "ended"

    with pool_of() as pool:
        assert pool.call_each(Work.PURGE, {1: hang}, seconds=0) == {}
        quick = {1: hang, 2: lambda: "other"}
        assert pool.call_each(Work.PURGE, quick, seconds=PATIENCE) == {2: "other"}
        wait_until(lambda: begun, seconds=PATIENCE, what="the first call")
        assert begun == [1]
        answers.set()
        wait_until(
            lambda: pool.call_each(Work.PURGE, {1: hang}, seconds=PATIENCE) == {1: "ended"},
            seconds=PATIENCE,
            what="an answer",
        )


def test_a_failure_is_told_after_all_other_volumes_have_answered() -> None:
    others = threading.Event()

    def fail() -> None:
        raise ValueError("no database")

    with pool_of() as pool:
        with pytest.raises(ValueError, match="no database"):
            pool.call_each(Work.PURGE, {1: fail, 2: others.set}, seconds=PATIENCE)
        assert others.is_set()


@pytest.mark.parametrize("is_awaited", [True, False])
def test_failure_that_nobody_waits_for_is_logged(
    caplog: pytest.LogCaptureFixture, *, is_awaited: bool
) -> None:
    answers = threading.Event()

    def fail_late() -> None:
        answers.wait(PATIENCE)
        raise ValueError("the volume failed")

    with pool_of() as pool, caplog.at_level(logging.ERROR):
        if is_awaited:
            assert pool.call_each(Work.PURGE, {1: fail_late}, seconds=0) == {}
        else:
            pool.threads(1, Work.PURGE).submit(fail_late)
        answers.set()
        wait_until(
            lambda: "failed: the volume failed" in caplog.text, seconds=PATIENCE, what="a word in the log"
        )


def test_closing_lets_whoever_waits_go() -> None:
    begun, answers, gone = threading.Event(), threading.Event(), threading.Event()

    def hang() -> None:
        begun.set()
        answers.wait(PATIENCE)

    with pool_of() as pool:

        def wait() -> None:
            assert pool.call_each(Work.PURGE, {1: hang}, seconds=600) == {}
            gone.set()

        waiting = threading.Thread(target=wait)
        waiting.start()
        assert begun.wait(PATIENCE)
        pool.close()
        assert gone.wait(PATIENCE)
        assert pool.call_each(Work.PURGE, {2: hang}, seconds=600) == {}
        answers.set()
        waiting.join(PATIENCE)


def test_event_loop_goes_on_while_a_volume_hangs() -> None:
    async def scenario(pool: VolumePool) -> None:
        with hanging(pool, 1, Work.CHECK):
            waiting = asyncio.create_task(pool.threads(1, Work.CHECK).run(int))
            assert await pool.threads(2, Work.CHECK).run(int) == 0
            assert await pool.threads(1, Work.SYNC).run(int) == 0
            with pytest.raises(VolumeUnavailable, match="does not answer"):
                await pool.threads(1, Work.CHECK).run(int, seconds=0.01)
            assert not waiting.done()
        assert await asyncio.wait_for(waiting, PATIENCE) == 0

    with pool_of() as pool:
        asyncio.run(scenario(pool))


def test_answer_to_somebody_who_was_cancelled_is_let_go() -> None:
    answers, begun = threading.Event(), threading.Event()
    let_go: list[str] = []
    made: list[str] = []

    def hang() -> str:
        begun.set()
        answers.wait(PATIENCE)
        return "late"

    async def scenario(pool: VolumePool) -> None:
        first = asyncio.create_task(pool.threads(1, Work.CHECK).run(hang, if_late=let_go.append))
        await asyncio.to_thread(begun.wait, PATIENCE)
        in_line = asyncio.create_task(pool.threads(1, Work.CHECK).run(made.append, "never"))
        last = asyncio.create_task(pool.threads(1, Work.CHECK).run(made.append, "made"))
        await asyncio.sleep(0)
        first.cancel()
        in_line.cancel()
        await asyncio.wait({first, in_line})
        answers.set()
        await last

    with pool_of() as pool:
        asyncio.run(scenario(pool))
        wait_until(lambda: let_go == ["late"], seconds=PATIENCE, what="the late answer")
    assert made == ["made"]


def test_answer_that_came_as_its_waiter_was_cancelled_is_let_go() -> None:
    let_go: list[int] = []

    async def scenario(pool: VolumePool) -> None:
        done = threading.Event()

        def make() -> int:
            done.set()
            return 7

        waiting = asyncio.create_task(pool.threads(1, Work.CHECK).run(make, if_late=let_go.append))
        await asyncio.sleep(0)
        # The loop stands still meanwhile, so the answer is there before its waiter can wake.
        assert done.wait(PATIENCE)
        pool.threads(1, Work.CHECK).call(int, seconds=PATIENCE)
        waiting.cancel()
        await asyncio.wait({waiting})
        assert waiting.cancelled()

    with pool_of() as pool:
        asyncio.run(scenario(pool))
        wait_until(lambda: let_go == [7], seconds=PATIENCE, what="the answer")
