import threading

import pytest

from storage.evidence.export_store import MOST_ATTEMPTS
from storage.open import Storage
from tests.support.footage import NOON_US, SteppedClock, add_camera
from vms.domain.errors import Conflict, ExportCancelled, InvalidInput, NotFound
from vms.domain.export import ClipRequest, Export, ExportState
from vms.domain.time import HOUR_US, MINUTE_US, SECOND_US, TimeRange
from vms.domain.user import Role

CLIP = TimeRange(NOON_US, NOON_US + MINUTE_US)


def ask(storage: Storage, *, by: int | None = None) -> Export:
    cameras = (add_camera(storage).id, add_camera(storage).id)
    return storage.exports.create(ClipRequest(cameras[::-1], CLIP, "Tabrakan", "LP/12/2025", by))


def finish(storage: Storage, job: Export, worker: str) -> Export:
    return storage.exports.finish(
        job.id, worker, file_name="a.mp4", file_bytes=9, sha256="ab", expires_us=NOON_US + HOUR_US
    )


def test_job_comes_back_as_it_was_asked_for(storage: Storage) -> None:
    user = storage.users.add(name="siti", full_name="Siti Aminah", role=Role.OPERATOR)
    job = ask(storage, by=user.id)
    assert storage.exports.get(job.id) == job
    assert job.state is ExportState.QUEUED
    assert job.request.camera_ids[0] > job.request.camera_ids[1]
    assert (job.request.time, job.request.name, job.request.reason) == (CLIP, "Tabrakan", "LP/12/2025")
    assert job.requested_by_name == "Siti Aminah"
    assert len(job.token) >= 16


def test_impossible_job_is_refused(storage: Storage) -> None:
    camera_id = add_camera(storage).id
    with pytest.raises(InvalidInput):
        storage.exports.create(ClipRequest((), CLIP, "", "", None))
    with pytest.raises(InvalidInput):
        storage.exports.create(ClipRequest((camera_id,), TimeRange(NOON_US, NOON_US), "", "", None))
    for request in (
        ClipRequest((camera_id, 99), CLIP, "", "", None),
        ClipRequest((camera_id,), CLIP, "", "", 99),
    ):
        with pytest.raises(NotFound):
            storage.exports.create(request)
    assert storage.exports.list() == []


def test_job_is_done_from_claim_to_expiry(storage: Storage, clock: SteppedClock) -> None:
    job = ask(storage)
    claimed = storage.exports.claim_next("w1", 30)
    assert claimed is not None
    assert (claimed.id, claimed.state, claimed.attempts) == (job.id, ExportState.RUNNING, 1)
    assert claimed.claimed_until_us == NOON_US + 30 * SECOND_US
    storage.exports.progress(job.id, "w1", done_bytes=500, total_bytes=1000, seconds=30)
    storage.exports.progress(job.id, "w1", done_bytes=400, total_bytes=1000, seconds=30)
    assert storage.exports.get(job.id).done_bytes == 500
    done = finish(storage, job, "w1")
    assert (done.state, done.file_name, done.file_bytes, done.sha256) == (ExportState.DONE, "a.mp4", 9, "ab")
    assert (done.done_bytes, done.claimed_until_us) == (1000, None)
    assert storage.exports.due_to_expire() == []
    clock.advance(3600)
    assert [due.id for due in storage.exports.due_to_expire()] == [job.id]
    storage.exports.expire(job.id)
    assert storage.exports.get(job.id).state is ExportState.EXPIRED
    assert storage.exports.due_to_expire() == []


def test_share_done_never_shrinks_when_another_worker_begins_anew(
    storage: Storage, clock: SteppedClock
) -> None:
    job = ask(storage)
    shares: list[float] = []

    def report(worker: str, done: int, total: int) -> None:
        storage.exports.progress(job.id, worker, done_bytes=done, total_bytes=total, seconds=30)
        now = storage.exports.get(job.id)
        shares.append(now.done_bytes / now.total_bytes)

    storage.exports.claim_next("w1", 30)
    report("w1", 700, 1000)
    clock.advance(31)
    storage.exports.claim_next("w2", 30)
    # Waiting says nothing about progress, and the second attempt has more to do than the first.
    storage.exports.keep(job.id, "w2", 30)
    for done in (0, 500, 1200, 1500, 1600):
        report("w2", done, 1600)
    assert shares == sorted(shares)
    assert (shares[1], shares[-1]) == (0.7, 1.0)


