"""Export jobs: asked for, claimed by one worker at a time, and what came of them."""

import secrets
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from storage.personal.owned_rows import lock_person, require_cameras
from storage.schema.people import export_camera, export_job, export_mismatch, user_account
from storage.sql.database import Database
from vms.domain.errors import Conflict, ExportCancelled, InvalidInput, NotFound, TooManyAttempts
from vms.domain.export import ClipRequest, Export, ExportState, Mismatch, SourceProblem
from vms.domain.segment import ClockTrust
from vms.domain.time import SECOND_US, Clock, TimeRange

MOST_ATTEMPTS = 3
"""A job whose worker vanished this often fails: it may be what kills the worker."""
_TOKEN_BYTES = 16


class ExportStore:
    """Keeps jobs; a worker's claim lapses by itself, so a crash delays a job and never loses it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(self, request: ClipRequest, *, most_unfinished: int | None = None) -> Export:
        """Queue a job and return it.

        Args:
            request: what is asked. most_unfinished: jobs that one person may have waiting or running.

        Raises:
            TooManyAttempts: the person has that many already.
            InvalidInput: no camera, or no time, was asked for.
            NotFound: a camera or the person does not exist.
        """
        if not request.camera_ids:
            raise InvalidInput("choose at least one camera", field="camera_ids")
        if request.time.is_empty:
            raise InvalidInput("the clip's end must be later than its start", field="to")
        now_us = self._clock.now_us()
        values = {
            "token": secrets.token_urlsafe(_TOKEN_BYTES),
            "name": request.name,
            "reason": request.reason,
            "start_us": request.time.start_us,
            "end_us": request.time.end_us,
            "requested_by": request.requested_by,
            "takes_altered": request.takes_altered,
            "state": ExportState.QUEUED.value,
            "created_us": now_us,
            "updated_us": now_us,
        }
        with self._database.write() as connection:
            if request.requested_by is not None:
                lock_person(connection, request.requested_by)
                if most_unfinished is not None:
                    _require_room(connection, request.requested_by, most_unfinished)
                values |= _requester(connection, request.requested_by)
            require_cameras(connection, request.camera_ids)
            added = connection.execute(sa.insert(export_job).values(values).returning(export_job.c.id))
            export_id = added.scalar_one()
            connection.execute(
                sa.insert(export_camera),
                [
                    {"export_id": export_id, "position": position, "camera_id": camera_id}
                    for position, camera_id in enumerate(request.camera_ids)
                ],
            )
            return _get(connection, export_id)

    def claim_next(self, worker: str, seconds: int) -> Export | None:
        """Claim the oldest waiting job for the worker for a number of seconds and return it, or None if there is none.

        A job whose claim lapsed is given out again; after MOST_ATTEMPTS it fails, and one that was to be cancelled
        is.
        """
        while True:
            now_us = self._clock.now_us()
            with self._database.write() as connection:
                found = connection.execute(
                    sa.select(export_job.c.id, export_job.c.attempts, export_job.c.cancel_requested)
                    .where(_is_claimable(now_us))
                    .order_by(export_job.c.created_us, export_job.c.id)
                    .limit(1)
                ).one_or_none()
                if found is None:
                    return None
                export_id, attempts, cancel_requested = found
                if cancel_requested:
                    _end(connection, export_id, ExportState.CANCELLED, now_us)
                    continue
                if attempts >= MOST_ATTEMPTS:
                    error = f"the program that makes clips stopped {attempts} times while it made this one"
                    _end(connection, export_id, ExportState.FAILED, now_us, error=error)
                    continue
                claimed = connection.execute(
                    sa.update(export_job)
                    .where(export_job.c.id == export_id, _is_claimable(now_us))
                    .values(
                        state=ExportState.RUNNING.value,
                        claimed_by=worker,
                        claimed_until_us=now_us + seconds * SECOND_US,
                        attempts=export_job.c.attempts + 1,
                        updated_us=now_us,
                    )
                )
                # On PostgreSQL another worker may have been quicker.
                if claimed.rowcount == 1:
                    return _get(connection, export_id)

    def progress(
        self, export_id: int, worker: str, *, done_bytes: int, total_bytes: int, seconds: int
    ) -> None:
        """Store how far the worker has come, never less than before, and renew its claim for a number of seconds.

        Raises:
            ExportCancelled: somebody asked the job to stop.
            Conflict: the claim lapsed and the job is another's, or it ended.
        """
        with self._database.write() as connection:
            job = _wanted(connection, export_id, worker)
            done = job.advanced(done_bytes, total_bytes)
            self._renew(connection, export_id, seconds, done_bytes=done, total_bytes=total_bytes)

    def keep(self, export_id: int, worker: str, seconds: int) -> None:
        """Renew the worker's claim without progress; raises as `progress` does."""
        with self._database.write() as connection:
            _wanted(connection, export_id, worker)
            self._renew(connection, export_id, seconds)

    def note_mismatches(self, export_id: int, worker: str, found: Sequence[Mismatch]) -> None:
        """Store which recorded files the job found to be not what was recorded, in place of what it found before.

        Raises:
            Conflict: the claim lapsed and the job is another's, or it ended.
        """
        with self._database.write() as connection:
            _claimed(connection, export_id, worker)
            connection.execute(sa.delete(export_mismatch).where(export_mismatch.c.export_id == export_id))
            if found:
                connection.execute(
                    sa.insert(export_mismatch),
                    [
                        {
                            "export_id": export_id,
                            "position": position,
                            "camera_id": one.camera_id,
                            "start_us": one.time.start_us,
                            "end_us": one.time.end_us,
                            "problem": one.problem.value,
                        }
                        for position, one in enumerate(found)
                    ],
                )

    def finish(
        self,
        export_id: int,
        worker: str,
        *,
        file_name: str,
        file_bytes: int,
        sha256: str,
        expires_us: int,
        clock: ClockTrust | None = None,
    ) -> Export:
        """Mark the job delivered, with its file, and return it.

        Raises:
            Conflict: the claim lapsed and the job is another's, or it ended.
        """
        with self._database.write() as connection:
            _claimed(connection, export_id, worker)
            _end(
                connection,
                export_id,
                ExportState.DONE,
                self._clock.now_us(),
                file_name=file_name,
                file_bytes=file_bytes,
                sha256=sha256,
                expires_us=expires_us,
                clock=None if clock is None else clock.value,
                done_bytes=export_job.c.total_bytes,
            )
            return _get(connection, export_id)

    def fail(self, export_id: int, worker: str, error: str) -> None:
        """Mark the job failed; `error` is one plain sentence for a person.

        Raises:
            Conflict: the claim lapsed and the job is another's, or it ended.
        """
        with self._database.write() as connection:
            _claimed(connection, export_id, worker)
            _end(connection, export_id, ExportState.FAILED, self._clock.now_us(), error=error)

    def cancelled(self, export_id: int, worker: str) -> None:
        """Mark the job cancelled, once its worker has stopped.

        Raises:
            Conflict: the claim lapsed and the job is another's, or it ended.
        """
        with self._database.write() as connection:
            _claimed(connection, export_id, worker)
            _end(connection, export_id, ExportState.CANCELLED, self._clock.now_us())

    def request_cancel(self, export_id: int) -> Export:
        """Cancel a job and return it: a queued one at once, a running one as soon as its worker notices.

        A job that has ended stays as it is.

        Raises:
            NotFound: there is no such job.
        """
        with self._database.write() as connection:
            job = _get(connection, export_id)
            if job.state is ExportState.QUEUED:
                _end(
                    connection, export_id, ExportState.CANCELLED, self._clock.now_us(), cancel_requested=True
                )
            elif job.state is ExportState.RUNNING:
                connection.execute(
                    sa.update(export_job).where(export_job.c.id == export_id).values(cancel_requested=True)
                )
            return _get(connection, export_id)

    def due_to_expire(self) -> list[Export]:
        """Return the delivered jobs whose files have expired."""
        is_due = (
            export_job.c.state == ExportState.DONE.value,
            export_job.c.expires_us <= self._clock.now_us(),
        )
        with self._database.read() as connection:
            return _select(connection, sa.select(export_job).where(*is_due))

    def expire(self, export_id: int) -> None:
        """Mark a delivered job's file deleted; the record stays."""
        is_done = (export_job.c.id == export_id, export_job.c.state == ExportState.DONE.value)
        values = {"state": ExportState.EXPIRED.value, "updated_us": self._clock.now_us()}
        with self._database.write() as connection:
            connection.execute(sa.update(export_job).where(*is_done).values(values))

    def _renew(self, connection: Connection, export_id: int, seconds: int, **values: int) -> None:
        now_us = self._clock.now_us()
        claim = {"claimed_until_us": now_us + seconds * SECOND_US, "updated_us": now_us}
        connection.execute(
            sa.update(export_job).where(export_job.c.id == export_id).values(**claim, **values)
        )

    def get(self, export_id: int) -> Export:
        """Return a job.

        Raises:
            NotFound: there is none with that id.
        """
        with self._database.read() as connection:
            return _get(connection, export_id)

    def list(self, user_id: int | None = None, *, limit: int = 200) -> list[Export]:
        """Return the latest jobs, newest first, optionally only one person's."""
        statement = sa.select(export_job).order_by(export_job.c.id.desc()).limit(limit)
        if user_id is not None:
            statement = statement.where(export_job.c.requested_by == user_id)
        with self._database.read() as connection:
            return _select(connection, statement)


