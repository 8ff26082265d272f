"""`vms check`: files against index, and a rebuild of the index from files."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from storage.recovery.check import check as check_volumes
from storage.recovery.replace_index import rebuild_footage
from vms.cli.environment import EXIT_FAILED, err, opened, out


def check(
    repair: Annotated[bool, typer.Option(help="Mend what can be mended; nothing is deleted.")] = False,
    digests: Annotated[
        bool, typer.Option(help="Also read every file and compare its digest (slow).")
    ] = False,
    rebuild: Annotated[bool, typer.Option(help="Rebuild the whole index from the files' names.")] = False,
    quick: Annotated[
        bool, typer.Option(help="With --rebuild: by names alone; what is inside the files is read later.")
    ] = False,
    volume: Annotated[
        list[Path] | None, typer.Option(help="With --rebuild: a volume of a lost database; repeat for more.")
    ] = None,
) -> None:
    """Compare files and index; exit 1 if they differ."""
    # Volumes of a lost database bring its identity along, which nobody may have read before.
    with opened(is_alone=bool(rebuild and volume)) as env, Progress(console=err, transient=True) as progress:
        task = progress.add_task("Reading", total=None)

        def show(done: int, total: int | None) -> None:
            progress.update(task, completed=done, total=total)

        if rebuild:
            rebuilt = rebuild_footage(
                env.storage, env.clock, volume or (), progress=show, with_fragments=not quick
            )
            out.print(rebuilt.summary())
            return
        report = check_volumes(env.storage, env.clock, repair=repair, digests=digests, progress=show)
        out.print(report.summary())
        if not report.is_clean:
            raise typer.Exit(EXIT_FAILED)
