"""`vms volume`: the folders that footage is written to."""

from pathlib import Path
from typing import Annotated

import typer

from vms.cli.environment import (
    Environment,
    opened,
    out,
    print_json,
    print_table,
    refuse_fields,
)
from vms.domain.audit import AuditAction
from vms.domain.errors import StorageError
from vms.domain.form_fields import FieldReader, range_problems
from vms.domain.volume import LARGEST_FLOOR_GB, Volume, volume_problems

app = typer.Typer(no_args_is_help=True, help="Add disks for footage and see how full they are.")

Name = Annotated[str, typer.Argument(help="The volume's number ('#2'), folder or UUID.")]
MinFree = Annotated[
    str | None, typer.Option(metavar="GB", help="Free-space floor; by itself 2 % of the disk.")
]


@app.command()
def add(
    folder: Annotated[Path, typer.Argument(help="An existing, empty folder on a mounted disk.")],
    min_free_gb: MinFree = None,
    weight: Annotated[int, typer.Option(min=1, help="Share of new recordings it takes.")] = 1,
) -> None:
    """Take a folder into use; a marker file in it tells disks apart for ever."""
    with opened() as env:
        floor = _floor_bytes(min_free_gb, weight, kept="nothing was taken into use")
        volume = env.storage.volumes.add(folder.resolve(), min_free_bytes=floor, weight=weight)
        env.record(AuditAction.VOLUME_ADD, f"volume {volume.id}", volume.path)
        out.print(f"Volume {volume.id} at {volume.path}")


@app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="Answer for programs.")] = False) -> None:
    """List volumes, their state and their room."""
    with opened() as env:
        volumes = env.storage.volumes.list()
        rooms = {volume.id: _room(env, volume) for volume in volumes}
        if as_json:
            print_json(
                [
                    {
                        "id": volume.id,
                        "uuid": volume.uuid,
                        "path": volume.path,
                        "state": volume.state,
                        "detail": volume.state_detail,
                        "is_enabled": volume.is_enabled,
                        "free_bytes": rooms[volume.id][0],
                        "total_bytes": rooms[volume.id][1],
                    }
                    for volume in volumes
                ]
            )
            return
        rows = []
        for volume in volumes:
            free, total = rooms[volume.id]
            room = (
                f"{free / 1e9:.1f} of {total / 1e9:.1f} GB free" if free is not None and total else "unknown"
            )
            state = volume.state.value if volume.is_enabled else "disabled"
            rows.append([str(volume.id), volume.path, state, room, volume.state_detail])
        print_table(
            ["No.", "Folder", "State", "Room", ""],
            rows,
            empty="No volumes yet. Add one:  vms volume add FOLDER",
        )


@app.command()
def enable(volume: Name) -> None:
    """Let new recordings go here again; also what unfreezes a suspect or failed volume once you looked at it."""
    _set(volume, is_enabled=True)


@app.command()
def disable(volume: Name) -> None:
    """Write no new recordings here; what it holds stays readable and is purged as policy says."""
    _set(volume, is_enabled=False)


@app.command()
def edit(
    volume: Name,
    folder: Annotated[Path | None, typer.Option(help="Where its disk is mounted now.")] = None,
    min_free_gb: MinFree = None,
    weight: Annotated[int | None, typer.Option(min=1, help="Share of new recordings it takes.")] = None,
) -> None:
    """Change where a volume is mounted (stop `vms up` first), its floor or its share; nothing is moved."""
    # Who has the volume open would go on writing at its old place.
    with opened(is_alone=folder is not None) as env:
        known = env.storage.volumes.find(volume)
        kept = f"volume {known.id} stays as it was"
        floor = _floor_bytes(min_free_gb, weight or known.weight, kept=kept)
        changed = env.storage.volumes.edit(
            known.id,
            path=folder.resolve() if folder is not None else None,
            min_free_bytes=known.min_free_bytes if floor is None else floor,
            weight=weight or known.weight,
            is_enabled=known.is_enabled,
        )
        env.record(AuditAction.VOLUME_EDIT, f"volume {known.id}", changed.path)
        out.print(f"Volume {changed.id} at {changed.path}")


@app.command()
def remove(volume: Name) -> None:
    """Forget a volume that holds no footage any more (stop `vms up` first); its folder stays as it is."""
    # The recorder may have begun a file there that no row tells of yet.
    with opened(is_alone=True) as env:
        known = env.storage.volumes.find(volume)
        env.storage.volumes.remove(known.id)
        env.record(AuditAction.VOLUME_REMOVE, f"volume {known.id}")
        out.print("Forgotten.")


def _floor_bytes(written_gb: str | None, weight: int, *, kept: str) -> int | None:
    """Return the free-space floor, None where none is given; raises InvalidInput where it or the weight is wrong."""
    reader = FieldReader()
    floor_gb = reader.number("min_free_gb", written_gb or "")
    for problem in range_problems("min_free_gb", floor_gb, 0, LARGEST_FLOOR_GB):
        reader.complain(problem)
    floor = None if floor_gb is None or reader.problems else round(floor_gb * 1e9)
    for problem in volume_problems(floor, weight):
        reader.complain(problem)
    refuse_fields(reader.problems, kept=kept)
    return floor


def _set(volume: str, *, is_enabled: bool) -> None:
    with opened() as env:
        known = env.storage.volumes.find(volume)
        env.storage.volumes.set_enabled(known.id, is_enabled=is_enabled)
        env.record(
            AuditAction.VOLUME_ENABLE if is_enabled else AuditAction.VOLUME_DISABLE, f"volume {known.id}"
        )
        out.print("In use." if is_enabled else "Out of use for new recordings.")


def _room(env: Environment, volume: Volume) -> tuple[int | None, int | None]:
    """Return (free, total) bytes, or None for both where the volume does not say."""
    try:
        space = env.storage.volume_access.open(volume).free_space()
    except StorageError:
        return None, None
    return space.free_bytes, space.total_bytes
