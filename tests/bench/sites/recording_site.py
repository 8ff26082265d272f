"""A recorder at work on a benchmark's installation, and the files of each run that it leaves."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.volumes.segment_paths import INCOMING, RECORDED, SegmentName, incoming_seq
from tests.bench.sites.bench_site import BenchSite
from tests.support.processes import Child, running
from vms.domain.camera import StreamState


@contextmanager
def service(site: BenchSite, name: str) -> Iterator[Child]:
    """Run one of the services while the block lasts."""
    log = site.settings.data_dir / f"{name}.log"
    with running([sys.executable, "-m", "vms", name], log, env=site.environment()) as child:
        yield child


def is_recording(site: BenchSite, count: int, recorder: Child) -> bool:
    """Tell whether so many cameras, and no others, are being recorded."""
    assert recorder.process.poll() is None, recorder.output()
    states = [status.state for status in site.storage.cameras.statuses().values()]
    return len(states) == count and all(state is StreamState.RECORDING for state in states)


def files_of_runs(volume: Path) -> Iterator[list[Path]]:
    """Yield the files of each run, in order: those published, and what the stop left to the next start."""
    runs: dict[str, dict[int, Path]] = {}
    for file in (volume / RECORDED).rglob("*.mp4"):
        name = SegmentName.parse(file.name)
        runs.setdefault(name.run_short, {})[name.seq] = file
    for file in (volume / INCOMING).rglob("*.mp4"):
        seq = incoming_seq(file.name)
        assert seq is not None
        runs.setdefault(file.parent.name[:8], {}).setdefault(seq, file)
    for files in runs.values():
        yield [file for _, file in sorted(files.items())]