def test_waiting_worker_keeps_its_claim_until_it_is_cancelled(storage: Storage, clock: SteppedClock) -> None:
    job = ask(storage)
    storage.exports.claim_next("w1", 30)
    clock.advance(20)
    storage.exports.keep(job.id, "w1", 30)
    clock.advance(20)
    assert storage.exports.claim_next("w2", 30) is None
    storage.exports.request_cancel(job.id)
    with pytest.raises(ExportCancelled):
        storage.exports.keep(job.id, "w1", 30)


def test_jobs_are_claimed_in_the_order_asked(storage: Storage) -> None:
    jobs = [ask(storage) for _ in range(3)]
    claimed = [storage.exports.claim_next("w1", 30) for _ in range(4)]
    assert [c.id if c else None for c in claimed] == [*(job.id for job in jobs), None]


def test_job_is_claimed_by_one_worker_only(storage: Storage) -> None:
    jobs = {ask(storage).id for _ in range(8)}
    claimed: list[int] = []

    def work(name: str) -> None:
        while (job := storage.exports.claim_next(name, 30)) is not None:
            claimed.append(job.id)

    workers = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sorted(claimed) == sorted(jobs)


def test_lapsed_claim_is_given_to_another_worker(storage: Storage, clock: SteppedClock) -> None:
    """failure mode 36"""
    job = ask(storage)
    storage.exports.claim_next("w1", 30)
    clock.advance(29)
    assert storage.exports.claim_next("w2", 30) is None
    clock.advance(1)
    again = storage.exports.claim_next("w2", 30)
    assert again is not None
    assert again.attempts == 2
    with pytest.raises(Conflict):
        storage.exports.progress(job.id, "w1", done_bytes=1, total_bytes=2, seconds=30)
    with pytest.raises(Conflict):
        finish(storage, job, "w1")
    assert finish(storage, job, "w2").state is ExportState.DONE


def test_job_that_kills_its_workers_fails(storage: Storage, clock: SteppedClock) -> None:
    job = ask(storage)
    for _ in range(MOST_ATTEMPTS):
        assert storage.exports.claim_next("w1", 30) is not None
        clock.advance(60)
    assert storage.exports.claim_next("w1", 30) is None
    failed = storage.exports.get(job.id)
    assert failed.state is ExportState.FAILED
    assert failed.error is not None


def test_queued_job_is_cancelled_at_once(storage: Storage) -> None:
    job = ask(storage)
    assert storage.exports.request_cancel(job.id).state is ExportState.CANCELLED
    assert storage.exports.claim_next("w1", 30) is None


def test_running_job_is_cancelled_by_its_worker(storage: Storage) -> None:
    job = ask(storage)
    storage.exports.claim_next("w1", 30)
    assert storage.exports.request_cancel(job.id).state is ExportState.RUNNING
    with pytest.raises(ExportCancelled):
        storage.exports.progress(job.id, "w1", done_bytes=1, total_bytes=2, seconds=30)
    storage.exports.cancelled(job.id, "w1")
    assert storage.exports.get(job.id).state is ExportState.CANCELLED


def test_cancelled_job_of_a_dead_worker_ends(storage: Storage, clock: SteppedClock) -> None:
    job = ask(storage)
    storage.exports.claim_next("w1", 30)
    storage.exports.request_cancel(job.id)
    clock.advance(31)
    assert storage.exports.claim_next("w2", 30) is None
    assert storage.exports.get(job.id).state is ExportState.CANCELLED


def test_finished_job_is_not_cancelled(storage: Storage) -> None:
    job = ask(storage)
    storage.exports.claim_next("w1", 30)
    storage.exports.fail(job.id, "w1", "the footage is gone")
    assert storage.exports.request_cancel(job.id).state is ExportState.FAILED
    with pytest.raises(NotFound):
        storage.exports.request_cancel(99)


def test_people_see_their_own_jobs_newest_first(storage: Storage) -> None:
    user = storage.users.add(name="siti", full_name="", role=Role.OPERATOR)
    first, _, last = ask(storage, by=user.id), ask(storage), ask(storage, by=user.id)
    assert [job.id for job in storage.exports.list(user.id)] == [last.id, first.id]
    assert len(storage.exports.list()) == 3