def _is_claimable(now_us: int) -> sa.ColumnElement[bool]:
    lapsed = sa.and_(
        export_job.c.state == ExportState.RUNNING.value,
        sa.func.coalesce(export_job.c.claimed_until_us, 0) <= now_us,
    )
    return sa.or_(export_job.c.state == ExportState.QUEUED.value, lapsed)


def _claimed(connection: Connection, export_id: int, worker: str) -> Export:
    """Return the job if it is still the worker's; a lapsed claim that nobody else took is still good."""
    held_by = sa.select(export_job.c.claimed_by).where(
        export_job.c.id == export_id, export_job.c.state == ExportState.RUNNING.value
    )
    if connection.execute(held_by).scalar_one_or_none() != worker:
        raise Conflict(f"export {export_id} is not in the hands of {worker} any more")
    return _get(connection, export_id)


def _wanted(connection: Connection, export_id: int, worker: str) -> Export:
    """Return the job if it is still the worker's and nobody asked it to stop; raises as `ExportStore.progress` does."""
    job = _claimed(connection, export_id, worker)
    if job.cancel_requested:
        raise ExportCancelled(f"export {export_id} was cancelled")
    return job


def _end(connection: Connection, export_id: int, state: ExportState, now_us: int, **values: object) -> None:
    ended = {"state": state.value, "finished_us": now_us, "updated_us": now_us, "claimed_until_us": None}
    connection.execute(sa.update(export_job).where(export_job.c.id == export_id).values(**ended, **values))


