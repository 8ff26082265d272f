"""When the camera whose past is H.265 recorded."""

from tests.browser.sites.city import City
from tests.support.installation import ALL_TIME, main_stream
from vms.domain.time import TimeRange


def river_time(city: City) -> TimeRange:
    """The minute of which both the park and the river have footage."""
    with city.opened() as services:
        (segment_time,) = {
            TimeRange(run.start_us, run.end_us or run.start_us)
            for run in [
                services.storage.segments.run(segment.run_id)
                for segment in services.storage.segments.covering(main_stream(city.river).id, ALL_TIME)
            ]
        }
    return segment_time
