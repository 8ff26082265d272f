"""One recorder per database, on whatever host: a second one keeps away, and a blink of the database costs nothing."""

import asyncio
import contextlib
import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from recorder.service import run_recorder
from storage.installation.service_claim import ClaimHolder
from tests.support.postgres import PostgresServer
from tests.support.recorder_scene import QUICK, Scene, play
from vms.domain.errors import AlreadyRunning
from vms.simulator.camera_spec import CameraSpec

pytestmark = [pytest.mark.faults, pytest.mark.postgres]

CAMERA = CameraSpec("Balai Kota", "a", 1, width=128, height=96, fps=10)
TIMINGS = replace(QUICK, claim_seconds=0.2, handover_seconds=1.0)
CLAIMS = "FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'siring recorder'"


async def second_recorder(scene: Scene, folder: Path) -> None:
    """Run a recorder of another installation on the scene's database."""
    await asyncio.to_thread(folder.mkdir)
    settings = replace(scene.settings, data_dir=folder)
    await run_recorder(settings, scene.storage, scene.clock, asyncio.Event(), timings=TIMINGS)


def test_second_recorder_keeps_away_and_the_first_records_through_a_blink(
    tmp_path: Path, postgres: PostgresServer, postgres_url: str
) -> None:
    async def scenario(scene: Scene) -> None:
        await scene.until_recorded("a")
        with pytest.raises(AlreadyRunning, match="already works on this database: process"):
            await second_recorder(scene, tmp_path / "b")
        with postgres.connect(str(sa.make_url(postgres_url).database)) as connection:
            connection.execute(f"SELECT pg_terminate_backend(pid) {CLAIMS}".encode())

            def is_claimed() -> bool:
                return connection.execute(f"SELECT pid {CLAIMS}".encode()).fetchone() is not None

            await scene.until(is_claimed, "the claim, taken again")
        await scene.until_recorded("a", 2)
        assert len(scene.runs("a")) == 1

    play(tmp_path, [CAMERA], scenario, database_url=postgres_url, timings=TIMINGS)


def test_recorder_that_lost_its_database_to_another_publishes_all_and_ends(
    tmp_path: Path, postgres: PostgresServer, postgres_url: str
) -> None:
    async def scenario(scene: Scene) -> None:
        await scene.until_recorded("a", 2)
        with (
            postgres.connect(str(sa.make_url(postgres_url).database)) as other,
            postgres.connect(str(sa.make_url(postgres_url).database)) as admin,
        ):
            session = other.info.backend_pid
            holder = ClaimHolder("another-host", "/srv/siring", 7, "elsewhere", session)
            key = admin.execute(
                "SELECT classid::int, objid::int FROM pg_locks WHERE locktype = 'advisory'"
            ).fetchone()
            waiting = asyncio.create_task(
                asyncio.to_thread(other.execute, "SELECT pg_advisory_lock(%s, %s)", key)
            )
            await scene.until(
                lambda: admin.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone(), "a second host"
            )
            said = (json.dumps(asdict(holder)),)
            admin.execute("UPDATE meta SET value = %s WHERE key = 'holder:recorder'", said)
            admin.execute(f"SELECT pg_terminate_backend(pid) {CLAIMS}".encode())
            await waiting
            with pytest.raises(AlreadyRunning, match="another-host"):
                await scene.until(lambda: False, "the end of the recorder")
            with contextlib.suppress(AlreadyRunning):
                await scene.stop()
        assert all(not run.is_open for run in scene.runs("a"))
        names = sorted(scene.volume_path.glob("rec/*/*/*/*.mp4"))
        assert len(names) == len(scene.segments("a"))
        assert not list(scene.volume_path.glob("incoming/*/*.mp4"))

    play(tmp_path, [CAMERA], scenario, database_url=postgres_url, timings=TIMINGS)