def _require_room(connection: Connection, user_id: int, most: int) -> None:
    """Count in the transaction that adds, with the person locked: what asks at once is counted one by one."""
    unfinished = sa.select(sa.func.count()).where(
        export_job.c.requested_by == user_id,
        export_job.c.state.in_([state.value for state in ExportState if not state.is_final]),
    )
    if connection.execute(unfinished).scalar_one() >= most:
        raise TooManyAttempts("too many of your exports are waiting: let one finish first", wait_seconds=30)


def _requester(connection: Connection, user_id: int) -> dict[str, str]:
    names = sa.select(user_account.c.full_name, user_account.c.name).where(user_account.c.id == user_id)
    full_name, login = connection.execute(names).one()
    return {"requested_by_name": full_name, "requested_by_login": login}


def _get(connection: Connection, export_id: int) -> Export:
    found = _select(connection, sa.select(export_job).where(export_job.c.id == export_id))
    if not found:
        raise NotFound(f"there is no export {export_id}")
    return found[0]


def _select(connection: Connection, statement: sa.Select[Any]) -> list[Export]:
    jobs = connection.execute(statement).all()
    ids = [job.id for job in jobs]
    cameras: defaultdict[int, list[int]] = defaultdict(list)
    for export_id, camera_id in connection.execute(
        sa.select(export_camera.c.export_id, export_camera.c.camera_id)
        .where(export_camera.c.export_id.in_(ids))
        .order_by(export_camera.c.export_id, export_camera.c.position)
    ):
        cameras[export_id].append(camera_id)
    mismatches: defaultdict[int, list[Mismatch]] = defaultdict(list)
    for row in connection.execute(
        sa.select(export_mismatch)
        .where(export_mismatch.c.export_id.in_(ids))
        .order_by(export_mismatch.c.export_id, export_mismatch.c.position)
    ):
        time = TimeRange(row.start_us, row.end_us)
        mismatches[row.export_id].append(Mismatch(row.camera_id, time, SourceProblem(row.problem)))
    return [_export(job, tuple(cameras[job.id]), tuple(mismatches[job.id])) for job in jobs]


def _export(row: Row[Any], camera_ids: tuple[int, ...], mismatches: tuple[Mismatch, ...]) -> Export:
    time = TimeRange(row.start_us, row.end_us)
    return Export(
        id=row.id,
        token=row.token,
        request=ClipRequest(camera_ids, time, row.name, row.reason, row.requested_by, row.takes_altered),
        state=ExportState(row.state),
        created_us=row.created_us,
        updated_us=row.updated_us,
        done_bytes=row.done_bytes,
        total_bytes=row.total_bytes,
        attempts=row.attempts,
        claimed_until_us=row.claimed_until_us,
        cancel_requested=row.cancel_requested,
        finished_us=row.finished_us,
        expires_us=row.expires_us,
        file_name=row.file_name,
        file_bytes=row.file_bytes,
        sha256=row.sha256,
        error=row.error,
        requested_by_name=row.requested_by_name,
        requested_by_login=row.requested_by_login,
        clock=None if row.clock is None else ClockTrust(row.clock),
        mismatches=mismatches,
    )
