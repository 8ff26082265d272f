"""How large the benchmarks are: `SIRING_BENCH_SCALE=quick` fits two cores in ten minutes, `full` is what goals are for."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Scale:
    """Every size that a benchmark chooses.

    Attributes:
        cameras, segment_seconds: of the recorder's benchmark. settle_seconds: from the last camera's first fragment
            to the measured window. window_seconds: one arm's measured time.
        fleet_cameras, fleet_minutes: recorded without a break.
        index_segment_seconds: lengths of the segments of each index that is built; its streams and days follow.
        lookups: of each kind, cold and warm.
        export_minutes: length of the clip. export_rounds: repetitions of each arm.
        rebuilt_files: in the volume that is rebuilt. purged_files: sparse ones. purged_large_files: of a minute each.
        seeks: clicks on the timeline. live_looks: looks at the newest frame.
        review_minutes: of footage of each of the sixteen cameras that are reviewed together. together_seconds: they are
            played and compared. jumps: within a few seconds, of which the last must win. soak_minutes: of mixed use.
    """

    name: str
    cameras: int
    segment_seconds: int
    settle_seconds: float
    window_seconds: float
    fleet_cameras: int
    fleet_minutes: float
    index_streams: int
    index_days: int
    index_segment_seconds: tuple[int, ...]
    lookups: int
    export_minutes: int
    export_rounds: int
    rebuilt_files: int
    purged_files: int
    purged_large_files: int
    seeks: int
    live_looks: int
    review_minutes: float
    together_seconds: float
    jumps: int
    soak_minutes: float


QUICK = Scale(
    name="quick",
    cameras=12,
    segment_seconds=10,
    settle_seconds=6,
    window_seconds=20,
    fleet_cameras=66,
    fleet_minutes=10,
    index_streams=66,
    index_days=31,
    index_segment_seconds=(60,),
    lookups=40,
    export_minutes=15,
    export_rounds=1,
    rebuilt_files=3_000,
    purged_files=4_000,
    purged_large_files=100,
    seeks=30,
    live_looks=10,
    review_minutes=3,
    together_seconds=60,
    jumps=200,
    soak_minutes=3,
)
FULL = Scale(
    name="full",
    cameras=66,
    segment_seconds=60,
    settle_seconds=40,
    window_seconds=120,
    fleet_cameras=66,
    fleet_minutes=60,
    index_streams=66,
    index_days=90,
    index_segment_seconds=(60, 10),
    lookups=200,
    export_minutes=60,
    export_rounds=2,
    rebuilt_files=30_000,
    purged_files=20_000,
    purged_large_files=400,
    seeks=60,
    live_looks=30,
    review_minutes=12,
    together_seconds=600,
    jumps=1000,
    soak_minutes=60,
)


def chosen_scale(environment: Mapping[str, str] = os.environ) -> Scale:
    """Return the scale that SIRING_BENCH_SCALE names; quick where it names none."""
    name = environment.get("SIRING_BENCH_SCALE", "quick")
    scales = {scale.name: scale for scale in (QUICK, FULL)}
    if name not in scales:
        message = f"SIRING_BENCH_SCALE is {name!r}; it can be {' or '.join(scales)}"
        raise ValueError(message)
    return scales[name]


@contextmanager
def bench_folder(environment: Mapping[str, str] = os.environ) -> Iterator[Path]:
    """Yield an empty folder below SIRING_BENCH_DIR, or the usual place for temporary files; removed at the end.

    Other users may pass through it: PostgreSQL does not run as root. `full` fills up to 25 GB of it.
    """
    with tempfile.TemporaryDirectory(prefix="siring-bench-", dir=environment.get("SIRING_BENCH_DIR")) as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
