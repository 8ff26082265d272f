"""A city's installation for the portal's benchmarks: 64 cameras with 90 days in the index, without their files."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from storage.footage.index_writer import IndexBatch
from tests.bench.sites.bench_site import BenchSite, bench_site
from tests.bench.sites.footage_files import BenchClip, record_clip
from tests.bench.sites.large_index import IndexPlan, fill_index, varied_tables
from tests.support.recordings import sources_of
from vms.domain.camera import Camera, Stream, StreamState, StreamStatus
from vms.domain.segment import LONGEST_SEGMENT_US
from vms.domain.time import DAY_US, SECOND_US, TimeRange
from vms.host.clock import SystemClock

CAMERAS = 64
DAYS = 90
FILES_OF = (
    f"{CAMERAS} cameras over {DAYS} days, three of them out every half hour, the others once a day; files of ten minutes, "
    "as timelines and pages read spans, rollups and outages, which do not depend on the length of files"
)


@dataclass(frozen=True, slots=True)
class City:
    """The open installation. `time` is that of all footage; it ends at the last midnight in UTC."""

    site: BenchSite
    cameras: Sequence[tuple[Camera, Stream]]
    time: TimeRange

    def ids(self, count: int) -> str:
        """Return the numbers of the first cameras as a query lists them."""
        return ",".join(str(camera.id) for camera, _ in self.cameras[:count])


@contextmanager
def city_index(folder: Path, clip: BenchClip, *, database_url: str = "") -> Iterator[City]:
    """Fill an index in `folder` and keep it open while the block lasts; `database_url` "" for SQLite."""
    with bench_site(folder, database_url=database_url) as site:
        cameras = [site.add_camera(f"Simpang {number}") for number in range(CAMERAS)]
        sample = site.settings.data_dir / "sample"
        record_clip(clip, sample, seconds=60)
        (source,) = sources_of(sample, wall_start_us=0)
        now_us = SystemClock().now_us()
        time = TimeRange(now_us // DAY_US * DAY_US - DAYS * DAY_US, now_us // DAY_US * DAY_US)
        tables = varied_tables(source.fragments, source.init.timescale, 60)
        streams = [stream for _, stream in cameras]
        plan = IndexPlan(time, LONGEST_SEGMENT_US, tables, source.init)
        fill_index(site.storage, streams, site.volume.id, plan)
        statuses = tuple(
            StreamStatus(stream.id, StreamState.RECORDING, time.start_us, now_us, now_us - SECOND_US)
            for stream in streams
        )
        site.storage.index_writer.commit(IndexBatch(statuses=statuses))
        yield City(site, cameras, time)
