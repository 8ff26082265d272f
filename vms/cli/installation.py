"""`vms init`, `vms doctor` and `vms db`: set an installation up, look it over, back it up."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from recorder.run.ffmpeg_self_test import run_self_test
from storage.installation.migrate import current_revision, head_revision, upgrade
from storage.purge.state import PurgeState
from storage.recovery.database_backup import back_up, restore
from storage.recovery.nightly_backup import nightly_backups, read_nightly_backup
from storage.recovery.rehearsal import rehearse
from vms.cli.environment import EXIT_FAILED, Environment, fail, opened, out, read_settings
from vms.domain.camera import StreamState
from vms.domain.errors import InvalidInput, NotFound, VmsError
from vms.domain.time import HOUR_US
from vms.ffmpeg.binary import find_ffmpeg
from vms.host.clock import SystemClock
from vms.processes.app import alone_in, open_services
from vms.processes.up import prepare

db_app = typer.Typer(no_args_is_help=True, help="Upgrade, back up and restore the database.")


def init(
    volume: Annotated[
        Path | None, typer.Option(help="An empty folder on the disk that will hold footage.")
    ] = None,
) -> None:
    """Set up a new installation: folder, key, database, first volume, one-time code for the first administrator."""
    settings = read_settings()
    try:
        prepare(settings)
        with open_services(settings) as services:
            if volume is not None:
                added = services.storage.volumes.add(volume.resolve())
                out.print(f"Volume {added.id} at {added.path}")
            if services.storage.users.has_administrator():
                out.print(f"{settings.data_dir} is set up; it has an administrator.")
                return
            code = services.storage.meta.issue_setup_code()
            out.print(
                f"{settings.data_dir} is set up. Start with  vms up  and open  /setup  with this code, once:"
            )
            out.print(f"\n    {code}\n")
    except VmsError as error:
        fail(error)


def doctor() -> None:
    """Look over everything that footage depends on, and say what to do about what is wrong."""
    settings = read_settings()
    problems: list[str] = []
    try:
        ffmpeg = find_ffmpeg(settings.ffmpeg_path)
        tested = asyncio.run(run_self_test(ffmpeg))
        out.print(f"ffmpeg    {ffmpeg.version}")
        problems.extend(f"ffmpeg {ffmpeg.version} failed its self-test: {fault}" for fault in tested.faults)
    except VmsError as error:
        problems.append(str(error))
    with opened() as env:
        now_us = env.clock.now_us()
        for volume in env.storage.volumes.list():
            state = volume.state.value if volume.is_enabled else "disabled"
            out.print(f"volume    {volume.id} {volume.path}  {state}  {volume.state_detail}")
            if not volume.state.is_readable:
                problems.append(f"volume {volume.id} is {volume.state}: {volume.state_detail}")
        if not any(volume.is_enabled for volume in env.storage.volumes.list()):
            problems.append("no volume takes recordings: add one with  vms volume add FOLDER")
        waiting = PurgeState(env.storage.database, env.clock).refusals()
        problems.extend(
            f"retention waits: {refusal.why} (vms purge list says what helps)" for refusal in waiting
        )
        statuses = env.storage.cameras.statuses()
        if all(status.is_silent(now_us) for status in statuses.values()):
            problems.append("the recorder says nothing: start it with  vms up")
        problems.extend(_backup_problems(env, now_us))
        for camera in env.storage.cameras.list():
            states = [statuses[s.id].state for s in camera.streams if s.id in statuses]
            out.print(f"camera    {camera.id} {camera.name}  {', '.join(states) or '-'}")
            if not camera.may_record and camera.is_enabled:
                problems.append(
                    f"camera “{camera.name}” lacks a purpose or a retention, so it may not record"
                )
            problems.extend(
                f"camera “{camera.name}” is {statuses[s.id].state}: {statuses[s.id].detail}"
                for s in camera.streams
                if s.id in statuses
                and statuses[s.id].state
                not in {StreamState.RECORDING, StreamState.STARTING, StreamState.STOPPED}
            )
    if problems:
        out.print("\nTo look after:")
        for problem in problems:
            out.print(f"  - {problem}")
        raise typer.Exit(EXIT_FAILED)
    out.print("\nAll is well.")


def _backup_problems(env: Environment, now_us: int) -> list[str]:
    """Print how old the newest backup is; return what is wrong with it."""
    note = read_nightly_backup(env.storage.database)
    if note.made_us is None:
        out.print("backup    none yet")
        problem = "the database was never backed up: vms up does it by itself, soon after its start"
    else:
        hours = (now_us - note.made_us) // HOUR_US
        out.print(f"backup    {hours} h old  {note.file}")
        problem = f"the newest backup of the database is {hours} h old"
    if not note.is_stale(now_us):
        return [f"the last backup failed: {note.problem}"] if note.problem else []
    return [f"{problem}; the last try failed: {note.problem}" if note.problem else problem]


@db_app.command("upgrade")
def upgrade_() -> None:
    """Bring the database to this program's revision, while nothing else uses it."""
    settings = read_settings()
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        before = current_revision(settings.effective_database_url)
        if before != head_revision():
            with alone_in(settings):
                upgrade(settings.effective_database_url)
        out.print(f"{before or 'empty'} → {current_revision(settings.effective_database_url)}")
    except VmsError as error:
        fail(error)


@db_app.command("backup")
def backup(
    file: Annotated[
        Path | None, typer.Argument(help="New file to write; with --rehearse a backup, else the newest.")
    ] = None,
    rehearsal: Annotated[
        bool, typer.Option("--rehearse", help="Write none: restore one into a scratch folder and check it.")
    ] = False,
) -> None:
    """Write a copy of the SQLite database while everything runs; on PostgreSQL use pg_dump."""
    settings = read_settings()
    try:
        if rehearsal:
            chosen = file or next(iter(nightly_backups(settings.backup_folder)), None)
            if chosen is None:
                raise NotFound(f"there is no backup in {settings.backup_folder}: name one")
            out.print(rehearse(chosen, settings.data_dir, SystemClock()).summary())
            return
        if file is None:
            raise InvalidInput("name the file to write:  vms db backup FILE")
        written = back_up(settings.effective_database_url, file)
        out.print(
            f"{file}: {written.size_bytes / 1e6:.1f} MB, {sum(written.rows.values())} rows, checked."
            f" Keep a copy of {settings.data_dir / 'secret.key'} elsewhere."
        )
    except VmsError as error:
        fail(error)


@db_app.command("restore")
def restore_(
    file: Annotated[Path, typer.Argument(help="A file that `vms db backup` wrote.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Put a backup in place of the database, while nothing else uses it; the old one is kept beside it."""
    settings = read_settings()
    if not yes and not typer.confirm("Put this backup in place of the database?"):
        raise typer.Exit(EXIT_FAILED)
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with alone_in(settings):
            kept = restore(settings.effective_database_url, file)
        if kept is not None:
            out.print(f"The old database is {kept}.")
        out.print("Restored. Run  vms check --repair  to index what was recorded since.")
    except VmsError as error:
        fail(error)
