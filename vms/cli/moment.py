"""Times as an administrator types them on a command line: in the site's zone, or with an offset."""

from vms.cli.environment import Environment
from vms.domain.moments.site_time import SiteZone
from vms.domain.moments.typed_time import parse_typed_time
from vms.domain.time import TimeRange


def typed_range(env: Environment, from_text: str, to_text: str) -> TimeRange:
    """Return the range between two typed times, the second on the first one's day unless it names another.

    Raises:
        InvalidInput: a text is no time, or the end lies before the start.
    """
    now_us = env.clock.now_us()
    zone = SiteZone(env.settings.time_zone, env.settings.zone_label)
    today = zone.day_of(now_us)
    start_us = parse_typed_time(from_text, zone=zone, day=today, now_us=now_us, field="from")
    end_us = parse_typed_time(to_text, zone=zone, day=zone.day_of(start_us), now_us=now_us, field="to")
    return TimeRange(start_us, end_us)
